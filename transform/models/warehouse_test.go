package models_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/load/engine"
	"waymark/load/engine/enginetest"
	"waymark/schemas"
	"waymark/transform/models"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

// warehouse is the embedded engine over plain HTTP.
type warehouse struct {
	t       testing.TB
	process *engine.Process
	// settings that a user's profile may hold.
	settings map[string]string
	shuffle  *rand.Rand      // when set, rows are loaded in another order
	filled   map[string]bool // raw tables that hold rows
	fails    []string        // data tests that must fail; see testCase
	failed   map[string]bool
	// Iterated models start from what their table holds; scratch and steps are those of the latest one.
	incremental bool
	scratch     map[string]string
	steps       int
}

func startWarehouse(t testing.TB) *warehouse {
	t.Helper()
	w := &warehouse{t: t, process: enginetest.Start(t), filled: map[string]bool{}}
	for _, db := range []string{"waymark_raw", "waymark_mart", "cx_bi"} {
		w.exec("CREATE DATABASE "+db, nil, nil)
	}
	for _, table := range schemas.Tables() {
		w.exec(rawDDL(table), nil, nil)
	}
	return w
}

// in is the same warehouse for a subtest.
func (w *warehouse) in(t testing.TB) *warehouse {
	return &warehouse{t: t, process: w.process, filled: w.filled}
}

// send runs one statement; body, when not nil, is the data of an INSERT.
func (w *warehouse) send(sql string, params map[string]string, body []byte) (string, error) {
	q := url.Values{"query": {sql}}
	for name, value := range params {
		q.Set("param_"+name, value)
	}
	for name, value := range w.settings {
		q.Set(name, value)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, "http://"+w.process.Address()+"/?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("X-ClickHouse-Key", w.process.Secret())
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	out, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s", firstLine(string(out)))
	}
	return string(out), err
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s[:min(len(s), 2000)]
}

func (w *warehouse) exec(sql string, params map[string]string, body []byte) string {
	w.t.Helper()
	out, err := w.send(sql, params, body)
	if err != nil {
		w.t.Fatalf("%v\nin: %.300s", err, sql)
	}
	return out
}

