package sampledata

import (
	"io"
	"strconv"
)

// writeAuditPart writes the audits of a window. Exports overlap a little, so the first ones of a window were delivered
// before.
func (g *generator) writeAuditPart(w io.Writer, i int, from, cut int64) error {
	s := g.source(auditSource)
	overlap := from - 6*3600
	for _, seed := range g.tickets {
		if seed.at >= cut {
			break
		}
		for _, a := range g.play(seed).audits {
			if a.at >= cut || a.at < overlap {
				continue
			}
			s.Records++
			if a.at >= from {
				s.Distinct++
			}
			if _, err := w.Write(append(g.auditRecord(seed, a), '\n')); err != nil {
				return err
			}
		}
	}
	for n := range g.opt.Malformed {
		if n%len(g.cuts()) == i {
			s.Records++
			s.Rejected++
			seed := g.tickets[0]
			if _, err := w.Write(append(truncated(g.auditRecord(seed, g.play(seed).audits[0])), '\n')); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *generator) auditRecord(seed ticketSeed, a audit) []byte {
	var m members
	m.b = append(m.b, '{')
	m.number("id", a.id)
	m.number("ticket_id", seed.id)
	m.text("created_at", instant(a.at))
	m.number("author_id", a.author)
	m.raw("metadata", `{"system":{"client":"Mozilla/5.0","location":"Zakopane, Poland"},"custom":{}}`)
	m.open("events", '[')
	for i, s := range a.steps {
		m.element()
		m.number("id", a.id*10+int64(i))
		if s.field == "" {
			m.text("type", "Comment")
			m.number("author_id", a.author)
			m.boolean("public", s.public)
			m.text("body", g.message(seed, a, s.public))
			m.raw("attachments", "[]")
		} else {
			g.change(&m, a, s)
		}
		m.close('}')
	}
	m.close(']')
	m.raw("via", `{"channel":"web","source":{"from":{},"to":{},"rel":null}}`)
	return append(m.b, '}')
}

// change writes a field's change: Create in the first audit, which has no previous values.
func (g *generator) change(m *members, a audit, s step) {
	if a.id%100 == 0 {
		m.text("type", "Create")
		m.text("field_name", s.field)
		m.text("value", s.to)
		return
	}
	m.text("type", "Change")
	m.text("field_name", s.field)
	m.text("value", s.to)
	if s.from == "" {
		m.raw("previous_value", "null")
	} else {
		m.text("previous_value", s.from)
	}
}

func (g *generator) message(seed ticketSeed, a audit, public bool) string {
	switch {
	case !public:
		return "Internal: see the order, customer no. " + strconv.Itoa(seed.person)
	case a.author > 0 && a.author < 10_000:
		return "Hello " + g.person(seed.person).first + ",\nwe have looked into it.\nThe Turnia desk"
	case a.id%100 == 0:
		return g.opening(g.play(seed))
	default:
		return "Thank you. Regards, " + g.person(seed.person).first
	}
}
