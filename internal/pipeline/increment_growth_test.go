package pipeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/pipeline"
)

// growthSources are what money, contracts, campaigns and targets come from.
const growthSources = `  - { name: orders, system: orders, export: orders, location: "$DIR/orders/*.csv" }
  - { name: contracts, system: billing, export: contracts, location: "$DIR/contracts/*.csv", mode: full }
  - { name: costs, system: marketing, export: costs, location: "$DIR/costs/*.csv", currency: EUR }
  - { name: mails, system: email, export: events, location: "$DIR/mails/*.csv" }
  - { name: answers, system: survey, export: responses, location: "$DIR/answers/*.csv" }
  - { name: rates, system: ecb, export: rates, location: "$DIR/rates/*.csv" }
  - { name: targets, system: targets, export: targets, location: "$DIR/targets.yaml" }
`

const (
	ordersHead   = "order_id,ordered_at,amount,currency,refunded_amount,refunded_at,email,campaign,channel\n"
	contractHead = "contract_id,email,started_at,changed_at,ended_at,mrr,currency\n"
	costHead     = "cost_date,channel,campaign,cost,updated_at\n"
	mailHead     = "event_id,occurred_at,type,email,campaign\n"
	answerHead   = "response_id,answered_at,kind,score,email\n"
	targetLine   = "  - { kpi: revenue, target: TARGET, start: 2026-01-01, due: 2026-03-31 }\n  - { kpi: nps, baseline: 10, target: 40, start: 2026-01-01, due: 2026-02-28 }\n"
)

// growthStep is what one run finds new; a file of a name that was there before is replaced.
type growthStep struct {
	name  string
	files map[string]string
	check [2]string // a statement and what it must give afterwards
}

// growthSteps tell of two months in which every source corrects itself.
func growthSteps() []growthStep {
	return []growthStep{
		{"the first exports", map[string]string{
			"rates/1.csv": "Date,PLN,USD\n2025-12-31,4.20,1.10\n2026-01-02,4.20,1.10\n2026-01-12,4.25,1.12\n",
			"orders/1.csv": ordersHead + "A1,2026-01-05T10:00:00Z,100,EUR,,,a@x.example,spring,web\nA2,2026-01-06T10:00:00Z,42,PLN,,,b@x.example,,web\n" +
				"A3,2026-01-13T10:00:00Z,56,USD,,,c@x.example,spring,web\n",
			"contracts/1.csv": contractHead + "C1,a@x.example,2026-01-01,,,100,EUR\nC2,b@x.example,2026-01-01,,,420,PLN\nC3,d@x.example,2026-01-01,,,50,EUR\n",
			"costs/1.csv":     costHead + "2026-01-05,email,spring,20,2026-01-08T00:00:00Z\n2026-01-06,email,spring,30,2026-01-08T00:00:00Z\n",
			"mails/1.csv": mailHead + "1,2026-01-04T08:00:00Z,sent,a@x.example,spring\n2,2026-01-04T08:00:00Z,sent,b@x.example,spring\n" +
				"3,2026-01-04T08:00:00Z,sent,c@x.example,spring\n4,2026-01-05T09:50:00Z,clicked,a@x.example,spring\n",
			"answers/1.csv": answerHead + "R1,2026-01-20T10:00:00Z,nps,10,a@x.example\nR2,2026-01-20T11:00:00Z,nps,3,b@x.example\n",
			"targets.yaml":  "targets:\n" + strings.Replace(targetLine, "TARGET", "1000", 1),
		}, [2]string{"SELECT toString(sum(numerator)) FROM cx_bi.kpi_daily WHERE kpi = 'revenue' AND dimension = 'all'", "160"}},
		{"a bank corrects a rate, costs are restated, mails bounce late", map[string]string{
			"rates/1.csv": "Date,PLN,USD\n2025-12-31,4.20,1.10\n2026-01-02,4.00,1.10\n2026-01-12,4.25,1.12\n",
			"costs/2.csv": costHead + "2026-01-06,email,spring,35,2026-01-15T00:00:00Z\n2026-01-13,display,spring,10,2026-01-15T00:00:00Z\n",
			"mails/2.csv": mailHead + "3,2026-01-04T08:00:00Z,sent,c@x.example,spring\n5,2026-01-04T08:00:02Z,bounced,c@x.example,spring\n6,2026-01-07T08:00:00Z,opened,b@x.example,spring\n",
		}, [2]string{"SELECT toString(sum(cost_reporting)), (SELECT toString(amount_reporting) FROM cx_bi.fct_order WHERE order_id = 'A2') FROM cx_bi.fct_cost", "65|10.5"}},
		{"contracts and targets change", map[string]string{
			"rates/2.csv":     "Date,PLN,USD\n2026-02-02,4.10,1.15\n2026-02-09,4.10,1.15\n",
			"contracts/2.csv": contractHead + "C1,a@x.example,2026-01-01,,,100,EUR\nC1,,,2026-02-01,,150,EUR\nC2,b@x.example,2026-01-01,,2026-02-10,420,PLN\n",
			"targets.yaml":    "targets:\n" + strings.Replace(targetLine, "TARGET", "500", 1),
		}, [2]string{"SELECT toString(target) FROM cx_bi.kpi_target_progress WHERE kpi = 'revenue'", "500"}},
		{"another month, a refund of the last", map[string]string{
			"orders/2.csv": ordersHead + "A1,2026-01-05T10:00:00Z,100,EUR,40,2026-02-03T09:00:00Z,a@x.example,spring,web\nA4,2026-02-03T10:00:00Z,41,PLN,,,a@x.example,,web\n" +
				"A5,2026-02-20T10:00:00Z,10,EUR,,,e@x.example,,web\n",
			"answers/1.csv": answerHead + "R1,2026-01-20T10:00:00Z,nps,9,a@x.example\nR2,2026-01-21T11:00:00Z,nps,7,b@x.example\n",
		}, [2]string{"SELECT toString(sum(numerator)) FROM cx_bi.kpi_daily WHERE kpi = 'revenue' AND dimension = 'all'", "140.5"}},
	}
}

