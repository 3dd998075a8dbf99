package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"waymark/internal/sampledata"
)

// exact trims trailing zeros as ClickHouse's toString of a Decimal does.
func exact(e sampledata.Exact) string {
	return strings.TrimSuffix(strings.TrimRight(e.String(), "0"), ".")
}

// checkOrders compares orders and their money, in total, by day and by dimension, to the last of four decimals: web analytics, the shop's books and
// the marketplaces together, in the reporting currency, net of refunds.
func checkOrders(t *testing.T, s *site, truth *sampledata.Truth) {
	const measures = "toString(ifNull(sumIf(numerator, kpi = 'orders'), 0)), toString(ifNull(sumIf(numerator, kpi = 'revenue'), 0))"
	compare := func(what string, got []string, want *sampledata.ShopTruth) {
		t.Helper()
		equal(t, what+": orders, revenue", fmt.Sprint(got), fmt.Sprintf("[%d %s]", want.Orders, exact(want.Revenue)))
	}
	compare("all", s.table("SELECT 'all', " + measures + " FROM cx_bi.kpi_daily WHERE dimension = 'all'")["all"], truth.Shop.All)
	days := s.table("SELECT kpi_date, " + measures + " FROM cx_bi.kpi_daily WHERE dimension = 'all' GROUP BY kpi_date")
	for day, want := range truth.Shop.ByDay {
		compare(day, days[day], want)
	}
	for dimension, members := range truth.Shop.By {
		got := s.table("SELECT member, " + measures + " FROM cx_bi.kpi_daily WHERE dimension = '" + dimension + "' GROUP BY member")
		for member, want := range members {
			compare(dimension+" "+member, got[member], want)
		}
	}
	w := truth.Shop.All
	s.want("SELECT count(), toString(sum(amount_reporting)), toString(sum(refunded_reporting)), countIf(original_currency != 'PLN') FROM cx_bi.fct_order",
		fmt.Sprintf("%d|%s|%s|%d", w.Orders, exact(w.Gross), exact(w.Refunded), truth.Foreign))
	if truth.Foreign == 0 || w.Orders <= truth.Web.All.Orders {
		t.Error("the sample has no orders that web analytics does not know, or none in another currency")
	}
}

// checkGrowth compares contracts, costs, mailings and targets.
func checkGrowth(t *testing.T, s *site, truth *sampledata.Truth) {
	c := truth.Contracts
	s.want("SELECT uniqExact(contract_id), count() FROM cx_bi.fct_contract", fmt.Sprintf("%d|%d", c.Contracts, c.Terms))
	s.want("SELECT countIf(event_type = 'contract_started'), countIf(event_type = 'contract_renewed'), countIf(event_type = 'contract_expanded'), "+
		"countIf(event_type = 'contract_contracted'), countIf(event_type = 'contract_ended') FROM cx_bi.fct_journey_event",
		fmt.Sprintf("%d|%d|%d|%d|%d", c.Contracts, c.Renewed, c.Expanded, c.Contracted, c.Ended))
	last := fmt.Sprintf("toDate('%s') + %d", truth.Start, truth.Days-1)
	inForce := func(day string) string {
		return "toString(sumIf(mrr_reporting, valid_from <= " + day + " AND (valid_to IS NULL OR valid_to > " + day + ")))"
	}
	s.want("SELECT "+inForce("toDate('"+truth.Start+"')")+", "+inForce(last)+" FROM cx_bi.fct_contract", exact(c.StartMRR)+"|"+exact(c.EndMRR))
	s.want("SELECT count() FROM cx_bi.fct_contract WHERE customer_key = '' OR abs(mrr_reporting - change_reporting) < 0", "0")

	compare := func(what string, got []string, want *sampledata.CostTruth) {
		t.Helper()
		equal(t, what, fmt.Sprint(got), fmt.Sprintf("[%d %s %d %d]", want.Lines, exact(want.Cost), want.Impressions, want.Clicks))
	}
	const costs = "count(), toString(sum(cost_reporting)), sum(impressions), sum(clicks) FROM cx_bi.fct_cost"
	compare("costs", s.table("SELECT 'all', " + costs)["all"], truth.Costs.All)
	days := s.table("SELECT cost_date, " + costs + " GROUP BY cost_date")
	for day, want := range truth.Costs.ByDay {
		compare("costs of "+day, days[day], want)
	}
	for dimension, members := range truth.Costs.By {
		got := s.table("SELECT " + dimension + ", " + costs + " GROUP BY 1")
		for member, want := range members {
			compare("costs of "+dimension+" "+member, got[member], want)
		}
	}

	m := truth.Mails
	s.want("SELECT countIf(event_type = 'email_sent'), countIf(event_type = 'email_opened'), countIf(event_type = 'email_clicked'), countIf(event_type = 'email_bounced'), "+
		"countIf(event_type = 'email_unsubscribed') FROM cx_bi.fct_journey_event WHERE system = 'hubspot'", fmt.Sprintf("%d|%d|%d|%d|%d", m.Sent, m.Opened, m.Clicked, m.Bounced, m.Unsubscribed))
	s.want("SELECT count(), countIf(target = toDecimal64(0.06, 4) AND member = 'email') FROM waymark_raw.kpi_target", "4|1")
}
