package sampledata

import (
	"context"
	"io"
	"strconv"
	"time"
)

// Names of the sources of contracts, costs and targets in the configuration.
const (
	contractSource = "contracts"
	costSource     = "marketing-costs"
	targetSource   = "targets"
)

// ContractTruth is about the equipment that clubs rent by the month.
type ContractTruth struct {
	Contracts  int64 `json:"contracts"`
	Terms      int64 `json:"terms"` // stretches with one value
	Renewed    int64 `json:"renewed"`
	Expanded   int64 `json:"expanded"`
	Contracted int64 `json:"contracted"`
	Ended      int64 `json:"ended"`     // before the export
	StartMRR   Exact `json:"start_mrr"` // in force on the first day
	EndMRR     Exact `json:"end_mrr"`   // in force on the last day
}

// writeContracts writes the history of every contract, oldest row first. Values in EUR count at the rate of the contract's start.
func (g *generator) writeContracts(ctx context.Context) error {
	return g.file(ctx, contractSource, "contracts/contracts.csv", func(w io.Writer) error {
		c := &csvFile{w: w, comma: ',', newline: "\r\n"}
		c.row("Contract", "Club e-mail", "Start", "Changed", "Renewed", "End", "ARR", "Currency", "Plan", "Note")
		for n := range g.size.accounts {
			g.writeContract(c, n)
		}
		return c.err
	})
}

// stretch is a stretch of a contract with one value, in local days since 1970.
type stretch struct {
	from, to int64
	yearly   Money
	renewed  bool
}

func (g *generator) writeContract(c *csvFile, n int) {
	d, p := roll(g.opt.Seed, "contract", n), g.person(n)
	first := g.dayNumber(g.start)
	last := first + int64(g.opt.Days) - 1
	start := monthOf(first-int64(d.between(5, 360)), 0)
	if d.chance(0.25) {
		start = monthOf(first+int64(d.IntN(g.opt.Days)), 0)
	}
	currency := Currency
	if d.chance(0.3) {
		currency = "EUR"
	}
	end := int64(1) << 40
	if d.chance(0.3) {
		// One that is yet to come would be an event as soon as the files are older than it, on a day that has no rate.
		if at := monthOf(start, d.between(1, 17)); g.midnightOf(at) < g.end {
			end = at
		}
	}
	terms := []stretch{{from: start, yearly: Money(d.between(5, 60) * 1200 * 7)}}
	for at := monthOf(start, d.between(1, 7)); at <= last && at < end && len(terms) < 5; at = monthOf(at, d.between(1, 7)) {
		t := stretch{from: at, yearly: terms[len(terms)-1].yearly * Money(d.between(60, 160)) / 100}
		if t.renewed = d.chance(0.3); t.renewed {
			t.yearly = terms[len(terms)-1].yearly
		}
		terms = append(terms, t)
	}
	for i := range terms {
		terms[i].to = end
		if i+1 < len(terms) {
			terms[i].to = terms[i+1].from
		}
	}
	g.noteContract(n, terms, currency, start)
	s, truth := g.source(contractSource), &g.truth.Contracts
	truth.Contracts++
	s.Distinct++
	date := func(day int64) string { return time.Unix(day*86_400, 0).UTC().Format(time.DateOnly) }
	for i, t := range terms {
		s.Records++
		row := []string{"TC-" + strconv.Itoa(1000+n), p.email, date(start), "", "", "", t.yearly.String(), currency, one(d, []string{"S", "M", "L"}), "rents tents, \"as agreed\""}
		switch {
		case i > 0 && t.renewed:
			row[2], row[4] = "", date(t.from)
			truth.Renewed++
		case i > 0:
			row[2], row[3] = "", date(t.from)
		}
		if end < 1<<40 && i == len(terms)-1 {
			row[5] = date(end)
		}
		c.row(row...)
		g.countTerm(terms, i, currency, start)
	}
	if g.midnightOf(end) <= g.end-1 {
		truth.Ended++
	}
}

// monthOf is the first day of the month of a day, or of a later month.
func monthOf(day int64, later int) int64 {
	t := time.Unix(day*86_400, 0).UTC()
	return time.Date(t.Year(), t.Month()+time.Month(later), 1, 0, 0, 0, 0, time.UTC).Unix() / 86_400
}

func (g *generator) midnightOf(day int64) int64 {
	t := time.Unix(min(day, 1<<20)*86_400, 0).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, g.zone).Unix()
}

