package pipeline_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"waymark/configs"
	"waymark/internal/pipeline"
	"waymark/internal/sampledata"
)

// TestTruth holds the pipeline to what the sample shop knows of itself: the generator counts from its own decisions, not
// from the files, and not with the pipeline's SQL.
func TestTruth(t *testing.T) {
	t.Parallel()
	s := newWholeSite(t)
	truth, err := sampledata.Generate(t.Context(), sampledata.Options{Seed: 7, Scale: 0.05, Malformed: 3}, sampledata.Directory(s.dir+"/exports"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := sampleConfig(t, s)
	report := s.run(cfg)
	s.verify(cfg)
	t.Run("sources", func(t *testing.T) { checkSources(t, truth, report) })
	t.Run("web", func(t *testing.T) { checkWeb(t, s, truth) })
	t.Run("orders", func(t *testing.T) { checkOrders(t, s, truth) })
	t.Run("growth", func(t *testing.T) { checkGrowth(t, s, truth) })
	t.Run("customers", func(t *testing.T) { checkCustomers(t, s, truth) })
	t.Run("contracts", func(t *testing.T) { checkContracts(t, s, truth) })
	t.Run("contacts", func(t *testing.T) { checkContacts(t, s, truth) })
	t.Run("contact rate", func(t *testing.T) { checkContactRate(t, s, truth) })
	t.Run("reactions", func(t *testing.T) { checkReactions(t, s, truth) })
	t.Run("targets", func(t *testing.T) { checkTargets(t, s, truth) })
	t.Run("trend", func(t *testing.T) { checkTrend(t, s, truth) })
	t.Run("surveys", func(t *testing.T) { checkSurveys(t, s, truth) })
	t.Run("tickets", func(t *testing.T) { checkTickets(t, s, truth) })
	t.Run("ticket rows", func(t *testing.T) { checkTicketRows(t, s, truth) })
	t.Run("sales", func(t *testing.T) { checkSales(t, s, truth) })
	t.Run("identity", func(t *testing.T) { checkIdentity(t, s, truth) })
	t.Run("journeys", func(t *testing.T) { checkJourneys(t, s, truth) })
	t.Run("planted moments", func(t *testing.T) { checkPlantedMoments(t, s, truth) })
	t.Run("attribution", func(t *testing.T) { checkAttribution(t, s, truth) })
	t.Run("privacy", func(t *testing.T) { checkPrivacy(t, s) })
}

func sampleConfig(t *testing.T, s *site) *configs.Config {
	t.Helper()
	text := sampledata.Config(sampledata.ConfigOptions{Exports: s.dir + "/exports", Lake: s.dir + "/lake", Warehouse: "embedded:" + s.dir + "/warehouse"})
	cfg, err := configs.Parse("waymark.yaml", text, func(string) (string, bool) { return key, true })
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// number compares figures that SQL and Go compute in floating point.
func number(t *testing.T, what, got string, want *float64) {
	t.Helper()
	if want == nil {
		if got != "" {
			t.Errorf("%s: got %s, want nothing", what, got)
		}
		return
	}
	f, err := strconv.ParseFloat(got, 64)
	if err != nil || math.Abs(f-*want) > 1e-6*math.Max(1, math.Abs(*want)) {
		t.Errorf("%s: got %q, want %g", what, got, *want)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// table reads a statement into a map from its first cell to the others.
func (s *site) table(sql string) map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	for _, row := range s.query(sql) {
		cells := strings.Split(row, "|")
		out[cells[0]] = cells[1:]
	}
	return out
}

func checkSources(t *testing.T, truth *sampledata.Truth, report *pipeline.Report) {
	seen := 0
	for _, r := range report.Sources {
		want := truth.Sources[r.Source]
		if want == nil {
			t.Errorf("source %s is not in the truth", r.Source)
			continue
		}
		seen++
		equal(t, r.Source+" records", r.Records, want.Records)
		equal(t, r.Source+" rejects", r.Rejects, want.Rejected)
	}
	equal(t, "sources", seen, len(truth.Sources))
}

func checkWeb(t *testing.T, s *site, truth *sampledata.Truth) {
	var sums []string
	for _, part := range [][2]string{{"numerator", "sessions"}, {"numerator", "engaged_session_rate"}, {"denominator", "cart_abandonment_rate"},
		{"denominator", "checkout_abandonment_rate"}, {"numerator", "conversion_rate"}, {"numerator", "cart_abandonment_rate"},
		{"numerator", "checkout_abandonment_rate"}} {
		sums = append(sums, "ifNull(sumIf("+part[0]+", kpi = '"+part[1]+"'), 0)") // no row is none
	}
	measures := strings.Join(sums, ", ")
	names := []string{"sessions", "engaged", "with cart", "with checkout", "with order", "carts abandoned", "checkouts abandoned"}
	figures := func(w *sampledata.WebTruth) []float64 {
		return []float64{float64(w.Sessions), float64(w.EngagedSessions), float64(w.SessionsWithCart), float64(w.SessionsWithCheckout), float64(w.SessionsWithOrder),
			float64(w.CartsAbandoned), float64(w.CheckoutsAbandoned)}
	}
	compare := func(what string, got []string, want *sampledata.WebTruth) {
		t.Helper()
		if got == nil {
			t.Errorf("%s: missing", what)
			return
		}
		for i, f := range figures(want) {
			number(t, what+" "+names[i], got[i], &f)
		}
	}
	all := s.table("SELECT 'all', " + measures + " FROM cx_bi.kpi_daily WHERE dimension = 'all'")
	compare("all", all["all"], truth.Web.All)
	days := s.table("SELECT kpi_date, " + measures + " FROM cx_bi.kpi_daily WHERE dimension = 'all' GROUP BY kpi_date")
	for day, want := range truth.Web.ByDay {
		compare(day, days[day], want)
	}
	for dimension, members := range truth.Web.By {
		got := s.table("SELECT member, " + measures + " FROM cx_bi.kpi_daily WHERE dimension = '" + dimension + "' GROUP BY member")
		for member, want := range members {
			compare(dimension+" "+member, got[member], want)
		}
	}
	s.want("SELECT uniqExact(visitor_key), uniqExactIf(visitor_key, has_order) FROM cx_bi.fct_session",
		fmt.Sprintf("%d|%d", truth.Visitors.Visitors, truth.Visitors.WithOrder))
}

func checkSurveys(t *testing.T, s *site, truth *sampledata.Truth) {
	got := s.table(`SELECT score_kind, count(), sum(score), countIf(nps_group = 'promoter'), countIf(nps_group = 'passive'), countIf(nps_group = 'detractor')
		FROM cx_bi.fct_survey_response WHERE ticket_id = '' OR system = 'survey' GROUP BY score_kind`)
	for kind, b := range truth.Surveys {
		w := b.All
		want := []string{fmt.Sprint(w.Answers), fmt.Sprint(w.Sum), fmt.Sprint(w.Promoters), fmt.Sprint(w.Passives), fmt.Sprint(w.Detractors)}
		equal(t, kind, fmt.Sprint(got[kind]), fmt.Sprint(want))
	}
	n := truth.Surveys["nps"].All
	daily := s.table("SELECT 'nps', toFloat64(sum(numerator)) / toFloat64(sum(denominator)) * 100, sum(n) FROM cx_bi.kpi_daily WHERE kpi = 'nps' AND dimension = 'all'")["nps"]
	number(t, "nps", daily[0], n.NPS)
	equal(t, "nps answers", daily[1], fmt.Sprint(n.Answers))
	ratings := s.query("SELECT count(), sum(score) FROM cx_bi.fct_survey_response WHERE system = 'zendesk'")
	equal(t, "ticket ratings", ratings[0], fmt.Sprintf("%d|%d", truth.Ratings.Answers, truth.Ratings.Sum))
}

func checkTickets(t *testing.T, s *site, truth *sampledata.Truth) {
	count := func(m map[string]int64, sql string) {
		t.Helper()
		got := s.table(sql)
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if m[k] > 0 || got[k] != nil {
				equal(t, sql[:min(len(sql), 60)]+" "+k, fmt.Sprint(got[k]), fmt.Sprintf("[%d]", m[k]))
			}
		}
	}
	backlog := map[string]int64{}
	for system, w := range truth.Tickets {
		where := " FROM cx_bi.fct_ticket WHERE system = '" + system + "' "
		equal(t, system+" tickets", s.query("SELECT count(), countIf(is_solved)" + where)[0], fmt.Sprintf("%d|%d", w.Created, w.Solved))
		count(w.CreatedByDay, "SELECT created_date, count()"+where+"GROUP BY 1")
		count(w.SolvedByDay, "SELECT solved_date, count()"+where+"AND is_solved GROUP BY 1")
		count(w.ByChannel, "SELECT channel, count()"+where+"GROUP BY 1")
		count(w.ByGroup, "SELECT `group`, count()"+where+"GROUP BY 1")
		for day, n := range w.Backlog {
			backlog[day] += n
		}
	}
	count(backlog, "SELECT kpi_date, toInt64(numerator) FROM cx_bi.kpi_daily WHERE kpi = 'backlog' AND dimension = 'all'")
	w := truth.Tickets["zendesk"]
	for column, d := range map[string]sampledata.Distribution{
		"first_reply_time_calendar_minutes": w.FirstReply.Calendar, "first_reply_time_business_minutes": w.FirstReply.Business,
		"full_resolution_calendar_minutes": w.FullResolution.Calendar, "full_resolution_business_minutes": w.FullResolution.Business,
	} {
		got := s.table("SELECT 'x', count(" + column + "), quantileExactInclusive(0.5)(" + column + "), quantileExactInclusive(0.9)(" + column + ") FROM cx_bi.fct_ticket WHERE system = 'zendesk'")["x"]
		equal(t, column+" n", got[0], fmt.Sprint(d.N))
		number(t, column+" median", got[1], d.Median)
		number(t, column+" p90", got[2], d.P90)
	}
}

// checkTicketRows compares every column of every ticket.
func checkTicketRows(t *testing.T, s *site, truth *sampledata.Truth) {
	want := map[string]map[string]any{}
	columns := map[string]bool{}
	for _, row := range truth.TicketRow {
		text, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		want[row.System+" "+row.TicketID] = fields
		for c := range fields {
			columns[c] = true
		}
	}
	names := slices.Sorted(maps.Keys(columns))
	got := s.table("SELECT system || ' ' || ticket_id, `" + strings.Join(names, "`, `") + "` FROM cx_bi.fct_ticket")
	equal(t, "tickets", len(got), len(want))
	wrong := 0
	for id, fields := range want {
		for i, c := range names {
			if got[id] == nil || !sameCell(got[id][i], fields[c]) {
				if wrong++; wrong <= 20 {
					t.Errorf("ticket %s: %s is %v, want %v", id, c, got[id][min(i, max(len(got[id])-1, 0)):][:min(1, len(got[id]))], fields[c])
				}
			}
		}
	}
	if wrong > 20 {
		t.Errorf("… and %d more cells", wrong-20)
	}
}

// sameCell compares a cell of the warehouse with a JSON value; times by the instant, numbers to a millionth.
func sameCell(got string, want any) bool {
	switch w := want.(type) {
	case nil:
		return got == ""
	case bool:
		return got == strconv.FormatBool(w)
	case float64:
		f, err := strconv.ParseFloat(got, 64)
		return err == nil && math.Abs(f-w) < 1e-6*math.Max(1, math.Abs(w))
	case string:
		trim := func(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, "Z"), ".000") }
		return trim(got) == trim(w)
	}
	return false
}

func checkSales(t *testing.T, s *site, truth *sampledata.Truth) {
	w := truth.Sales.All
	s.want("SELECT countIf(is_won), countIf(is_closed AND NOT is_won), countIf(NOT is_closed), toString(sumIf(amount_reporting, is_won)), toString(sumIf(amount_reporting, is_closed AND NOT is_won)), toString(sumIf(amount_reporting, NOT is_closed)) FROM cx_bi.fct_opportunity",
		fmt.Sprintf("%d|%d|%d|%s|%s|%s", w.Won, w.Lost, w.Open, decimal(w.WonAmount), decimal(w.LostAmount), decimal(w.OpenAmount)))
	got := s.table("SELECT kpi, toFloat64(sum(numerator)) / toFloat64(sum(denominator)) FROM cx_bi.kpi_daily WHERE dimension = 'all' AND kpi IN ('win_rate', 'win_rate_by_amount', 'lead_conversion_rate', 'sales_cycle_days') GROUP BY kpi")
	for kpi, want := range map[string]*float64{"win_rate": w.WinRate, "win_rate_by_amount": w.WinRateByAmount, "sales_cycle_days": w.MeanWonCycle, "lead_conversion_rate": truth.Leads.ConversionRate} {
		if got[kpi] == nil {
			t.Errorf("%s: missing", kpi)
			continue
		}
		number(t, kpi, got[kpi][0], want)
	}
	days := s.table("SELECT opportunity_id, ifNull(toString(sales_cycle_days), '') FROM cx_bi.fct_opportunity")
	for _, d := range truth.Deals {
		want := ""
		if d.SalesCycleDays != nil {
			want = fmt.Sprint(*d.SalesCycleDays)
		}
		equal(t, "deal "+d.ID, fmt.Sprint(days[d.ID]), "["+want+"]")
	}
	s.want("SELECT countIf(event_type = 'campaign_member_responded'), countIf(event_type = 'call_answered') FROM cx_bi.fct_journey_event",
		fmt.Sprintf("%d|%d", truth.Campaigns.Responses, truth.Campaigns.Calls))
}

// decimal trims trailing zeros as ClickHouse's toString of a Decimal does.
func decimal(m sampledata.Money) string {
	return strings.TrimSuffix(strings.TrimRight(m.String(), "0"), ".")
}

// checkPrivacy looks for the invented persons in all that was written.
func checkPrivacy(t *testing.T, s *site) {
	addresses := regexp.MustCompile(`[a-z0-9._+-]+@[a-z0-9.-]+\.example`)
	stored := contents(t, s.dir+"/lake")
	people := addresses.FindAllString(contents(t, s.dir+"/exports"), -1)
	if len(people) < 100 {
		t.Fatalf("only %d addresses in the exports: the test looks for the wrong thing", len(people))
	}
	for _, address := range people[:100] {
		if strings.Contains(stored, address) {
			t.Fatal("the lake holds an address of the exports")
		}
	}
	if n := s.query("SELECT count() FROM waymark_raw.journey_event WHERE arrayExists(v -> position(v, '@') > 0, mapValues(attributes)) OR position(page_path, '@') > 0"); n[0] != "0" {
		t.Errorf("%s events hold an address", n[0])
	}
	if strings.Contains(s.log.String(), "@") {
		t.Error("the log holds an address")
	}
}
