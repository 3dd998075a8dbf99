package clickhouse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
	"waymark/schemas"
)

func TestMigrateMakesWhatTheSchemasSay(t *testing.T) {
	w := open(t)
	must(t, w.Migrate(t.Context(), schemas.Tables()))
	have, err := w.describeDatabase(t.Context(), Raw)
	must(t, err)
	for _, table := range schemas.Tables() {
		want, got := rawDefinition(table), have[table.Name]
		if got == nil {
			t.Fatalf("%s does not exist", table.Name)
		}
		if diff := cmp.Diff(want.columns, got.columns); diff != "" {
			t.Errorf("%s: %s", table.Name, diff)
		}
		if got.comment != want.comment {
			t.Errorf("%s: comment %q", table.Name, got.comment)
		}
		if changes := want.changes(got); len(changes) > 0 {
			t.Errorf("%s: a second migration would change %v", table.Name, changes)
		}
	}
}

func TestMigrateAddsColumnsAndRefusesOtherTypes(t *testing.T) {
	w := open(t)
	table := Table{Database: Stage, Name: "migrate__test"}
	d := definition{
		columns: []ModelColumn{{"d", "Date", "Day."}, {"n", "Int32", "It's a number."}},
		orderBy: []string{"n"}, partitionBy: "`d`", comment: "Before.",
	}
	migrate := func() error {
		have, err := describeTable(t, w, table)
		must(t, err)
		return w.migrateTable(t.Context(), table, d, have)
	}
	must(t, migrate())
	must(t, w.Exec(t.Context(), "INSERT INTO waymark_stage.migrate__test SELECT '2024-01-31', 1", nil))

	d.comment = "After \\ 'quotes'."
	d.columns[0].Comment = "The day."
	d.columns = append(d.columns, ModelColumn{"m", "Map(LowCardinality(String), String)", "Added."})
	must(t, migrate())
	have, err := describeTable(t, w, table)
	must(t, err)
	if diff := cmp.Diff(d.columns, have.columns); diff != "" || have.comment != d.comment {
		t.Errorf("comment %q, columns %s", have.comment, diff)
	}

	for name, change := range map[string]func(*definition){
		"column n":         func(d *definition) { d.columns[1].Type = "String" },
		"the order":        func(d *definition) { d.orderBy = []string{"d", "n"} },
		"the partitioning": func(d *definition) { d.partitionBy = "toYYYYMM(`d`)" },
	} {
		changed := d
		changed.columns = append([]ModelColumn(nil), d.columns...)
		change(&changed)
		err := changed.compatible(table, have)
		if !fault.Is(err, fault.SchemaDrift) || !strings.Contains(err.Error(), name) || fault.HintOf(err) == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func describeTable(t *testing.T, w *Warehouse, table Table) (*found, error) {
	t.Helper()
	tables, err := w.describeDatabase(t.Context(), table.Database)
	return tables[table.Name], err
}
