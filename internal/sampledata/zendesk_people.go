package sampledata

import (
	"context"
	"io"
	"slices"
)

// writeUsers writes the desk and everyone who asked.
func (g *generator) writeUsers(ctx context.Context) error {
	people := make([]int, 0, len(g.tickets))
	for _, t := range g.tickets {
		people = append(people, t.person)
	}
	slices.Sort(people)
	people = slices.Compact(people)
	s := g.source(userSource)
	return g.file(ctx, userSource, "zendesk/users/part-000.ndjson", func(w io.Writer) error {
		for i, id := range agents() {
			role := "agent"
			if i == 0 {
				role = "admin"
			}
			if err := g.writeUser(w, s, id, func(m *members) {
				m.text("name", "Desk "+itoa(id))
				m.text("email", "desk"+itoa(id)+"@turnia.example")
				m.text("created_at", "2023-05-01T08:00:00Z")
				m.text("role", role)
				m.number("default_group_id", 701+int64(i%3))
			}); err != nil {
				return err
			}
		}
		for _, n := range people {
			p := g.person(n)
			ids := []string{deskID(500_000 + int64(n)), emailID(p.email)}
			if p.hasPhone {
				ids = append(ids, phoneID(p))
			}
			if n < g.size.customers {
				ids = append(ids, userID(p.number))
			}
			g.identify(n, ids...)
			if err := g.writeUser(w, s, 500_000+int64(n), func(m *members) { g.requester(m, g.person(n)) }); err != nil {
				return err
			}
		}
		return nil
	})
}

func (g *generator) writeUser(w io.Writer, s *SourceTruth, id int64, fill func(*members)) error {
	s.Records++
	s.Distinct++
	var m members
	m.b = append(m.b, '{')
	m.number("id", id)
	m.text("url", "https://turnia.zendesk.example/api/v2/users/"+itoa(id)+".json")
	fill(&m)
	m.text("updated_at", instant(g.end-3600))
	m.boolean("active", true)
	m.boolean("verified", true)
	m.text("time_zone", "Warsaw")
	_, err := w.Write(append(m.b, '}', '\n'))
	return err
}

// requester writes what the desk knows of a person: the customer number only of those who have one.
func (g *generator) requester(m *members, p person) {
	m.text("name", p.first+" "+p.last)
	m.text("email", p.email)
	m.text("created_at", instant(p.created))
	m.text("role", "end-user")
	if p.hasPhone {
		m.text("phone", "+"+p.place.dial+p.phone)
	} else {
		m.raw("phone", "null")
	}
	if p.n < g.size.customers {
		m.text("external_id", p.number)
	} else {
		m.raw("external_id", "null")
	}
	m.text("locale", p.place.language)
	m.raw("organization_id", "null")
}

// writeRatings writes one record per ticket whose rating was asked for; updated_at is the last change.
func (g *generator) writeRatings(ctx context.Context) error {
	s := g.source(ratingSource)
	return g.file(ctx, ratingSource, "zendesk/satisfaction_ratings.ndjson", func(w io.Writer) error {
		for _, seed := range g.tickets {
			t := g.play(seed)
			record := g.ratingRecord(t)
			if record == nil {
				continue
			}
			s.Records++
			s.Distinct++
			if _, err := w.Write(record); err != nil {
				return err
			}
		}
		return nil
	})
}

// ratingRecord returns nil when the ticket's rating was never asked for. A rating exists since it was offered; once given
// its created_at is that of the answer.
func (g *generator) ratingRecord(t *ticket) []byte {
	score, assignee := "", "null"
	var created, updated int64
	for _, a := range t.audits {
		for _, s := range a.steps {
			if s.field == "assignee_id" {
				assignee = s.to
			}
			if s.field != "satisfaction_score" {
				continue
			}
			if score == "" || score == "offered" {
				created = a.at
			}
			score, updated = s.to, a.at
		}
	}
	if score == "" {
		return nil
	}
	var m members
	m.b = append(m.b, '{')
	m.number("id", 900_000+t.id)
	m.number("ticket_id", t.id)
	m.number("requester_id", t.requester)
	m.raw("assignee_id", assignee)
	m.number("group_id", t.topic.group)
	m.text("score", score)
	m.text("created_at", instant(created))
	m.text("updated_at", instant(updated))
	if score == "bad" {
		p := g.person(t.person)
		m.text("comment", "Too slow! Write to "+p.email+" — "+p.last)
		m.text("reason", "The issue took too long to resolve")
	} else {
		m.raw("comment", "null")
		m.raw("reason", "null")
	}
	return append(m.b, '}', '\n')
}

func (g *generator) writeSchedule(ctx context.Context) error {
	s := g.source(scheduleSource)
	return g.file(ctx, scheduleSource, "zendesk/schedule.json", func(w io.Writer) error {
		s.Records++
		s.Distinct++
		var m members
		m.b = append(m.b, "{\n"...)
		m.open("schedule", '{')
		m.number("id", 4100)
		m.text("name", "Zakopane desk")
		m.text("time_zone", "Warsaw")
		m.open("intervals", '[')
		for _, i := range deskHours() {
			m.element()
			m.number("start_time", int64(i.from))
			m.number("end_time", int64(i.to))
			m.close('}')
		}
		m.close(']')
		m.open("holidays", '[')
		for i, h := range g.holidays() {
			m.element()
			m.number("id", int64(i+1))
			m.text("name", "Day off")
			m.text("start_date", h)
			m.text("end_date", h)
			m.close('}')
		}
		m.close(']')
		m.text("created_at", "2023-05-01T08:00:00Z")
		m.text("updated_at", "2025-11-03T08:00:00Z")
		m.close('}')
		_, err := w.Write(append(m.b, '}', '\n'))
		return err
	})
}