// rows runs a SELECT and returns its cells.
func (w *warehouse) rows(sql string, params map[string]string) [][]string {
	w.t.Helper()
	var out [][]string
	for line := range strings.Lines(w.exec(sql+"\nFORMAT TSV", params, nil)) {
		out = append(out, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return out
}

// load replaces the content of every raw table.
func (w *warehouse) load(rows map[string][]map[string]any) {
	w.t.Helper()
	for _, table := range schemas.Tables() {
		if w.filled[table.Name] {
			w.exec("TRUNCATE TABLE waymark_raw."+table.Name, nil, nil)
		}
		var body bytes.Buffer
		if w.shuffle != nil {
			list := rows[table.Name]
			w.shuffle.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		for _, row := range rows[table.Name] {
			if err := json.NewEncoder(&body).Encode(row); err != nil {
				w.t.Fatal(err)
			}
		}
		if w.filled[table.Name] = body.Len() > 0; w.filled[table.Name] {
			w.exec("INSERT INTO waymark_raw."+table.Name+" FORMAT JSONEachRow", nil, body.Bytes())
		}
	}
}

// create makes the table of every model and holds each SELECT to the columns it declares.
func (w *warehouse) create(list []models.Model, params map[string]string) {
	w.t.Helper()
	for _, m := range list {
		w.exec(martDDL(m, "waymark_mart.`"+m.Name+"`"), nil, nil)
	}
	for _, m := range list {
		w.describe(m, params)
	}
}

// build makes the named models and all they read anew, and runs their data tests.
func (w *warehouse) build(list []models.Model, names map[string]bool, params map[string]string) {
	w.t.Helper()
	needed := maps.Clone(names)
	for i := len(list) - 1; i >= 0; i-- {
		if needed[list[i].Name] {
			for _, d := range list[i].DependsOn {
				needed[d] = true
			}
		}
	}
	for _, m := range list {
		if !needed[m.Name] {
			continue
		}
		table := "waymark_mart.`" + m.Name + "`"
		w.fill(m, table, params)
		w.test(m, needed, params)
	}
}

// test runs the data tests of m, as far as what they read is built, in one query.
func (w *warehouse) test(m models.Model, built map[string]bool, params map[string]string) {
	w.t.Helper()
	var parts []string
	for i, test := range m.Tests {
		if !test.Warn && !slices.ContainsFunc(test.DependsOn, func(d string) bool { return !built[d] }) {
			parts = append(parts, fmt.Sprintf("SELECT %d AS test, count() AS bad FROM (%s)", i, test.Query("waymark_mart.`"+m.Name+"`")))
		}
	}
	for _, row := range w.rows("SELECT test, bad FROM ("+strings.Join(parts, "\nUNION ALL\n")+") WHERE bad > 0", params) {
		i, _ := strconv.Atoi(row[0])
		if w.expected(m, m.Tests[i], params) {
			continue
		}
		w.t.Errorf("%s: test %s is not met by %s rows", m.Name, m.Tests[i].Name, row[1])
	}
}

// expected reports whether the failure of a data test is one that the case wants, with the row it wants.
func (w *warehouse) expected(m models.Model, test models.Test, params map[string]string) bool {
	w.t.Helper()
	for _, line := range w.fails {
		what, sample, _ := strings.Cut(line, " -> ")
		if !strings.HasPrefix(m.Name+": "+test.Name, what) {
			continue
		}
		if w.failed[line] = true; sample != "" {
			got := strings.Join(w.rows("SELECT * FROM ("+test.Query("waymark_mart.`"+m.Name+"`")+") ORDER BY ALL LIMIT 1", params)[0], " | ")
			if got != sample {
				w.t.Errorf("%s: the first bad row is %s, want %s", what, got, sample)
			}
		}
		return true
	}
	return false
}

// expect sets the data tests that must fail from here on; at the test's end all of them must have.
func (w *warehouse) expect(fails []string) {
	w.fails, w.failed = fails, map[string]bool{}
	w.t.Cleanup(func() {
		for _, line := range fails {
			if !w.failed[line] && !w.t.Failed() {
				w.t.Errorf("%s: did not fail", line)
			}
		}
	})
}

// describe holds the SELECT's columns to the declared ones.
func (w *warehouse) describe(m models.Model, params map[string]string) {
	w.t.Helper()
	sql := m.SQL
	if m.Iteration != nil {
		defer w.iterate(m, params)()
		sql = w.bound(sql)
	}
	out, err := w.send("DESCRIBE TABLE (\n"+sql+"\n)", params, nil)
	if err != nil {
		w.t.Fatalf("describe %s: %v", m.Name, err)
	}
	var got, want []string
	for line := range strings.Lines(out) {
		name, _, _ := strings.Cut(line, "\t")
		got = append(got, name)
	}
	for _, c := range m.Columns {
		want = append(want, c.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s gives other columns than it declares: want -, got +:\n%s", m.Name, diff)
	}
}

func columns(m models.Model) string {
	var b strings.Builder
	for i, c := range m.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("`" + c.Name + "`")
	}
	return b.String()
}

func martDDL(m models.Model, table string) string {
	var b strings.Builder
	for i, c := range m.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "`%s` %s", c.Name, c.Type)
	}
	ddl := "CREATE TABLE " + table + " (" + b.String() + ") ENGINE = MergeTree"
	if m.Partition != "" {
		ddl += " PARTITION BY " + m.Partition
	}
	return ddl + " ORDER BY (`" + strings.Join(m.OrderBy, "`, `") + "`)"
}

func rawDDL(t *schemas.Table) string {
	types := map[schemas.Type]string{schemas.UUID: "UUID", schemas.String: "String", schemas.LowCardinality: "LowCardinality(String)",
		schemas.Timestamp: "DateTime64(6, 'UTC')", schemas.Date: "Date", schemas.Int32: "Int32", schemas.Int64: "Int64",
		schemas.UInt64: "UInt64", schemas.Bool: "Bool", schemas.Decimal: "Decimal(18, 4)", schemas.Float32: "Float32",
		schemas.Map: "Map(LowCardinality(String), String)"}
	var b strings.Builder
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		typ := types[c.Type]
		if c.Nullable {
			typ = "Nullable(" + typ + ")"
		}
		fmt.Fprintf(&b, "`%s` %s", c.Name, typ)
	}
	return "CREATE TABLE waymark_raw." + t.Name + " (" + b.String() + ") ENGINE = MergeTree ORDER BY (" + strings.Join(t.Sort, ", ") + ")"
}