// TestGrowthIncrementIsTheWhole: rates, orders, contracts, costs, mails, answers and targets that come and are corrected over several
// runs end in the marts of one run over all of it.
func TestGrowthIncrementIsTheWhole(t *testing.T) {
	t.Parallel()
	steps := growthSteps()
	age := func(step int) time.Duration { return time.Duration(48-step) * time.Hour }
	s := newWholeSite(t)
	cfg := s.config(growthSources)
	for i, step := range steps {
		for name, text := range step.files {
			s.write(name, text, age(i))
		}
		report := s.run(cfg)
		if i > 0 && slices.ContainsFunc(report.Sources, func(r pipeline.SourceReport) bool { return r.Rejects > 0 }) {
			t.Errorf("%s: rejects", step.name)
		}
		s.want(step.check[0], step.check[1])
	}
	s.verify(cfg)
	// What the sources say together at the end, on paper: of three mails one bounced; at the end of January C1 and C2 ran, C2 ended.
	s.want("SELECT kpi, toInt64(sum(numerator)), toInt64(sum(denominator)) FROM cx_bi.kpi_daily WHERE dimension = 'all' AND kpi = 'email_bounce_rate' GROUP BY kpi", "email_bounce_rate|1|3")
	s.want("SELECT toInt64(numerator), toInt64(denominator) FROM cx_bi.kpi_period WHERE dimension = 'all' AND kpi = 'churn_rate' AND period = 'month' AND period_start = '2026-02-01'", "1|2")
	s.want("SELECT toString(sum(cost_reporting)), toString(max(roas)) FROM cx_bi.attribution_channel WHERE model = 'last' AND channel = 'display'", "10|0")
	got := s.tables(true)
	want, err := s.alone(withLake(cfg, s.dir+"/lake2"), true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables after %d runs differ from those of one run over everything: want -, got +:\n%s", len(steps), diff)
	}
}