func (g *generator) countTerm(terms []stretch, i int, currency string, start int64) {
	t, truth := terms[i], &g.truth.Contracts
	truth.Terms++
	if i > 0 && monthly(t.yearly) > monthly(terms[i-1].yearly) {
		truth.Expanded++
	}
	if i > 0 && monthly(t.yearly) < monthly(terms[i-1].yearly) {
		truth.Contracted++
	}
	first := g.dayNumber(g.start)
	last := first + int64(g.opt.Days) - 1
	mrr := g.exactInPLN(monthly(t.yearly), currency, g.midnightOf(start))
	if t.from <= first && first < t.to {
		truth.StartMRR += mrr
	}
	if t.from <= last && last < t.to {
		truth.EndMRR += mrr
	}
}

// CostTruth is about what marketing cost.
type CostTruth struct {
	Lines       int64 `json:"lines"`
	Cost        Exact `json:"cost"`
	Impressions int64 `json:"impressions"`
	Clicks      int64 `json:"clicks"`
}

// writeCosts writes what each paid campaign cost on each day: one export a month, each of which repeats the seven days before it, when they were
// still estimates. Newer exports count.
func (g *generator) writeCosts(ctx context.Context) error {
	for from := 0; from < g.opt.Days; from += 30 {
		to := min(from+30, g.opt.Days)
		name := "costs/costs_" + g.date(from) + ".csv"
		err := g.file(ctx, costSource, name, func(w io.Writer) error {
			c := &csvFile{w: w, comma: ';', newline: "\n"}
			c.row("Day", "Source", "Medium", "Campaign", "Channel", "Cost", "Currency", "Impressions", "Clicks", "Exported at")
			for i := max(from-7, 0); i < to; i++ {
				final := i < to-7 || to == g.opt.Days
				g.writeCostDay(c, i, final, g.midnight(to))
			}
			if from == 0 {
				for range g.opt.Malformed {
					s := g.source(costSource)
					s.Records++
					s.Rejected++
					c.row(g.date(0), "google", "cpc", "x", "paid_search", "-3,00", "PLN", "1", "1", instant(g.midnight(to)))
				}
			}
			return c.err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) writeCostDay(c *csvFile, i int, final bool, exported int64) {
	s := g.source(costSource)
	for n, from := range g.sources {
		currency := map[string]string{"google": "PLN", "bing": "EUR", "facebook": "EUR", "gearlist.example": "PLN", "adnet.example": "CHF"}[from.source]
		if currency == "" || from.medium == "organic" {
			continue
		}
		for ad := range 2 {
			d := roll(g.opt.Seed, "cost", (i*100+n)*2+ad)
			cost, shown := Money(d.between(0, 9_000)), int64(d.between(100, 20_000))
			clicks := shown / int64(d.between(20, 90))
			s.Records++
			if final {
				s.Distinct++
				g.truth.Costs.each(g.date(i), map[string]string{"channel": from.channel, "source": from.source}, func(t *CostTruth) {
					t.Lines++
					t.Cost += g.inPLN(cost, currency, g.midnight(i))
					t.Impressions += shown
					t.Clicks += clicks
				})
			} else {
				cost, clicks = cost*9/10, clicks-1
			}
			text := cost.String()
			c.row(g.date(i), from.source, from.medium, from.campaign, from.channel, text[:len(text)-3]+","+text[len(text)-2:], currency, strconv.FormatInt(shown, 10), strconv.FormatInt(clicks, 10), instant(exported))
		}
	}
}

// writeTargets writes what the shop wants to reach.
func (g *generator) writeTargets(ctx context.Context) error {
	s := g.source(targetSource)
	s.Records, s.Distinct = 4, 4
	return g.file(ctx, targetSource, "targets.yaml", func(w io.Writer) error {
		_, err := io.WriteString(w, `# What Turnia wants to reach.
targets:
  - { kpi: nps, baseline: 30, target: 45, start: `+g.date(0)+`, due: `+g.date(g.opt.Days-1)+`, owner: Service desk }
  - kpi: conversion_rate
    dimension: channel
    member: email
    target: 6 %
    start: `+g.date(0)+`
    due: `+g.date(g.opt.Days+90)+`
    owner: Web team
  - { kpi: reopen_rate, baseline: 0.12, target: 0.08, start: `+g.date(0)+`, due: `+g.date(g.opt.Days+30)+`, owner: Service desk }
  - { kpi: revenue, target: 500000, start: `+g.date(0)+`, due: `+g.date(g.opt.Days-1)+`, owner: Board }
`)
		return err
	})
}
