package sampledata

import (
	"context"
	"fmt"
	"io"
)

// Names of the Zendesk sources in the configuration.
const (
	ticketSource   = "tickets"
	auditSource    = "ticket-audits"
	userSource     = "ticket-users"
	ratingSource   = "ticket-ratings"
	scheduleSource = "desk-hours"
)

// writeTickets plays every ticket and writes the incremental exports: one for each month or so, which hold what changed
// since the one before, as it stood then.
func (g *generator) writeTickets(ctx context.Context) error {
	g.fillTickets()
	for _, seed := range g.tickets {
		g.judge(g.play(seed))
	}
	cuts := g.cuts()
	for i, cut := range cuts {
		from := int64(0)
		if i > 0 {
			from = cuts[i-1]
		}
		if err := g.writeWindow(ctx, i, from, cut); err != nil {
			return err
		}
	}
	if err := g.writeUsers(ctx); err != nil {
		return err
	}
	if err := g.writeRatings(ctx); err != nil {
		return err
	}
	return g.writeSchedule(ctx)
}

// cuts are the instants at which exports were made; the last is the end.
func (g *generator) cuts() []int64 {
	var cuts []int64
	for n := 30; n < g.opt.Days; n += 30 {
		cuts = append(cuts, g.midnight(n))
	}
	return append(cuts, g.end)
}

// judge counts a finished course: the truth, the requester's mood, and the survey that follows a solution.
func (g *generator) judge(t *ticket) {
	if t.deleted() {
		g.source(ticketSource).Deleted++
		return
	}
	row := g.ticketTruth(t)
	g.lastTicket = max(g.lastTicket, lastAudit(t.audits))
	spans := t.spans()
	solved := int64(0)
	for i, s := range spans {
		if isDone(s.status) && (i == 0 || !isDone(spans[i-1].status)) {
			solved = s.from
		}
	}
	g.addTicket(row, spans, t.at, solved)
	g.asked = append(g.asked, contact{t.person, deskID(t.requester), "", t.at, row.TicketID, solved, row})
	if row.LastSatisfaction != nil {
		g.truth.Ratings.add("csat", int(*row.LastSatisfaction))
	}
	d := roll(g.opt.Seed, "mood", int(t.id))
	if t.person < len(g.mood) && (row.Reopens > 0 || row.FullResolutionCalendar == nil || *row.FullResolutionCalendar > 3*1440) {
		g.mood[t.person] -= int8(d.between(1, 3))
	}
	if row.Solved() && d.chance(0.5) {
		g.polls = append(g.polls, poll{kind: "csat", at: solved + d.seconds(86_400), person: t.person, ticket: row.TicketID, channel: t.channel})
	}
}

func (g *generator) writeWindow(ctx context.Context, i int, from, cut int64) error {
	name := fmt.Sprintf("zendesk/tickets/part-%03d.ndjson", i)
	err := g.file(ctx, ticketSource, name, func(w io.Writer) error { return g.writeTicketPart(w, i, from, cut) })
	if err != nil {
		return err
	}
	name = fmt.Sprintf("zendesk/ticket_audits/part-%03d.ndjson", i)
	return g.file(ctx, auditSource, name, func(w io.Writer) error { return g.writeAuditPart(w, i, from, cut) })
}

// writeTicketPart writes the tickets that changed in a window as they stood at its end: one object a line, or, in every
// second export, pages as the API answers.
func (g *generator) writeTicketPart(w io.Writer, i int, from, cut int64) error {
	s, pages := g.source(ticketSource), i%2 == 1
	out := &pager{w: w, pages: pages, end: cut}
	for _, seed := range g.tickets {
		if seed.at >= cut {
			break
		}
		t := g.play(seed)
		newest, before := lastBefore(t.audits, cut)
		if newest < from {
			continue
		}
		s.Records++
		if cut == g.end || lastAudit(t.audits) < cut {
			s.Distinct++
		}
		if err := out.add(g.ticketRecord(t, t.audits[:before])); err != nil {
			return err
		}
	}
	for n := range g.opt.Malformed {
		if !pages && n%len(g.cuts()) == i { // a broken page is a broken file
			s.Records++
			s.Rejected++
			if err := out.add(truncated(g.ticketRecord(g.play(g.tickets[0]), nil))); err != nil {
				return err
			}
		}
	}
	return out.flush()
}

