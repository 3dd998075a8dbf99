package models_test

import (
	"strings"

	"waymark/transform/models"
)

// fill builds one model into its table, from the table's former content where w.incremental is set and the model reads it.
func (w *warehouse) fill(m models.Model, table string, params map[string]string) {
	w.t.Helper()
	if m.Iteration == nil {
		w.exec("TRUNCATE TABLE "+table, nil, nil)
		w.insert(m, table, m.SQL, params)
		return
	}
	defer w.iterate(m, params)()
	w.exec("CREATE OR REPLACE TABLE waymark_mart.built AS "+table, nil, nil)
	w.insert(m, "waymark_mart.built", w.bound(m.SQL), params)
	w.exec("EXCHANGE TABLES waymark_mart.built AND "+table, nil, nil)
	w.exec("DROP TABLE waymark_mart.built SYNC", nil, nil)
}

func (w *warehouse) insert(m models.Model, into, sql string, params map[string]string) {
	w.t.Helper()
	if _, err := w.send("INSERT INTO "+into+" ("+columns(m)+") SELECT "+columns(m)+" FROM (\n"+sql+"\n)", params, nil); err != nil {
		w.t.Fatalf("build %s: %v", m.Name, err)
	}
}

// iterate fills the scratch tables of a model as load/clickhouse does, one statement after the other, and returns what
// drops them again.
func (w *warehouse) iterate(m models.Model, params map[string]string) (drop func()) {
	w.t.Helper()
	w.scratch = map[string]string{models.Previous: "(SELECT * FROM waymark_mart.`" + m.Name + "` WHERE {incremental:Bool})"}
	w.steps = 0
	build := func(blocks []models.Block) {
		for _, b := range blocks {
			former, table := w.scratch[b.Name], "waymark_mart.scratch_"+b.Name
			if former == table {
				table += "_2"
			}
			w.exec("CREATE OR REPLACE TABLE "+table+" ENGINE = MergeTree ORDER BY tuple() AS\n"+w.bound(b.SQL), params, nil)
			w.scratch[b.Name] = table
		}
	}
	build(m.Iteration.Before)
	for ; w.rows(w.bound(m.Iteration.Until), params)[0][0] != "0"; w.steps++ {
		if w.steps == m.Iteration.Limit {
			w.t.Fatalf("%s: not settled after %d steps", m.Name, w.steps)
		}
		build(m.Iteration.Step)
	}
	build(m.Iteration.After)
	return func() {
		var tables []string
		for name := range w.scratch {
			if name != models.Previous {
				tables = append(tables, "waymark_mart.scratch_"+name, "waymark_mart.scratch_"+name+"_2")
			}
		}
		w.exec("DROP TABLE IF EXISTS "+strings.Join(tables, ", ")+" SYNC", nil, nil)
	}
}

// bound puts the scratch tables in the place of their names.
func (w *warehouse) bound(sql string) string {
	for name, table := range w.scratch {
		sql = strings.ReplaceAll(sql, "{"+name+"}", table)
	}
	on := "false"
	if w.incremental {
		on = "true"
	}
	return strings.ReplaceAll(sql, "{incremental:Bool}", on)
}
