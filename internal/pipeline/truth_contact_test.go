package pipeline_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"waymark/internal/sampledata"
)

// checkContactRate compares tickets per active customer, day by day and in weeks, months and quarters: tickets of the period
// over the customers active at its end.
func checkContactRate(t *testing.T, s *site, truth *sampledata.Truth) {
	tickets, active := map[string]int64{}, map[string]int64{}
	created := map[string]int64{}
	for _, w := range truth.Tickets {
		for day, n := range w.CreatedByDay {
			created[day] += n
		}
	}
	for n := range truth.Days {
		day := dayOf(truth, n)
		for _, period := range periodsOf(date(day)) {
			tickets[period] += created[day]
			active[period] = truth.Customers.Days[day].Active // the last day of the period stays
		}
	}
	got := s.table("SELECT period || ' ' || toString(period_start), toString(numerator), toString(denominator), n, value FROM waymark_mart.kpi_value WHERE kpi = 'contact_rate' AND dimension = 'all'")
	for period, n := range tickets {
		if active[period] == 0 {
			equal(t, period+" contact_rate", len(got[period]), 0)
			continue
		}
		equal(t, period+" contact_rate", fmt.Sprint(got[period][:min(3, len(got[period]))]), fmt.Sprintf("[%d %d %d]", n, active[period], active[period]))
		if len(got[period]) == 4 {
			rate := float64(n) / float64(active[period])
			number(t, period+" contact_rate", got[period][3], &rate)
		}
		delete(got, period)
	}
	// Contracts began before the first day: customers are active then, but nobody wrote yet.
	for period, row := range got {
		equal(t, period+" contact_rate before the first day", row[0], "0")
	}
}

// periodsOf names the periods that a day is in.
func periodsOf(day time.Time) []string {
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	quarter := time.Date(day.Year(), (day.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	return []string{"day " + day.Format(time.DateOnly), "week " + monday.Format(time.DateOnly), "month " + day.Format("2006-01") + "-01",
		"quarter " + quarter.Format(time.DateOnly)}
}

// told is an event of a customer, as far as reactions need it.
type told struct {
	customer, kind string
	channel        string
	at             time.Time
	date           time.Time
}

// checkReactions tells from the events alone how soon an agent turned to each detractor, and compares medians and intervals of
// every period, in total and by channel.
func checkReactions(t *testing.T, s *site, truth *sampledata.Truth) {
	var detractors, actions []told
	for _, row := range s.query(`SELECT customer_key, event_type, is_agent, score_kind, ifNull(toString(score), ''), channel, toUnixTimestamp64Micro(occurred_at), event_date
		FROM waymark_mart.fct_journey_event WHERE event_type IN ('survey_answered', 'call_answered', 'ticket_replied', 'ticket_noted')`) {
		c := strings.Split(row, "|")
		us, err := strconv.ParseInt(c[6], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		e := told{customer: c[0], kind: c[1], channel: cmp.Or(c[5], "(unknown)"), at: time.UnixMicro(us), date: date(c[7])}
		switch score, err := strconv.ParseFloat(c[4], 64); {
		case e.kind == "survey_answered":
			if c[3] == "nps" && err == nil && score <= 6 {
				detractors = append(detractors, e)
			}
		case e.kind == "call_answered", c[2] == "true":
			actions = append(actions, e)
		}
	}
	equal(t, "detractors", int64(len(detractors)), truth.Surveys["nps"].All.Detractors)
	slices.SortFunc(actions, func(a, b told) int { return a.at.Compare(b.at) })
	minutes := map[string][]float64{}
	for _, d := range detractors {
		i := slices.IndexFunc(actions, func(a told) bool { return d.customer != "" && a.customer == d.customer && a.at.After(d.at) })
		if i < 0 || actions[i].at.Sub(d.at) > 30*24*time.Hour {
			continue
		}
		// Answers are kept to the millisecond.
		took := float64(actions[i].at.UnixMilli()-d.at.UnixMilli()) / 60_000
		for _, period := range periodsOf(d.date) {
			for _, member := range []string{"all all", "channel " + d.channel} {
				minutes[period+" "+member] = append(minutes[period+" "+member], took)
			}
		}
	}
	got := s.table(`SELECT period || ' ' || toString(period_start) || ' ' || dimension || ' ' || member, n, value, ci_low, ci_high FROM waymark_mart.kpi_value
		WHERE kpi = 'survey_reaction_time' AND dimension IN ('all', 'channel')`)
	equal(t, "cells of survey_reaction_time", len(got), len(minutes))
	if len(minutes) == 0 {
		t.Error("no agent turned to a detractor: the test compares nothing")
	}
	for cell, list := range minutes {
		slices.Sort(list)
		row := cells(got[cell], 4)
		equal(t, cell+" n", row[0], fmt.Sprint(len(list)))
		middle := median(list)
		number(t, cell+" median", row[1], &middle)
		n := float64(len(list))
		number(t, cell+" low", row[2], ranked(list, math.Ceil(n/2-1.96*math.Sqrt(n/4))))
		number(t, cell+" high", row[3], ranked(list, math.Ceil(n/2+1.96*math.Sqrt(n/4))))
	}
}

// cells are those of a row, as many empty ones where there is none.
func cells(row []string, n int) []string {
	if row == nil {
		return make([]string, n)
	}
	return row
}

func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// ranked is the observation of that rank, from 1; nil where there is none.
func ranked(sorted []float64, rank float64) *float64 {
	if rank < 1 || int(rank) > len(sorted) {
		return nil
	}
	return &sorted[int(rank)-1]
}
