package models_test

import (
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/schemas"
	"waymark/transform/models"
)

// TestWarehouse builds the models in one real engine.
func TestWarehouse(t *testing.T) {
	list, err := models.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := startWarehouse(t)
	w.create(list, models.Defaults())
	t.Run("cases", func(t *testing.T) { testCases(t, w, list) })
	t.Run("false_alarms", func(t *testing.T) { testFalseAlarms(t, w.in(t), list) })
	t.Run("moments", func(t *testing.T) { testMoments(t, w.in(t), list) })
	t.Run("planted", func(t *testing.T) { testPlanted(t, w.in(t), list) })
	t.Run("crowd", func(t *testing.T) { testCrowd(t, w.in(t), list) })
	t.Run("identity", func(t *testing.T) { testIdentity(t, w.in(t), list) })
	t.Run("real_tickets", func(t *testing.T) { testRealTickets(t, w.in(t), list) })
}

// testNeeds takes away the inputs that a model says it needs, from a warehouse in which everything is built: nothing is left.
func testNeeds(t *testing.T, w *warehouse, list []models.Model) {
	for _, m := range list {
		if m.Iteration != nil || len(m.Needs) == len(m.Reads)+len(m.DependsOn) {
			continue
		}
		sql := m.SQL
		for _, n := range m.Needs {
			sql = regexp.MustCompile(`waymark_(raw|mart)\.`+n+`\b`).ReplaceAllString(sql, "(SELECT * FROM $0 WHERE 0)")
		}
		if n := w.rows("SELECT count() FROM (\n"+sql+"\n)", models.Defaults())[0][0]; n != "0" {
			t.Errorf("%s has %s rows without %v", m.Name, n, m.Needs)
		}
	}
}

// testCases builds every model from small hand-made inputs and holds the marts to values worked out on paper.
func testCases(t *testing.T, w *warehouse, list []models.Model) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			needed := runCase(t, w.in(t), list, file)
			if needed["kpi_daily"] {
				for _, row := range w.rows("SELECT DISTINCT kpi, arrayJoin([dimension, 'all']) FROM waymark_mart.kpi_value", nil) {
					seen[row[0]+" "+row[1]] = true
				}
			}
		})
		if !slices.Contains([]string{"empty", "tickets", "web_sessions", "orders", "journeys", "cost_contract", "kpi_sales", "kpi_customer", "kpi_target"}, name) {
			continue
		}
		// Every model, from the cases that have the most. West of Greenwich the absent time 0 is a day before the first Date.
		t.Run(name+"_west", func(t *testing.T) {
			west := w.in(t)
			west.settings = map[string]string{"date_time_overflow_behavior": "throw"} // as load/clickhouse builds models
			c := readCase(t, file, models.Defaults())
			c.params["timezone"] = "America/Los_Angeles"
			west.load(c.rows)
			west.fails, west.failed = c.fails, map[string]bool{}
			all := map[string]bool{}
			for _, m := range list {
				all[m.Name] = true
			}
			west.build(list, all, c.params)
			if name != "empty" {
				testNeeds(t, west, list)
				return
			}
			for _, m := range list {
				if n := west.rows("SELECT count() FROM waymark_mart.`"+m.Name+"`", nil)[0][0]; n != "0" {
					t.Errorf("%s: %s rows come of nothing; the pipeline relies on none", m.Name, n)
				}
			}
		})
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		// A server's profile may change how joins and unions answer, and rows come in any order: models must not notice.
		if slices.Contains([]string{"tickets", "web_sessions", "identity", "journeys", "critical_moment", "attribution", "attribution_touches"}, name) {
			t.Run(name+"_otherwise", func(t *testing.T) {
				other := w.in(t)
				other.settings = map[string]string{"join_use_nulls": "1", "union_default_mode": "DISTINCT", "group_by_use_nulls": "1", "max_block_size": "2"}
				other.shuffle = rand.New(rand.NewPCG(1, 2))
				runCase(t, other, list, file)
			})
		}
	}
	t.Run("views", func(t *testing.T) { testViews(t, w.in(t), list) })
	t.Run("catalogue", func(t *testing.T) { testCatalogue(t, seen) })
}

// runCase builds what a case wants to see from its rows and compares; it returns the models wanted.
func runCase(t *testing.T, w *warehouse, list []models.Model, file string) map[string]bool {
	t.Helper()
	c := readCase(t, file, models.Defaults())
	w.load(c.rows)
	w.expect(c.fails)
	needed := map[string]bool{}
	for _, want := range c.wants {
		needed[want.table] = true
	}
	w.build(list, needed, c.params)
	for _, want := range c.wants {
		check(t, w, want)
	}
	return needed
}

// testCatalogue holds the KPIs and dimensions that the cases produced to the catalogue: none is missing, none is
// undeclared.
func testCatalogue(t *testing.T, seen map[string]bool) {
	kpis, err := schemas.KPIs()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, k := range kpis {
		for _, d := range k.Dimensions {
			want[k.ID+" "+d] = true
		}
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("KPIs and their dimensions: catalogue -, SQL +:\n%s", diff)
	}
}

func check(t *testing.T, w *warehouse, want want) {
	t.Helper()
	got := w.rows("SELECT "+strings.Join(want.columns, ", ")+" FROM waymark_mart."+want.table+" "+want.rest+" ORDER BY ALL", nil)
	back := map[string]string{}
	for _, row := range want.rows {
		for _, cell := range row {
			for _, name := range token.FindAllString(cell, -1) {
				back[uuidOf(name)] = name
			}
		}
	}
	shown := func(cell string) string {
		switch {
		case cell == `\N`:
			return "-"
		case cell == "":
			return "''"
		case cell == "00000000-0000-0000-0000-000000000000":
			return "none"
		case back[cell] != "":
			return back[cell]
		}
		return strings.TrimSuffix(cell, ".000")
	}
	for _, row := range got {
		for i := range row {
			row[i] = shown(row[i])
		}
	}
	sortRows(got)
	rows := append([][]string(nil), want.rows...)
	sortRows(rows)
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Errorf("%s: columns %s: want -, got +:\n%s", want.name, strings.Join(want.columns, " | "), diff)
	}
}

func sortRows(rows [][]string) {
	for i := 1; i < len(rows); i++ {
		for j := i; j > 0 && strings.Join(rows[j], "|") < strings.Join(rows[j-1], "|"); j-- {
			rows[j], rows[j-1] = rows[j-1], rows[j]
		}
	}
}
