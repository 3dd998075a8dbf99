package sampledata

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// The rules of the KPIs of customers in the sample's configuration.
const (
	ActiveDays    = 30
	MarginPercent = 40
)

// CustomersTruth is about customers as the identifiers on records make them: a person whose records nothing ties together is several. Money is net of
// refunds.
type CustomersTruth struct {
	Days        map[string]*CustomerDay      `json:"days"`
	Values      []*CustomerValue             `json:"values"`
	Cohorts     map[string][]*CohortTruth    `json:"cohorts"`     // by month of the first order; one entry a month from it on
	New         map[string]int64             `json:"new"`         // first orders by month
	Recommended map[string]int64             `json:"recommended"` // of these, by customers whose first record names the source Referral
	Periods     map[string]*ContractsOfMonth `json:"contract_months"`
}

// CustomerDay is what holds at the end of a day, by the last ActiveDays and those before them.
type CustomerDay struct {
	Active    int64 `json:"active"` // with an order in the window, or a running contract
	Buyers    int64 `json:"buyers"`
	Repeaters int64 `json:"repeaters"`
	Orders    int64 `json:"orders"`
	Net       Exact `json:"net"`
	Earlier   int64 `json:"earlier"` // with an order in the window before
	Lost      int64 `json:"lost"`    // of these, without one in the window
	Ever      int64 `json:"ever"`
	NetEver   Exact `json:"net_ever"`
	NetBefore Exact `json:"net_before"` // of the window before
	Earned    Exact `json:"earned"`     // of Net, by customers of both windows and by recommended ones
}

// CustomerValue is one customer on the last day.
type CustomerValue struct {
	First     string `json:"first"`
	Last      string `json:"last"`
	Orders    int64  `json:"orders"`
	InWindow  int64  `json:"in_window"`
	Net       Exact  `json:"net"`
	Lifecycle string `json:"lifecycle"`
}

// CohortTruth is a cohort in one month.
type CohortTruth struct {
	Active int64 `json:"active"`
	Orders int64 `json:"orders"`
	Net    Exact `json:"net"`
}

// ContractsOfMonth is what ran when a month began, and what became of it by the month's end or the last day.
type ContractsOfMonth struct {
	Holders     int64 `json:"holders"`
	Lost        int64 `json:"lost"`
	MRR         Exact `json:"mrr"`
	LostMRR     Exact `json:"lost_mrr"`
	Contraction Exact `json:"contraction"`
	Expansion   Exact `json:"expansion"`
}

// won is what a record of the CRM says of how a person was won.
type won struct {
	person int
	id     string
	at     int64 // creation of the record, unix seconds
	source string
}

// recommended tells the customers whose first record says that somebody sent them.
func (g *generator) recommended() map[string]bool {
	first := map[string]won{}
	for _, w := range g.won {
		key := g.customer(w.person, w.id)
		if old, ok := first[key]; !ok || cmp.Or(cmp.Compare(w.at, old.at), strings.Compare(w.source, old.source)) < 0 {
			first[key] = w
		}
	}
	out := map[string]bool{}
	for key, w := range first {
		out[key] = w.source == "Partner Referral"
	}
	return out
}

// shopped is an order as the customer's history has it.
type shopped struct {
	person  int
	id      string // the identifier that names the customer
	date    string
	at      int64 // µs
	order   string
	channel string
	net     Exact
}

// contract is what a club pays a month, by the days from which it does.
type contract struct {
	person int
	terms  []stretch
	mrr    []Exact
}

// noteOrder keeps an order for the customers' truth. Of the records of an order the earliest that names a person counts.
func (g *generator) noteOrder(s *sale, day, channel string, net Exact) {
	id, at := emailID(g.person(s.person).email), s.at*1_000_000
	if s.order.counts() {
		if at = s.order.at; s.order.user != "" {
			id = userID(s.order.user)
		}
	}
	g.bought = append(g.bought, shopped{s.person, id, day, at, s.order.id, channel, net})
}

func (g *generator) noteContract(n int, terms []stretch, currency string, start int64) {
	c := contract{person: n, terms: slices.Clone(terms)}
	for _, t := range terms {
		c.mrr = append(c.mrr, g.exactInPLN(monthly(t.yearly), currency, g.midnightOf(start)))
	}
	g.contracts = append(g.contracts, c)
}

// customer names the customer that an identifier of a person belongs to, once every record is written.
func (g *generator) customer(person int, id string) string {
	for _, group := range g.people.groups[person] {
		if slices.Contains(group, id) {
			return group[0]
		}
	}
	return id
}

func (c *contract) on(day int64) Exact {
	for i, t := range c.terms {
		if t.from <= day && day < t.to {
			return c.mrr[i]
		}
	}
	return 0
}

