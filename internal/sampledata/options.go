package sampledata

import (
	"math"
	"time"
)

// Options say how much to make. The zero value of a field is its default.
type Options struct {
	Seed  uint64
	Scale float64   // 1 is about 200,000 web events, 2,000 tickets and 3,000 survey answers
	Days  int       // default 90, so that the clocks change within
	Start time.Time // first day in the shop's time zone; default 2026-01-05
	// Malformed is how many broken records to plant in each export that has a place for them.
	Malformed int
	// Calm leaves out the painful moments that are planted otherwise.
	Calm bool
}

// The shop's conventions.
const (
	TimeZone = "Europe/Warsaw"
	Currency = "PLN"
	Country  = "PL"
)

const (
	defaultDays  = 90
	day          = 24 * time.Hour
	webHost      = "www.turnia.example"
	sessionsAt1  = 22_800
	visitorsAt1  = 9_000
	customersAt1 = 3_200
	ticketsAt1   = 2_000
	npsAt1       = 1_400
	accountsAt1  = 140
	dealsAt1     = 420
	leadsAt1     = 600
	casesAt1     = 240
	tasksAt1     = 900
	membersAt1   = 1_500
	marketAt1    = 400
)

// sizes are the options in numbers of things.
type sizes struct {
	sessions, visitors, customers, tickets, nps, accounts, deals, leads, cases, tasks, members, market, declined, lost int
}

func (o Options) withDefaults() Options {
	if o.Scale <= 0 {
		o.Scale = 1
	}
	if o.Days <= 0 {
		o.Days = defaultDays
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	}
	return o
}

func (o Options) sizes() sizes {
	n := func(at1 float64, least int) int { return max(int(at1*o.Scale+0.5), least) }
	return sizes{
		sessions: n(sessionsAt1, 200), visitors: n(visitorsAt1, 90), customers: n(customersAt1, 32), tickets: n(ticketsAt1, 20), nps: n(npsAt1, 14),
		accounts: n(accountsAt1, 6), deals: n(dealsAt1, 12), leads: n(leadsAt1, 12), cases: n(casesAt1, 8), tasks: n(tasksAt1, 9), members: n(membersAt1, 15), market: n(marketAt1, 12),
		declined: n(declinedAt1, 0), lost: n(lostAt1/math.Sqrt(max(o.Scale, 0.01)), 0),
	}
}
