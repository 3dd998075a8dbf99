package models_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"waymark/schemas"
	"waymark/transform/models"
)

// TestEveryKPIHasACase: each KPI of the catalogue has a hand-made case that wants figures of it.
func TestEveryKPIHasACase(t *testing.T) {
	kpis, err := schemas.KPIs()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]bool{}
	for _, file := range files {
		for _, w := range readCase(t, file, models.Defaults()).wants {
			for _, id := range w.kpis() {
				wanted[id] = true
			}
		}
	}
	for _, k := range kpis {
		if !wanted[k.ID] {
			t.Errorf("no case in testdata wants figures of %s", k.ID)
		}
		delete(wanted, k.ID)
	}
	for id := range wanted {
		t.Errorf("testdata wants figures of %s, which is not in the catalogue", id)
	}
}

// kpis lists the KPIs that w wants a figure of: those of its rows, or the one that it asks for.
func (w *want) kpis() (ids []string) {
	figure := func(column string) bool {
		return column == "numerator" || column == "value" || strings.HasPrefix(column, "round(value")
	}
	if w.table != "kpi_daily" && w.table != "kpi_period" || len(w.rows) == 0 || !slices.ContainsFunc(w.columns, figure) {
		return nil
	}
	if at := slices.Index(w.columns, "kpi"); at >= 0 {
		for _, row := range w.rows {
			ids = append(ids, row[at])
		}
		return ids
	}
	if _, rest, ok := strings.Cut(w.rest, "kpi = '"); ok {
		id, _, _ := strings.Cut(rest, "'")
		return []string{id}
	}
	return nil
}
