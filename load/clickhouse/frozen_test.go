package clickhouse

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
	"waymark/schemas"
)

var freeze = flag.Bool("freeze", false, "add the tables of now to testdata/tables as a new version")

// frozen lists the versions of the tables in testdata, oldest first. A version is what the tables of waymark_raw and
// waymark_ops were before they were changed; it is never edited, and never removed while warehouses of it exist.
func frozen(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/tables/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no frozen tables: %v", err)
	}
	slices.Sort(files)
	return files
}

// tablesOfNow is every table of waymark_raw and waymark_ops without comments, which migrations add.
func tablesOfNow() string {
	var b strings.Builder
	add := func(t Table, d definition) {
		d.comment, d.columns = "", slices.Clone(d.columns)
		for i := range d.columns {
			d.columns[i].Comment = ""
		}
		sql := strings.NewReplacer(" COMMENT ''", "", "\nCOMMENT ''", "").Replace(d.create("CREATE TABLE", t))
		b.WriteString(sql + ";\n\n")
	}
	for _, t := range schemas.Tables() {
		add(RawTable(t), rawDefinition(t))
	}
	for _, t := range opsTables() {
		add(t.table(), t.definition())
	}
	return b.String()
}

// Who changes a table adds a version, so that the way there is tested from every earlier one.
func TestTablesAreFrozen(t *testing.T) {
	files := frozen(t)
	newest, err := os.ReadFile(files[len(files)-1])
	must(t, err)
	diff := cmp.Diff(strings.Split(string(newest), "\n"), strings.Split(tablesOfNow(), "\n"))
	if diff == "" {
		return
	}
	if !*freeze {
		t.Fatalf("the tables are not those of %s; run `go test ./load/clickhouse -run Frozen -freeze` and commit the new file:\n%s", files[len(files)-1], diff)
	}
	file := fmt.Sprintf("testdata/tables/%04d.sql", len(files)+1)
	must(t, os.WriteFile(file, []byte(tablesOfNow()), 0o644))
}

// buildFrozen makes the databases anew with the tables of a frozen version, and n random rows in each.
func buildFrozen(t testing.TB, w *Warehouse, file string, n int) {
	t.Helper()
	for _, name := range []string{Raw, Ops} {
		must(t, w.Exec(t.Context(), "DROP DATABASE IF EXISTS "+ident(name)+" SYNC", nil))
	}
	must(t, w.createDatabases(t.Context()))
	text, err := os.ReadFile(file)
	must(t, err)
	for sql := range strings.SplitSeq(string(text), ";\n") {
		if strings.TrimSpace(sql) != "" {
			must(t, w.Exec(t.Context(), sql, nil))
		}
	}
	for _, database := range []string{Raw, Ops} {
		for _, name := range texts(t, w, "SELECT name FROM system.tables WHERE database = '"+database+"'") {
			where := "database = '" + database + "' AND table = '" + name + "' AND default_kind != 'ALIAS'"
			structure := texts(t, w, "SELECT arrayStringConcat(groupArray(concat('`', name, '` ', type)), ', ') FROM system.columns WHERE "+where)[0]
			names := texts(t, w, "SELECT arrayStringConcat(groupArray(concat('`', name, '`')), ', ') FROM system.columns WHERE "+where)[0]
			if strings.Contains(structure, "`bucket`") {
				names = strings.Replace(names, "`bucket`", "abs(`bucket`) % 16", 1)
			}
			sql := fmt.Sprintf("INSERT INTO %s.%s SELECT %s FROM generateRandom(%s, 7, 10, 3) LIMIT %d SETTINGS max_partitions_per_insert_block = 0",
				ident(database), ident(name), names, literal(structure), n)
			must(t, w.Exec(t.Context(), sql, nil))
		}
	}
}

// columnsOf lists the columns that each table of the two databases has now.
func columnsOf(t testing.TB, w *Warehouse) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, table := range texts(t, w, "SELECT concat(database, '.', name) FROM system.tables WHERE database IN ('waymark_raw', 'waymark_ops') AND engine LIKE '%MergeTree'") {
		database, name, _ := strings.Cut(table, ".")
		columns := texts(t, w, "SELECT arrayStringConcat(groupArray(concat('`', name, '`')), ', ') FROM system.columns WHERE database = '"+database+
			"' AND table = '"+name+"' AND default_kind != 'ALIAS'")[0]
		out[table] = columns
	}
	return out
}

func contentOf(t testing.TB, w *Warehouse, table, columns string) string {
	t.Helper()
	return texts(t, w, fmt.Sprintf("SELECT concat(toString(count()), ' ', toString(sum(sipHash64(tuple(%s))))) FROM %s", columns, table))[0]
}

