package models_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/schemas"
	"waymark/transform/models"
)

// allowed are the column types that BI tools read.
var allowed = regexp.MustCompile(`^(LowCardinality\(String\)|(Nullable\()?(String|Bool|Date|DateTime64\(3, 'UTC'\)|U?Int(8|16|32|64)|Float(32|64)|Decimal\(18, 4\))\)?)$`)

// testViews holds every view to what BI needs. It runs on the models as the last case left them.
func testViews(t *testing.T, w *warehouse, list []models.Model) {
	kpis, err := schemas.KPIs()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, v := range models.Views(list, kpis) {
		names[v.Name] = true
		w.exec("CREATE VIEW cx_bi.`"+v.Name+"` AS "+v.SQL, nil, nil)
		var got, want, types []string
		for _, row := range w.rows("SELECT name, type FROM system.columns WHERE database = 'cx_bi' AND table = '"+v.Name+"' ORDER BY position", nil) {
			got = append(got, row[0])
			typ := strings.ReplaceAll(row[1], `\'`, "'")
			types = append(types, typ)
			if !allowed.MatchString(typ) {
				t.Errorf("%s.%s has type %s", v.Name, row[0], typ)
			}
		}
		for i, c := range v.Columns {
			want = append(want, c.Name)
			if said := strings.ReplaceAll(c.Type, " ", ""); i < len(types) && said != "" && said != strings.ReplaceAll(types[i], " ", "") { // the pipeline takes it as given
				t.Errorf("%s.%s is said to be %s, it is %s", v.Name, c.Name, c.Type, types[i])
			}
			if c.Comment == "" {
				t.Errorf("%s.%s has no comment", v.Name, c.Name)
			}
			if strings.HasSuffix(c.Name, "_reporting") && !strings.Contains(fmt.Sprint(v.Columns), "{currency ") {
				t.Errorf("%s.%s has no currency beside it", v.Name, c.Name)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: columns: want -, got +:\n%s", v.Name, diff)
		}
		if v.Comment == "" {
			t.Errorf("%s has no comment", v.Name)
		}
		w.exec("SELECT * FROM cx_bi.`"+v.Name+"` LIMIT 1", nil, nil)
	}
	for _, n := range []string{"journey_event", "fct_journey_event", "fct_session", "fct_order", "fct_ticket", "fct_survey_response", "fct_opportunity",
		"dim_customer", "dim_agent", "dim_account", "dim_date", "kpi_daily", "kpi_period", "kpi_definition", "customer_value", "cohort_retention",
		"kpi_target_progress", "kpi_trend", "reject", "fct_journey", "journey_edge", "journey_stage_touchpoint", "critical_moment", "fct_attribution",
		"attribution_channel"} {
		if !names[n] {
			t.Errorf("there is no view %s", n)
		}
	}
	if n := len(w.rows("SELECT id FROM cx_bi.kpi_definition", nil)); n != len(kpis) {
		t.Errorf("kpi_definition has %d rows for %d KPIs", n, len(kpis))
	}
}

// TestMoneyHasACurrency holds the list of KPIs in kpi_value that are money to the catalogue.
func TestMoneyHasACurrency(t *testing.T) {
	kpis, err := schemas.KPIs()
	list, err2 := models.Load()
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for _, m := range list {
		if m.Name != "kpi_value" {
			continue
		}
		_, clause, _ := strings.Cut(m.SQL, "if(kpi IN (")
		for _, k := range kpis {
			if got := strings.Contains(clause, "'"+k.ID+"'"); got != (k.Unit == "money") {
				t.Errorf("%s is %s: has a currency in kpi_value: %v", k.ID, k.Unit, got)
			}
		}
	}
}
