package sampledata

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
)

// dated is an audit that waits for its day.
type dated struct {
	ticket *ticket
	audit
}

// bulkAudits writes one incremental export: the audits of all tickets in the order of time. Tickets are played as they
// are opened; what happens to them later waits in the day's bucket.
func (g *generator) bulkAudits(ctx context.Context, size float64) error {
	tickets := max(int(bulkTickets*size), 1)
	return g.file(ctx, auditSource, "zendesk/ticket_audits.ndjson", func(w io.Writer) error {
		buckets := make([][]dated, g.opt.Days)
		next := 0
		for i := range g.opt.Days {
			if err := ctx.Err(); err != nil {
				return err
			}
			for ; next < tickets && g.bulkOpened(next, tickets) < g.midnight(i+1); next++ {
				g.bulkPlay(buckets, next, tickets)
			}
			if err := g.writeBucket(w, buckets[i]); err != nil {
				return err
			}
			buckets[i] = nil
		}
		return nil
	})
}

// bulkOpened spreads the tickets evenly over the export.
func (g *generator) bulkOpened(n, of int) int64 {
	return g.start + int64(float64(g.end-g.start)*float64(n)/float64(of))
}

func (g *generator) bulkPlay(buckets [][]dated, n, of int) {
	t := g.play(ticketSeed{id: 30_001 + int64(n), at: g.bulkOpened(n, of), person: n % g.size.customers})
	for _, a := range t.audits {
		if i := g.index(a.at); i >= 0 && i < len(buckets) {
			buckets[i] = append(buckets[i], dated{t, a})
		}
	}
}

func (g *generator) writeBucket(w io.Writer, day []dated) error {
	slices.SortStableFunc(day, func(a, b dated) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
	var m members
	for _, d := range day {
		m.b, m.begun = append(m.b[:0], '{'), false
		g.bulkAudit(&m, d)
		if _, err := w.Write(append(m.b, '}', '\n')); err != nil {
			return err
		}
	}
	return nil
}

// bulkAudit writes an audit with everything that the API puts into one, much of which tells nothing of the customer.
func (g *generator) bulkAudit(m *members, d dated) {
	m.number("id", d.id)
	m.number("ticket_id", d.ticket.id)
	m.text("created_at", instant(d.at))
	m.number("author_id", d.author)
	m.open("metadata", '{')
	m.open("system", '{')
	m.text("client", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36")
	m.text("ip_address", "203.0.113."+strconv.FormatInt(d.ticket.id%254+1, 10))
	m.text("location", g.person(d.ticket.person).city.name)
	m.close('}')
	m.raw("custom", "{}")
	m.close('}')
	m.open("events", '[')
	id, public := d.id*100, false
	for _, s := range d.steps {
		m.element()
		m.number("id", id)
		if s.field == "" {
			g.bulkComment(m, d, s.public)
			public = public || s.public
		} else {
			g.change(m, d.audit, s)
		}
		m.close('}')
		id++
	}
	if public {
		m.element()
		m.number("id", id)
		g.bulkNotification(m, d)
		m.close('}')
	}
	m.close(']')
	m.raw("via", `{"channel":"`+d.ticket.channel+`","source":{"from":{},"to":{},"rel":null}}`)
}

func (g *generator) bulkComment(m *members, d dated, public bool) {
	text := g.message(d.ticket.ticketSeed, d.audit, public)
	m.text("type", "Comment")
	m.number("author_id", d.author)
	m.text("body", text)
	m.text("html_body", `<div class="zd-comment" dir="auto"><p dir="auto">`+strings.ReplaceAll(text, "\n", "<br>")+"</p></div>")
	m.text("plain_body", text)
	m.boolean("public", public)
	m.raw("attachments", "[]")
	m.number("audit_id", d.id)
}

// bulkNotification is the mail that a trigger sends about a public comment.
func (g *generator) bulkNotification(m *members, d dated) {
	m.text("type", "Notification")
	m.raw("via", `{"channel":"rule","source":{"from":{"deleted":false,"title":"Notify requester of comment update","id":40001},"rel":"trigger"}}`)
	m.text("subject", "[{{ticket.account}}] Re: {{ticket.title}}")
	m.text("body", "Your request ({{ticket.id}}) has been updated.\n{{ticket.comments_formatted}}")
	m.raw("recipients", "["+strconv.FormatInt(d.ticket.requester, 10)+"]")
}