func (g *generator) customerTruth() *CustomersTruth {
	t := &CustomersTruth{Days: map[string]*CustomerDay{}, Cohorts: map[string][]*CohortTruth{}, New: map[string]int64{}, Recommended: map[string]int64{}, Periods: g.contractMonths()}
	slices.SortFunc(g.bought, func(a, b shopped) int { return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.order, b.order)) })
	of, sent := map[string][]shopped{}, g.recommended()
	for _, p := range g.bought {
		key := g.customer(p.person, p.id)
		of[key] = append(of[key], p)
	}
	for i := range g.opt.Days {
		t.Days[g.date(i)] = g.customerDay(i, of, sent)
	}
	last := g.opt.Days - 1
	for key, list := range of {
		v := &CustomerValue{First: list[0].date, Last: list[len(list)-1].date, Orders: int64(len(list)), Lifecycle: "lapsed"}
		for _, p := range list {
			v.Net += p.net
			v.First, v.Last = min(v.First, p.date), max(v.Last, p.date)
			if p.date > g.date(last-ActiveDays) {
				v.InWindow++
			}
		}
		if v.InWindow > 0 {
			v.Lifecycle = "returning"
			if v.First > g.date(last-ActiveDays) {
				v.Lifecycle = "new"
			}
		}
		t.Values = append(t.Values, v)
		t.New[v.First[:7]]++
		t.Recommended[v.First[:7]] += int64(boolInt(sent[key]))
		g.countCohort(t, v.First[:7], list)
	}
	slices.SortFunc(t.Values, func(a, b *CustomerValue) int {
		return cmp.Or(strings.Compare(a.First, b.First), strings.Compare(a.Last, b.Last), cmp.Compare(a.Orders, b.Orders), cmp.Compare(a.Net, b.Net))
	})
	return t
}

func (g *generator) customerDay(i int, of map[string][]shopped, sent map[string]bool) *CustomerDay {
	d := &CustomerDay{}
	today, from, before := g.date(i), g.date(i-ActiveDays), g.date(i-2*ActiveDays)
	running := map[string]bool{}
	for _, c := range g.contracts {
		if c.on(g.dayNumber(g.midnight(i))) > 0 {
			running[g.customer(c.person, emailID(g.person(c.person).email))] = true
		}
	}
	d.Active = int64(len(running))
	for key, list := range of {
		here, earlier, ever, net := int64(0), false, false, Exact(0)
		for _, p := range list {
			if p.date > today {
				continue
			}
			ever = true
			d.NetEver += p.net
			switch {
			case p.date > from:
				here++
				net += p.net
			case p.date > before:
				earlier = true
				d.NetBefore += p.net
			}
		}
		d.Net += net
		if earlier || sent[key] {
			d.Earned += net
		}
		d.Orders += here
		d.Buyers += int64(boolInt(here > 0))
		d.Active += int64(boolInt(here > 0 && !running[key]))
		d.Repeaters += int64(boolInt(here > 1))
		d.Earlier += int64(boolInt(earlier))
		d.Lost += int64(boolInt(earlier && here == 0))
		d.Ever += int64(boolInt(ever))
	}
	return d
}

func (g *generator) countCohort(t *CustomersTruth, month string, list []shopped) {
	at, _ := time.Parse("2006-01", month)
	end := g.date(g.opt.Days - 1)[:7]
	for k := 0; at.Format("2006-01") <= end; k, at = k+1, at.AddDate(0, 1, 0) {
		if len(t.Cohorts[month]) == k {
			t.Cohorts[month] = append(t.Cohorts[month], &CohortTruth{})
		}
		c, active := t.Cohorts[month][k], int64(0)
		for _, p := range list {
			if p.date[:7] == at.Format("2006-01") {
				active = 1
				c.Orders++
				c.Net += p.net
			}
		}
		c.Active += active
	}
}

// contractMonths holds the value of every contract before a month against that at its end.
func (g *generator) contractMonths() map[string]*ContractsOfMonth {
	out := map[string]*ContractsOfMonth{}
	last := g.dayNumber(g.midnight(g.opt.Days - 1))
	for first := monthOf(g.dayNumber(g.start), 0); first <= last; first = monthOf(first, 1) {
		m := &ContractsOfMonth{}
		out[time.Unix(first*86_400, 0).UTC().Format("2006-01")] = m
		for i := range g.contracts {
			began, ended := g.contracts[i].on(first-1), g.contracts[i].on(min(monthOf(first, 1)-1, last))
			if began == 0 {
				continue
			}
			m.Holders++
			m.MRR += began
			switch {
			case ended == 0:
				m.Lost++
				m.LostMRR += began
			case ended < began:
				m.Contraction += began - ended
			default:
				m.Expansion += ended - began
			}
		}
	}
	return out
}