// From every frozen version, and from the tables of now with columns fewer: the rows stay, and the tables end up as new ones.
func TestMigrateFromEveryVersion(t *testing.T) {
	w := connect(t, Options{})
	files := frozen(t)
	type start struct{ file, drop string }
	var starts []start
	for _, f := range files {
		starts = append(starts, start{f, ""})
	}
	// As if the newest version had added the first, some middle and the last column.
	starts = append(starts,
		start{files[len(files)-1], "ALTER TABLE waymark_raw.journey_event DROP COLUMN theme, DROP COLUMN attributes, DROP COLUMN currency"},
		start{files[len(files)-1], "ALTER TABLE waymark_raw.ticket DROP COLUMN satisfaction, DROP COLUMN is_deleted"},
		start{files[len(files)-1], "ALTER TABLE waymark_ops.freshness DROP COLUMN is_stale, DROP COLUMN lag_seconds, DROP COLUMN overdue"})
	for _, s := range starts {
		t.Run(filepath.Base(s.file)+" "+s.drop, func(t *testing.T) {
			buildFrozen(t, w, s.file, 12)
			if s.drop != "" {
				must(t, w.Exec(t.Context(), s.drop, nil))
			}
			before := columnsOf(t, w)
			held := map[string]string{}
			for table, columns := range before {
				if held[table] = contentOf(t, w, table, columns); strings.HasPrefix(held[table], "0 ") {
					t.Fatalf("%s holds %s", table, held[table])
				}
			}
			for range 2 {
				must(t, w.Migrate(t.Context(), schemas.Tables()))
			}
			for table, columns := range before {
				if got := contentOf(t, w, table, columns); got != held[table] {
					t.Errorf("%s holds %s, held %s", table, got, held[table])
				}
			}
			asNew(t, w)
		})
	}
	open(t) // for the other tests: empty
}

// asNew demands that the tables are those that an empty warehouse gets, columns in their places.
func asNew(t testing.TB, w *Warehouse) {
	t.Helper()
	check := func(have *found, want definition, name string) {
		t.Helper()
		if have == nil {
			t.Fatalf("%s is missing", name)
		}
		if diff := cmp.Diff(want.columns, have.columns); diff != "" || have.comment != want.comment {
			t.Errorf("%s: comment %q, columns %s", name, have.comment, diff)
		}
	}
	raw, err := w.describeDatabase(t.Context(), Raw)
	must(t, err)
	for _, table := range schemas.Tables() {
		check(raw[table.Name], rawDefinition(table), table.Name)
	}
	ops, err := w.describeDatabase(t.Context(), Ops)
	must(t, err)
	for _, table := range opsTables() {
		check(ops[table.name], table.definition(), table.name)
	}
}

// What an ALTER cannot mend is refused by name, and nothing is touched.
func TestMigrateRefusesOtherTables(t *testing.T) {
	w := connect(t, Options{})
	files := frozen(t)
	for change, name := range map[string]string{
		"ALTER TABLE waymark_raw.journey_event MODIFY COLUMN quantity Int64":                                                                                 "column quantity",
		"ALTER TABLE waymark_raw.journey_event ADD COLUMN of_a_later_version String":                                                                         "column of_a_later_version",
		"ALTER TABLE waymark_ops.object MODIFY COLUMN bytes UInt64":                                                                                          "column bytes",
		"CREATE OR REPLACE TABLE waymark_raw.reject AS waymark_raw.reject ENGINE = MergeTree PARTITION BY source ORDER BY (source, object, line, reject_id)": "the partitioning",
		"CREATE OR REPLACE TABLE waymark_raw.reject AS waymark_raw.reject ENGINE = MergeTree PARTITION BY bucket ORDER BY reject_id":                         "the order",
	} {
		buildFrozen(t, w, files[len(files)-1], 5)
		must(t, w.Exec(t.Context(), change, nil))
		err := w.Migrate(t.Context(), schemas.Tables())
		if !fault.Is(err, fault.SchemaDrift) || !strings.Contains(err.Error(), name) || fault.HintOf(err) == "" {
			t.Errorf("%s: got %v (hint %q)", change, err, fault.HintOf(err))
		}
		if got := texts(t, w, "SELECT toString(count()) FROM waymark_raw.journey_event")[0]; got != "5" {
			t.Errorf("%s: %s rows are left", change, got)
		}
	}
	for _, name := range []string{Raw, Ops} {
		must(t, w.Exec(t.Context(), "DROP DATABASE "+ident(name)+" SYNC", nil))
	}
	open(t)
}