// lastBefore returns the time of the last audit before cut, and how many audits there are until then.
func lastBefore(audits []audit, cut int64) (at int64, n int) {
	for n < len(audits) && audits[n].at < cut {
		at = audits[n].at
		n++
	}
	return at, n
}

func lastAudit(audits []audit) int64 { return audits[len(audits)-1].at }

// ticketRecord writes a ticket as it stands after some of its audits.
func (g *generator) ticketRecord(t *ticket, audits []audit) []byte {
	status, priority, assignee, group, satisfaction := "new", t.topic.priority, "null", "null", "unoffered"
	updated := t.at
	for _, a := range audits {
		updated = a.at
		for _, s := range a.steps {
			switch s.field {
			case "status":
				status = s.to
			case "assignee_id":
				assignee = s.to
			case "group_id":
				group = s.to
			case "satisfaction_score":
				satisfaction = s.to
			}
		}
	}
	var m members
	m.b = append(m.b, '{')
	m.number("id", t.id)
	m.text("url", "https://turnia.zendesk.example/api/v2/tickets/"+itoa(t.id)+".json")
	m.number("generated_timestamp", updated)
	m.text("created_at", instant(t.at))
	m.text("updated_at", instant(updated))
	m.text("type", "question")
	m.text("subject", g.subject(t))
	m.text("description", g.opening(t))
	m.text("priority", priority)
	m.text("status", status)
	m.number("requester_id", t.requester)
	m.number("submitter_id", t.audits[0].author)
	m.raw("assignee_id", assignee)
	m.raw("group_id", group)
	m.raw("organization_id", "null")
	m.raw("via", `{"channel":"`+t.channel+`","source":{"from":{},"to":{},"rel":null}}`)
	m.raw("satisfaction_rating", `{"score":"`+satisfaction+`"}`)
	m.raw("tags", `["`+t.topic.name+`"]`)
	m.raw("custom_fields", `[{"id":360001,"value":"`+t.order+`"},{"id":360002,"value":null}]`)
	m.boolean("is_public", true)
	m.boolean("has_incidents", false)
	return append(m.b, '}')
}

func (g *generator) subject(t *ticket) string {
	if t.order != "" {
		return "Order " + t.order + ": " + t.topic.name
	}
	return "Question about " + t.topic.name
}

// opening is what people write: their name, their number, everything that must not leave the raw export.
func (g *generator) opening(t *ticket) string {
	p := g.person(t.person)
	text := "Dzień dobry,\nI write about " + t.topic.name + "."
	if p.hasPhone {
		text += "\nPlease call +" + p.place.dial + " " + spaced(p.phone) + "."
	}
	return text + "\n\"Thanks\",\n" + p.first + " " + p.last + " <" + p.email + ">"
}

// pager writes records one a line, or a hundred to a page with the fields that the API puts around them.
type pager struct {
	w     io.Writer
	pages bool
	end   int64
	batch [][]byte
}

func (p *pager) add(record []byte) error {
	if !p.pages {
		_, err := p.w.Write(append(record, '\n'))
		return err
	}
	p.batch = append(p.batch, record)
	if len(p.batch) == 100 {
		return p.flush()
	}
	return nil
}

func (p *pager) flush() error {
	if len(p.batch) == 0 {
		return nil
	}
	b := []byte(`{"tickets":[`)
	for i, r := range p.batch {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r...)
	}
	b = fmt.Appendf(b, `],"count":%d,"end_of_stream":%v,"end_time":%d,"next_page":null}`+"\n", len(p.batch), len(p.batch) < 100, p.end)
	p.batch = p.batch[:0]
	_, err := p.w.Write(b)
	return err
}
