package sampledata

import (
	"slices"
	"strings"
)

// fcrDays is the default window of first contact resolution.
const fcrDays = 7

// ContactTruth is about the KPIs of contacts whose window was over when the exports ended.
type ContactTruth struct {
	Solved       int64 `json:"solved"`
	FirstContact int64 `json:"first_contact"` // of these, neither reopened nor followed by another ticket
	HelpVisits   int64 `json:"help_visits"`   // of visitors known to more than their browser
	SelfServed   int64 `json:"self_served"`   // of these, without a ticket within a day
	Invited      int64 `json:"invited"`
	Answered     int64 `json:"answered"`
}

// ChangeTruth is a change that was planted.
type ChangeTruth struct {
	KPI       string `json:"kpi"`
	Date      string `json:"date"` // first day of the new level
	Direction string `json:"direction"`
}

// contact is a ticket as a contact of its requester.
type contact struct {
	person int
	id     string
	theme  string
	at     int64
	ticket string
	solved int64
	row    *TicketTruth
}

// helpVisit is a session with a help page, in µs.
type helpVisit struct {
	person      int
	id          string
	began, left int64
}

// askedForHelp keeps a session with a help page, with whom it is known to be of.
func (s *visit) askedForHelp() {
	if !s.help {
		return
	}
	who, id := s.v.customer, deviceID(s.v.pseudoID)
	switch {
	case s.v.kiosk:
		who, id = s.signedIn, userID(s.userID)
	case who < 0:
		who = s.p.g.size.customers + s.v.n
	}
	s.p.g.helped = append(s.p.g.helped, helpVisit{who, id, s.started, s.at})
}

func (g *generator) contactTruth() *ContactTruth {
	t := &ContactTruth{Invited: g.truth.Invitations}
	if nps := g.truth.Surveys["nps"]; nps != nil {
		t.Answered = nps.All.Answers
	}
	by := map[string][]contact{}
	for _, c := range g.asked {
		by[g.customer(c.person, c.id)] = append(by[g.customer(c.person, c.id)], c)
	}
	for _, list := range by {
		for _, c := range list {
			if !c.row.Solved() || c.solved+fcrDays*86_400 > g.lastTicket {
				continue
			}
			t.Solved++
			again := slices.ContainsFunc(list, func(o contact) bool {
				later := o.at > c.at || o.at == c.at && o.ticket > c.ticket
				return (c.theme == "" || o.theme == c.theme) && o.ticket != c.ticket && later && o.at <= c.solved+fcrDays*86_400
			})
			if !again && c.row.Reopens == 0 {
				t.FirstContact++
			}
		}
	}
	for _, v := range g.helped {
		if (v.left/1000+86_400_000) > g.lastTicket*1000 || !g.known(v) {
			continue
		}
		t.HelpVisits++
		key := g.customer(v.person, v.id)
		if !slices.ContainsFunc(by[key], func(c contact) bool { return c.at*1_000_000 >= v.began && c.at*1000 <= v.left/1000+86_400_000 }) {
			t.SelfServed++
		}
	}
	return t
}

// known reports whether more than the browser is known of a visitor.
func (g *generator) known(v helpVisit) bool {
	for _, group := range g.people.groups[v.person] {
		if slices.Contains(group, v.id) {
			return slices.ContainsFunc(group, func(id string) bool { return !strings.HasPrefix(id, "device:") })
		}
	}
	return !strings.HasPrefix(v.id, "device:")
}
