package pipeline_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"waymark/internal/sampledata"
)

// checkCustomers compares the KPIs of customers on every day, customer_value customer by customer, and the cohorts.
func checkCustomers(t *testing.T, s *site, truth *sampledata.Truth) {
	c := truth.Customers
	rows := map[string]map[string]string{}
	for _, row := range s.query("SELECT kpi_date, kpi, toString(ifNull(numerator, -1)) || '/' || toString(ifNull(denominator, -1)) FROM cx_bi.kpi_daily WHERE dimension = 'all'") {
		cells := strings.Split(row, "|")
		if rows[cells[0]] == nil {
			rows[cells[0]] = map[string]string{}
		}
		rows[cells[0]][cells[1]] = cells[2]
	}
	parts := func(day, kpi string, numerator, denominator any, there bool) {
		t.Helper()
		want := ""
		if there {
			want = fmt.Sprintf("%v/%v", numerator, denominator)
		}
		equal(t, day+" "+kpi, rows[day][kpi], want)
	}
	for day, d := range c.Days {
		parts(day, "active_customers", d.Active, -1, d.Active > 0)
		parts(day, "repeat_rate", d.Repeaters, d.Buyers, d.Buyers > 0)
		parts(day, "purchase_frequency", d.Orders, d.Buyers, d.Buyers > 0)
		parts(day, "retention_rate", d.Earlier-d.Lost, d.Earlier, d.Earlier > 0)
		parts(day, "repeat_churn_rate", d.Lost, d.Earlier, d.Earlier > 0)
		margin := sampledata.Exact(int64(d.NetEver) * sampledata.MarginPercent / 100)
		parts(day, "earned_growth", exact(d.Earned), exact(d.NetBefore), d.NetBefore > 0)
		parts(day, "clv_historic", exact(margin), d.Ever, d.Ever > 0)
	}
	last := c.Days[dayOf(truth, truth.Days-1)]
	if last.Earlier > 0 && last.Lost > 0 {
		want := float64(last.Net) / 1e4 / float64(last.Buyers) * sampledata.MarginPercent / 100 * float64(last.Earlier) / float64(last.Lost)
		got := s.query("SELECT value FROM cx_bi.kpi_daily WHERE kpi = 'clv_simple' AND dimension = 'all' ORDER BY kpi_date DESC LIMIT 1")
		number(t, "clv_simple", got[0], &want)
	}
	got := s.query("SELECT first_order_date, last_order_date, orders, orders_in_window, toString(revenue_reporting), lifecycle FROM cx_bi.customer_value ORDER BY 1, 2, 3, revenue_reporting")
	equal(t, "customers", len(got), len(c.Values))
	for i, v := range c.Values[:min(len(got), len(c.Values))] {
		equal(t, fmt.Sprint("customer ", i), got[i], fmt.Sprintf("%s|%s|%d|%d|%s|%s", v.First, v.Last, v.Orders, v.InWindow, exact(v.Net), v.Lifecycle))
	}
	cells := s.table("SELECT concat(formatDateTime(cohort_month, '%Y-%m'), ' ', toString(month_number)), cohort_size, active_customers, orders, toString(revenue_reporting) FROM cx_bi.cohort_retention")
	n := 0
	for month, list := range c.Cohorts {
		for k, w := range list {
			n++
			equal(t, fmt.Sprint("cohort ", month, " ", k), fmt.Sprint(cells[fmt.Sprint(month, " ", k)]), fmt.Sprintf("[%d %d %d %s]", list[0].Active, w.Active, w.Orders, exact(w.Net)))
		}
	}
	equal(t, "cells of cohorts", len(cells), n)
	for month, w := range c.New {
		equal(t, "recommended customers of "+month, s.query("SELECT toInt64(numerator), toInt64(denominator) FROM cx_bi.kpi_period WHERE kpi = 'referral_share' AND period = 'month' AND dimension = 'all' AND period_start = '" + month + "-01'")[0],
			fmt.Sprintf("%d|%d", c.Recommended[month], w))
		equal(t, "new customers of "+month, s.query("SELECT toInt64(denominator) FROM cx_bi.kpi_period WHERE kpi = 'cac' AND period = 'month' AND dimension = 'all' AND period_start = '" + month + "-01'")[0], fmt.Sprint(w))
	}
}

func date(day string) time.Time {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return at
}

func dayOf(truth *sampledata.Truth, n int) string {
	return date(truth.Start).AddDate(0, 0, n).Format(time.DateOnly)
}

