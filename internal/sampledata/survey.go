package sampledata

import (
	"context"
	"io"
	"strconv"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// Names of the survey sources in the configuration.
const (
	surveySource = "surveys"
	storeSource  = "store-surveys"
)

// poll is an answer that somebody gives.
type poll struct {
	kind    string
	at      int64
	person  int
	order   string
	ticket  string
	channel string
}

// writeSurveys writes the answers: one file as the web survey exports it, one as the shops' own tool does, in Polish.
func (g *generator) writeSurveys(ctx context.Context) error {
	err := g.file(ctx, surveySource, "survey/responses.csv", func(w io.Writer) error {
		c := &csvFile{w: w, comma: ',', newline: "\r\n"}
		c.row("Response ID", "Sent", "Date", "Survey", "Score", "Comment", "E-mail", "Customer No", "Ticket", "Order", "Channel", "Branch")
		g.writeInvitations(c)
		for n, p := range g.polls {
			g.writePoll(c, n, p)
		}
		g.writeComplaints(c)
		for n := range g.opt.Malformed {
			s := g.source(surveySource)
			s.Records++
			s.Rejected++
			bad := [][2]string{{"X" + strconv.Itoa(n), "eleven"}, {"X" + strconv.Itoa(n), "12"}, {"", "9"}}[n%3]
			c.row(bad[0], "", instant(g.end-3600), "nps", bad[1], "", "", "", "", "", "", "")
		}
		return c.err
	})
	if err != nil {
		return err
	}
	return g.file(ctx, storeSource, "survey/ankiety.csv", g.writeStoreSurvey)
}

// writeInvitations asks customers whether they would recommend the shop; about half answer.
func (g *generator) writeInvitations(c *csvFile) {
	s := g.source(surveySource)
	for n := range g.size.nps * 2 {
		d := roll(g.opt.Seed, "nps", n)
		sent := g.midnight(d.IntN(g.opt.Days)) + 8*3600 + int64(d.IntN(3600))
		who := d.IntN(g.size.customers)
		p := g.person(who)
		if p.created > sent {
			sent = p.created + 86_400
		}
		if sent >= g.end {
			continue
		}
		g.truth.Invitations++
		s.Records++
		s.Distinct++
		id := "N" + strconv.Itoa(100_000+n)
		at := sent + d.seconds(30*3600)
		if !d.chance(0.5) || at >= g.end {
			c.row(id, instant(sent), "", "nps", "", "", g.addressAt(p, sent), p.number, "", "", "email", "")
			g.identify(who, emailID(g.addressAt(p, sent)), userID(p.number))
			continue
		}
		score := max(min(9+int(g.mood[who])+d.between(-2, 2)-4*boolInt(d.chance(0.1)), 10), 0)
		g.countAnswer("nps", "email", at, score)
		c.row(id, instant(sent), instant(at), "nps", strconv.Itoa(score), g.remark(d, p, score >= 7), shouted(g.addressAt(p, sent)), p.number, "", "", "email", "")
		g.identify(who, emailID(g.addressAt(p, sent)), userID(p.number))
	}
}

// writePoll writes one answer to a question about a ticket or an order.
func (g *generator) writePoll(c *csvFile, n int, p poll) {
	if p.at >= g.end {
		return
	}
	d, who := roll(g.opt.Seed, "poll", n), g.person(p.person)
	mood := 0
	number := ""
	if p.person < len(g.mood) {
		mood, number = int(g.mood[p.person]), who.number
	}
	value, channel := 0, p.channel
	if p.kind == "ces" {
		value, channel = max(min(6+mood+d.between(-2, 1), 7), 1), "web"
	} else {
		value = max(min(5+mood+d.between(-1, 1)-boolInt(d.chance(0.15)), 5), 1)
	}
	s := g.source(surveySource)
	s.Records++
	s.Distinct++
	g.countAnswer(p.kind, channel, p.at, value)
	address := who.email
	if d.chance(0.2) && number != "" {
		address = "" // some answer from their account, without an address
	}
	g.identify(p.person, emailID(address), userID(number))
	c.row("R"+strconv.Itoa(500_000+n), "", instant(p.at), p.kind, strconv.Itoa(value), g.remark(d, who, value >= 4), address, number, p.ticket, p.order, channel, "online")
}

func (g *generator) countAnswer(kind, channel string, at int64, score int) {
	b := g.truth.Surveys[kind]
	if b == nil {
		b = &Breakdown[ScoreTruth]{}
		g.truth.Surveys[kind] = b
	}
	b.each(g.localDate(at), map[string]string{"channel": channel}, func(t *ScoreTruth) { t.add(kind, score) })
}

// writeStoreSurvey writes what customers typed at the till, in the code page and with the separators of the till.
func (g *generator) writeStoreSurvey(w io.Writer) error {
	c := &csvFile{w: charmap.Windows1250.NewEncoder().Writer(w), comma: ';', newline: "\r\n"}
	c.row("Nr ankiety", "Data", "Ocena", "Komentarz", "E-mail klienta", "Nr klienta", "Kanał", "Sklep")
	s := g.source(storeSource)
	for n := range g.size.nps / 2 {
		d := roll(g.opt.Seed, "till", n)
		at := g.midnight(d.IntN(g.opt.Days)) + 10*3600 + int64(d.IntN(9*60))*60
		who := d.IntN(g.size.customers)
		p := g.person(who)
		score := max(min(5+d.between(-1, 1)-2*boolInt(d.chance(0.1)), 5), 1)
		text := strconv.Itoa(score)
		if d.chance(0.3) {
			text += ",0"
		}
		s.Records++
		s.Distinct++
		g.countAnswer("csat", "store", at, score)
		address, number := p.email, p.number
		if p.created > at {
			address, number = "", ""
		} else if n < mailboxUses && g.hasShared() {
			address = mailbox
		}
		g.identify(who, emailID(address), userID(number))
		c.row("S-"+strconv.Itoa(n+1), time.Unix(at, 0).In(g.zone).Format("02.01.2006 15:04"), text,
			one(d, []string{"", "", "Świetna obsługa", "Długa kolejka; mało kas", "Powiedziałem: \"wrócę\""}), address, number, "store",
			one(d, []string{"Zakopane, Krupówki", "Kraków, Długa"}))
	}
	return c.err
}

// remark is free text with everything that makes parsing hard and privacy necessary.
func (g *generator) remark(d dice, p person, happy bool) string {
	switch d.IntN(6) {
	case 0:
		if happy {
			return "Great tents, thank you"
		}
		return "Two weeks!\nAnd then the wrong size, \"of course\""
	case 1:
		return "Write to me: " + p.email + ", " + p.first + " " + p.last
	default:
		return ""
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
