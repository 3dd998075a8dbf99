package sampledata

import (
	"context"
	"io"
	"strconv"
)

// mailSource is the name of the source of e-mail events in the configuration.
const mailSource = "mailings"

// MailTruth counts what became of newsletters.
type MailTruth struct {
	Sent         int64 `json:"sent"`
	Opened       int64 `json:"opened"`
	Clicked      int64 `json:"clicked"`
	Bounced      int64 `json:"bounced"`
	Unsubscribed int64 `json:"unsubscribed"`
}

// mailing writes pages of events as HubSpot's API gives them.
type mailing struct {
	g     *generator
	m     members
	s     *SourceTruth
	count *MailTruth
	n     int
}

// writeMailings sends a newsletter every other Thursday to those who did not opt out; each mailing is a page.
func (g *generator) writeMailings(ctx context.Context) error {
	for i, number := 3, 0; i < g.opt.Days; i, number = i+14, number+1 {
		name := "hubspot/email_events_" + g.date(i) + ".json"
		err := g.file(ctx, mailSource, name, func(w io.Writer) error {
			p := &mailing{g: g, s: g.source(mailSource), count: &g.truth.Mails, n: number * 1_000_000}
			p.m.b = append(p.m.b, `{"hasMore":false,"offset":"Ch0","events":[`...)
			for who := range g.size.customers {
				p.send(who, number, g.midnight(i)+10*3600)
			}
			p.m.b = append(p.m.b, "]}\n"...)
			_, err := w.Write(p.m.b)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *mailing) send(who, number int, at int64) {
	g, d := p.g, roll(p.g.opt.Seed, "mail", who*1000+number)
	c := g.person(who)
	if c.optedOut || c.created > at || !d.chance(0.5) {
		return
	}
	campaign := strconv.Itoa(170_000 + number)
	p.event(c, "SENT", at, campaign, func() { p.m.text("subject", "Winter sale, "+c.first) })
	p.count.Sent++
	if d.chance(0.03) {
		p.event(c, "BOUNCE", at+4, campaign, func() { p.m.text("category", "UNKNOWN_USER") })
		p.count.Bounced++
		return
	}
	p.event(c, "DELIVERED", at+3, campaign, nil) // says nothing of the customer
	if d.chance(0.1) {
		p.event(c, "OPEN", at+5, campaign, func() { p.m.boolean("filteredEvent", true) }) // a machine
	}
	opened := at + d.seconds(9*3600)
	if !d.chance(0.35) || opened >= g.end-7200 {
		return
	}
	p.event(c, "OPEN", opened, campaign, func() {
		p.m.text("deviceType", "MOBILE")
		p.m.open("location", '{')
		p.m.text("country", c.place.name)
		p.m.text("city", c.city.name)
		p.m.close('}')
	})
	p.count.Opened++
	if d.chance(0.2) {
		p.event(c, "CLICK", opened+60, campaign, func() { p.m.text("url", "https://"+webHost+"/sale?subscriber="+c.email) })
		p.count.Clicked++
	}
	if d.chance(0.02) {
		p.event(c, "STATUSCHANGE", opened+90, campaign, func() {
			p.m.raw("subscriptions", `[{"id":4711,"status":"UNSUBSCRIBED"}]`)
			p.m.text("source", "SOURCE_RECIPIENT")
		})
		p.count.Unsubscribed++
	}
}

func (p *mailing) event(c person, kind string, at int64, campaign string, more func()) {
	p.n++
	p.s.Records++
	p.s.Distinct++
	if len(p.m.b) > 0 && p.m.b[len(p.m.b)-1] != '[' {
		p.m.b = append(p.m.b, ",\n"...)
	}
	p.m.b, p.m.begun = append(p.m.b, '{'), false
	p.m.text("id", "ev-"+strconv.Itoa(p.n))
	p.m.number("created", at*1000+int64(p.n%1000))
	p.m.text("type", kind)
	p.m.text("recipient", c.email)
	p.m.number("portalId", 99)
	p.m.number("appId", 113)
	p.m.text("appName", "Batch")
	p.m.raw("emailCampaignId", campaign)
	if more != nil {
		more()
	}
	p.m.b = append(p.m.b, '}')
}