// checkContracts compares what became of contracts month by month.
func checkContracts(t *testing.T, s *site, truth *sampledata.Truth) {
	got := s.table("SELECT concat(formatDateTime(period_start, '%Y-%m'), ' ', kpi), toString(numerator), toString(denominator) FROM cx_bi.kpi_period WHERE period = 'month' AND dimension = 'all' AND kpi IN ('churn_rate', 'revenue_churn_rate', 'nrr', 'grr')")
	for month, w := range truth.Customers.Periods {
		if w.Holders == 0 {
			continue
		}
		kept := w.MRR - w.LostMRR - w.Contraction
		for kpi, want := range map[string]string{
			"churn_rate": fmt.Sprintf("[%d %d]", w.Lost, w.Holders), "revenue_churn_rate": fmt.Sprintf("[%s %s]", exact(w.LostMRR), exact(w.MRR)),
			"nrr": fmt.Sprintf("[%s %s]", exact(kept+w.Expansion), exact(w.MRR)), "grr": fmt.Sprintf("[%s %s]", exact(kept), exact(w.MRR)),
		} {
			equal(t, month+" "+kpi, fmt.Sprint(got[month+" "+kpi]), want)
		}
	}
}

// checkContacts compares the KPIs of tickets as contacts, of e-mails and of invitations.
func checkContacts(t *testing.T, s *site, truth *sampledata.Truth) {
	got := s.table("SELECT kpi, toInt64(sum(numerator)), toInt64(sum(denominator)) FROM cx_bi.kpi_daily WHERE dimension = 'all' GROUP BY kpi")
	m, c := truth.Mails, truth.Contacts24
	delivered, tickets := m.Sent-m.Bounced, int64(0)
	for _, w := range truth.Tickets {
		tickets += w.Created
	}
	for kpi, want := range map[string][2]int64{
		"email_delivery_rate": {delivered, m.Sent}, "email_bounce_rate": {m.Bounced, m.Sent}, "email_open_rate": {m.Opened, delivered},
		"email_click_rate": {m.Clicked, delivered}, "email_unsubscribe_rate": {m.Unsubscribed, delivered}, "nps_response_rate": {c.Answered, c.Invited},
		"fcr_rate": {c.FirstContact, c.Solved}, "self_service_rate": {c.SelfServed, c.HelpVisits}, "contact_rate_per_order": {tickets, truth.Shop.All.Orders},
	} {
		equal(t, kpi, fmt.Sprint(got[kpi]), fmt.Sprintf("[%d %d]", want[0], want[1]))
	}
	cost := s.query("SELECT toString(sum(numerator)) FROM cx_bi.kpi_daily WHERE kpi = 'cac' AND dimension = 'all'")
	equal(t, "cost of cac", cost[0], exact(truth.Costs.All.Cost))
}

// checkTargets compares where targets stand: nps by its last whole month, revenue by its sum.
func checkTargets(t *testing.T, s *site, truth *sampledata.Truth) {
	got := s.table("SELECT kpi, target, n, toString(actual), actual_from, actual_to, status FROM cx_bi.kpi_target_progress WHERE dimension = 'all'")
	month := date(dayOf(truth, truth.Days)).AddDate(0, -1, 0).Format("2006-01") // the sample ends early in April
	p, d, n := int64(0), int64(0), int64(0)
	for day, w := range truth.Surveys["nps"].ByDay {
		if day[:7] == month {
			p, d, n = p+w.Promoters, d+w.Detractors, n+w.Answers
		}
	}
	nps := 100 * float64(p-d) / float64(n)
	status := "missed" // due on the last day
	if nps >= 45 {
		status = "achieved"
	}
	number(t, "nps", got["nps"][2], &nps)
	equal(t, "nps", fmt.Sprint(got["nps"][1], got["nps"][3], got["nps"][5]), fmt.Sprint(n, month+"-01", status))
	revenue, _ := new(big.Rat).SetString(truth.Shop.All.Revenue.String())
	sum, _ := revenue.Float64()
	status = "missed"
	if sum >= 500_000 {
		status = "achieved"
	}
	number(t, "revenue", got["revenue"][2], &sum)
	equal(t, "revenue", got["revenue"][5], status)
	equal(t, "targets", s.query("SELECT count() FROM cx_bi.kpi_target_progress")[0], "4")
}

// checkTrend finds what the shop planted.
func checkTrend(t *testing.T, s *site, truth *sampledata.Truth) {
	for _, c := range truth.Changes {
		got := s.query("SELECT on_date, is_flagged, if(change > 0, 'up', 'down'), sentence FROM cx_bi.kpi_trend WHERE kpi = '" + c.KPI + "' AND dimension = 'all' AND signal = 'change_point'")
		if len(got) != 1 {
			t.Errorf("%s: no change point", c.KPI)
			continue
		}
		cells := strings.Split(got[0], "|")
		if off := date(cells[0]).Sub(date(c.Date)).Hours() / 24; off < -3 || off > 3 || cells[1] != "true" || cells[2] != c.Direction {
			t.Errorf("%s: got %s, want %+v", c.KPI, got[0], c)
		}
		t.Log(cells[3])
	}
}
