package models

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
)

const good = `-- comment: One row per order.
-- grain: order_id
-- partition: month(day)
-- column: order_id String "Number; counts once."
-- column: day Date "Day."
-- column: at Nullable(DateTime64(3,'UTC')) "When."
-- test: not_null(order_id)
-- warn: accepted_values(order_id: a, '')
SELECT -- waymark_mart.not_this
    'waymark_raw.nor_this', {timezone:String}, e.order_id
FROM waymark_mart.fct_journey_event AS e, waymark_raw.ticket
WHERE {timezone:String} != '' /* ; */
`

func TestParse(t *testing.T) {
	m, err := Parse("sql/orders.sql", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	want := Model{
		Name: "orders", Comment: "One row per order.", File: "sql/orders.sql", Grain: []string{"order_id"}, OrderBy: []string{"order_id"},
		Partition: "toYYYYMM(day)", Refresh: Full, DependsOn: []string{"fct_journey_event"}, Reads: []string{"ticket"}, Needs: []string{"ticket", "fct_journey_event"},
		Columns: []Column{{"order_id", "String", "Number; counts once."}, {"day", "Date", "Day."}, {"at", "Nullable(DateTime64(3,'UTC'))", "When."}},
		Params:  []Param{{"timezone", "String"}},
		Tests: []Test{
			{Name: "unique(order_id)", SQL: "SELECT `order_id`, count() AS rows FROM {table} GROUP BY `order_id` HAVING rows > 1"},
			{Name: "not_null(order_id)", SQL: "SELECT `order_id` FROM {table} WHERE (`order_id` IS NULL OR toString(`order_id`) IN ('', '00000000-0000-0000-0000-000000000000'))"},
			{Name: "accepted_values(order_id: a, '')", SQL: "SELECT `order_id`, count() AS rows FROM {table} WHERE `order_id` NOT IN ('a', '') GROUP BY `order_id`", Warn: true},
		},
		SQL: strings.TrimSpace(strings.Join(strings.SplitAfter(good, "\n")[8:], "")),
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
	if got := m.Tests[0].Query("`a`.`b`"); strings.Contains(got, "{table}") || !strings.Contains(got, "FROM `a`.`b` GROUP") {
		t.Errorf("query: %s", got)
	}
}

func TestRefreshByKey(t *testing.T) {
	m, err := Parse("sql/visit.sql", []byte(`-- comment: One row per visit.
-- grain: visit
-- refresh: by visit
-- touched: SELECT visit AS key FROM waymark_delta.event
-- touched: SELECT visit AS key FROM waymark_mart.event WHERE person IN (SELECT person FROM waymark_delta.person)
-- column: visit UInt64 "Visit."
-- test: visits are told apart: SELECT visit FROM {rows} WHERE visit = 0
-- test: no visit is lost: SELECT count() AS n FROM {table} HAVING n = 0
SELECT e.visit FROM waymark_mart.event AS e LEFT JOIN waymark_mart.person AS p ON e.person = p.person, waymark_raw.agent
WHERE true /* touched e.visit */
`))
	if err != nil {
		t.Fatal(err)
	}
	if rows, table := m.Tests[1], m.Tests[2]; rows.Whole || !table.Whole || rows.Query("`s`.`t`") != "SELECT visit FROM `s`.`t` WHERE visit = 0" {
		t.Errorf("a test of rows looks at those that were built, one of the table at all: %+v", m.Tests)
	}
	if !m.Covers("event") || !m.Covers("person") || m.Covers("agent") {
		t.Error("events and persons can be narrowed down to visits, agents cannot")
	}
	none := func(string) string { return "" }
	if got := m.ForKeys("`s`.`k`", none); !strings.Contains(got, "WHERE true AND e.visit IN (SELECT key FROM `s`.`k`)") {
		t.Error(got)
	}
	either := Model{SQL: "SELECT 1 WHERE true /* touched ('week', toMonday(d)) or ('day', d) */"}
	if got, want := either.ForKeys("`s`.`k`", none), "SELECT 1 WHERE true AND (('week', toMonday(d)) IN (SELECT key FROM `s`.`k`) OR ('day', d) IN (SELECT key FROM `s`.`k`))"; got != want {
		t.Error(got)
	}
	changed := map[string]string{"event": "`s`.`d1`"}
	if got, want := m.Keys(func(input string) string { return changed[input] }), "SELECT DISTINCT assumeNotNull(key) AS key FROM (\nSELECT visit AS key FROM `s`.`d1`\n)"; got != want {
		t.Errorf("%q\n%q", got, want)
	}
	changed["person"] = "`s`.`d2`"
	if got, want := m.Keys(func(input string) string { return changed[input] }), "UNION ALL SELECT visit AS key FROM waymark_mart.event WHERE person IN (SELECT person FROM `s`.`d2`)"; !strings.Contains(got, want) {
		t.Error(got)
	}
	if got := m.Keys(none); got != "" {
		t.Errorf("nothing changed: %s", got)
	}
}

func TestDays(t *testing.T) {
	m, err := Parse("sql/visit.sql", []byte(`-- comment: One row per visit.
-- grain: visit
-- refresh: by visit
-- touched: SELECT visit AS key FROM waymark_delta.event
-- days: SELECT day AS day FROM waymark_delta.event
-- days: SELECT arrayJoin(range(first_day, last_day + 1)) AS day FROM waymark_mart.visit WHERE true /* touched visit */
-- column: visit UInt64 "Visit."
SELECT e.visit FROM waymark_mart.event AS e WHERE true /* touched e.visit on e.day */
`))
	if err != nil {
		t.Fatal(err)
	}
	want := "WHERE true AND e.visit IN (SELECT key FROM `k`) AND e.day IN (SELECT day AS day FROM `d`\n" +
		"UNION ALL SELECT arrayJoin(range(first_day, last_day + 1)) AS day FROM waymark_mart.visit WHERE true AND visit IN (SELECT key FROM `k`))"
	if got := m.ForKeys("`k`", func(string) string { return "`d`" }); !strings.HasSuffix(got, want) {
		t.Error(got)
	}
	delta := "-- days: SELECT day AS day FROM waymark_delta.event\n"
	own := "-- days: SELECT day AS day FROM waymark_mart.visit WHERE true /* touched visit */\n"
	for _, c := range []struct{ lines, marker, want string }{
		{"", "/* touched visit on day */", "days: lines go together with a marker"},
		{own, "/* touched visit */", "days: lines go together with a marker"},
		{own, "/* touched visit on toDate(at) */", "the name of a column"},
		{own, "/* touched visit on day */", "touched: lines read waymark_delta.event, so one days: line has to"},
		{delta, "/* touched visit on day */", "one line has to read waymark_mart.visit, with /* touched visit */"},
		{"-- days: SELECT day AS day FROM waymark_delta.person\n", "/* touched visit on day */", "sql/visit.sql:5: days: the model does not read person"},
		{"-- days: SELECT day FROM waymark_delta.event\n", "/* touched visit on day */", "want SELECT … AS day"},
		{"-- days: SELECT {timezone:String} AS day FROM waymark_delta.event\n", "/* touched visit on day */", "without parameters"},
		{"-- days: SELECT day AS day FROM waymark_mart.event\n", "/* touched visit on day */", "want SELECT … AS day"},
		{"-- days: SELECT day AS day FROM waymark_mart.visit WHERE true /* touched visit on day */\n", "/* touched visit on day */", "want SELECT … AS day"},
		{"-- days: SELECT day AS day FROM waymark_mart.visit WHERE true /* touched person */\n", "/* touched visit on day */", "as refresh: has it"},
		{"-- days: SELECT day AS day FROM waymark_mart.visit WHERE person IN (SELECT person FROM waymark_delta.event) /* touched visit */\n", "/* touched visit on day */", "want SELECT … AS day"},
	} {
		_, err := Parse("sql/visit.sql", []byte("-- comment: Visits.\n-- grain: visit\n-- refresh: by visit\n-- touched: SELECT visit AS key FROM waymark_delta.event\n"+
			c.lines+"-- column: visit UInt64 \"Visit.\"\nSELECT visit FROM waymark_mart.event WHERE true "+c.marker+"\n"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s%s: %v", c.lines, c.marker, err)
		}
	}
}

// TestParseRefuses changes one place of a good model; the error names line and reason.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"-- comment:", "-- coment:", `orders.sql:1: front matter wants lines of the form -- key: value; "coment" is no key; did you mean comment?`},
		{"-- comment: One row per order.\n", "", "comment: is missing"},
		{"-- grain: order_id", "-- grain: ordr_id", "orders.sql:2: grain: there is no column ordr_id; did you mean order_id?"},
		{"-- grain: order_id", "-- grain:", "orders.sql:2: grain: a value is missing"},
		{"month(day)", "quarter(at)", "orders.sql:3: partition: at is not a Date"},
		{"month(day)", "month(at)", "orders.sql:3: partition: at is not a Date"},
		{"month(day)", "year(day)", "orders.sql:3: partition: there is no column year(day)"},
		{"order_id String", "order_id Strnig", "orders.sql:4: column: order_id: unknown type Strnig; did you mean String?"},
		{"order_id String \"", "order_id String ", "orders.sql:4: column: want NAME TYPE"},
		{"order_id String", "Order String", "orders.sql:4: column: want NAME TYPE"},
		{"-- column: day Date", "-- column: order_id Date", "orders.sql:5: column: order_id is declared twice"},
		{"Nullable(DateTime64(3,'UTC'))", "Nullable(LowCardinality(String))", "cannot be Nullable"},
		{"not_null(order_id)", "not_nul(order_id)", "orders.sql:7: test: there is no test not_nul; did you mean not_null?"},
		{"not_null(order_id)", "not_null(oder_id)", "orders.sql:7: test: there is no column oder_id; did you mean order_id?"},
		{"not_null(order_id)", "not_null", "orders.sql:7: test: want NAME(…) or WHAT MUST HOLD: SELECT …"},
		{"not_null(order_id)", "range(order_id: x, 2)", "want range(column: from, to)"},
		{"not_null(order_id)", "relationship(order_id -> b)", "want relationship(column -> model.column)"},
		{"not_null(order_id)", "it holds: SELECT 1", "must read {table} or {rows}"},
		{"not_null(order_id)", "it holds: SELECT now() FROM {table}", "now() makes the result depend"},
		{"{timezone:String}", "{timezne:String}", "orders.sql:10: there is no parameter timezne; did you mean timezone?"},
		{"{timezone:String}", "{timezone:Int32}", "the parameter timezone has the type String"},
		{"waymark_raw.ticket", "waymark_raw.tickets", "orders.sql:11: there is no table waymark_raw.tickets; did you mean ticket?"},
		{"waymark_raw.ticket", "waymark_row.ticket", "orders.sql:11: a model reads waymark_raw and waymark_mart, not waymark_row; did you mean waymark_raw?"},
		{"/* ; */", ";", "orders.sql:12: a model is one statement"},
		{"/* ; */", "AND day < today()", "orders.sql:12: today() makes the result depend"},
		{"/* ; */", "/* ;", "orders.sql:12: comment without end"},
		{"/* ; */", "AND 'x", "orders.sql:12: quotation or parameter without end"},
		{"SELECT -- ", "INSERT -- ", "orders.sql:9: after the front matter a model is one SELECT"},
		{"-- grain: order_id", "-- grain: order_id\n-- grain: day", "orders.sql:3: grain: given twice; first on line 2"},
		{"-- grain: order_id", "-- grain: order_id\n-- refresh: fll", "refresh: want full, or by and an expression over the output columns; did you mean full?"},
		{"-- grain: order_id", "-- grain: order_id\n-- refresh: by day", "refresh: by goes together with touched: lines and a marker"},
		{"/* ; */", "/* touched e.day */", "refresh: by goes together with touched: lines and a marker"},
		{"-- grain: order_id", "-- grain: order_id\n-- touched: SELECT day AS key FROM waymark_delta.tickt", "touched: the model does not read tickt; did you mean ticket?"},
		{"-- grain: order_id", "-- grain: order_id\n-- touched: SELECT day AS key FROM waymark_raw.ticket", "touched: want SELECT … AS key FROM … with waymark_delta.x in it"},
		{"-- grain: order_id", "-- grain: order_id\n-- touched: SELECT day FROM waymark_delta.ticket", "touched: want SELECT … AS key FROM …"},
		{"-- grain: order_id", "-- grain: order_id\n-- touched: SELECT today() AS key FROM waymark_delta.ticket", "touched: sql/orders.sql:1: today() makes the result depend"},
		{"-- grain: order_id", "-- grain: order_id\n-- needs: tickt", "needs: the model does not read tickt; did you mean ticket?"},
		{"waymark_raw.ticket", "waymark_delta.ticket", "waymark_delta is for touched: and days: lines only"},
	} {
		text := strings.Replace(good, c.from, c.to, 1)
		if text == good {
			t.Fatalf("%q changes nothing", c.from)
		}
		_, err := Parse("sql/orders.sql", []byte(text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s:\n got %v\nwant %s", c.from, c.to, err, c.want)
			continue
		}
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Line == 0 {
			t.Errorf("%s: not an Invalid fault with a line: %#v", c.to, f)
		}
	}
}

func TestOrder(t *testing.T) {
	m := func(name string, reads ...string) Model {
		return Model{Name: name, File: name + ".sql", DependsOn: reads}
	}
	list, err := Order([]Model{m("d", "b", "c"), m("a"), m("c", "a"), m("b", "a")})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range list {
		names = append(names, x.Name)
	}
	if got := strings.Join(names, " "); got != "a b c d" {
		t.Errorf("order %s", got)
	}
	for _, c := range []struct {
		models []Model
		want   string
	}{
		{[]Model{m("a", "c"), m("b", "a"), m("c", "b")}, "a.sql: models read each other in a circle: a → c → b → a"},
		{[]Model{m("a", "a")}, "circle: a → a"},
		{[]Model{m("orders"), m("b", "ordes")}, "b.sql: there is no model ordes; did you mean orders?"},
		{[]Model{{Name: "a", File: "a.sql", Tests: []Test{{Name: "t", DependsOn: []string{"x"}}}}}, "test t: there is no model x"},
		{[]Model{m("orders"), {Name: "b", File: "b.sql", Touched: []Touch{{DependsOn: []string{"ordes"}}}}}, "b.sql: touched: or days: there is no model ordes; did you mean orders?"},
		{[]Model{m("a"), {Name: "b", File: "b.sql", Days: []Touch{{DependsOn: []string{"b", "a"}}}}}, "b.sql: touched: or days: a need not be built by then"},
	} {
		if _, err := Order(c.models); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestLoadNamesEveryError(t *testing.T) {
	files := fstest.MapFS{"m/a.sql": {Data: []byte("SELECT 1")}, "m/b.sql": {Data: []byte("-- comment: x\nSELECT 1;")}}
	_, err := LoadFS(files, "m")
	for _, want := range []string{"m/a.sql:1: comment: is missing", "m/b.sql:2: a model is one statement", "m/b.sql:1: grain: is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	list, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	before := Fingerprint(list)
	for i := range list {
		old := list[i].SQL
		list[i].SQL += " "
		if Fingerprint(list) == before || list[i].Fingerprint() == (&Model{}).Fingerprint() {
			t.Errorf("%s: a change of its SELECT does not show", list[i].Name)
		}
		list[i].SQL = old
	}
	if Fingerprint(list) != before {
		t.Error("the fingerprint is not a function of the models")
	}
}

func FuzzParse(f *testing.F) {
	names, _ := filepath.Glob("sql/*.sql")
	for _, n := range names {
		text, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(good))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Parse("sql/x.sql", text)
		if err == nil && (m.SQL == "" || len(m.Columns) == 0 || len(m.Tests) == 0) {
			t.Errorf("accepted a model without substance: %+v", m)
		}
	})
}

const iterated = `-- comment: Connected numbers.
-- grain: node
-- iterate: 9
-- column: node UInt64 "Number."

-- table link
-- Pairs.
SELECT 1 AS a, 2 AS b FROM waymark_raw.ticket WHERE {timezone:String} != ''

-- step

-- table link
SELECT a, b FROM {link} WHERE a NOT IN (SELECT node FROM {previous})

-- until
SELECT count() FROM {link}

-- table last
SELECT 1 AS node FROM {link}

-- result
SELECT node FROM {last}
`

func TestParseIterated(t *testing.T) {
	m, err := Parse("sql/connected.sql", []byte(iterated))
	if err != nil {
		t.Fatal(err)
	}
	want := &Iteration{
		Limit: 9, Until: "SELECT count() FROM {link}",
		Before: []Block{{"link", "-- Pairs.\nSELECT 1 AS a, 2 AS b FROM waymark_raw.ticket WHERE {timezone:String} != ''"}},
		Step:   []Block{{"link", "SELECT a, b FROM {link} WHERE a NOT IN (SELECT node FROM {previous})"}},
		After:  []Block{{"last", "SELECT 1 AS node FROM {link}"}},
	}
	if diff := cmp.Diff(want, m.Iteration); diff != "" {
		t.Error(diff)
	}
	if m.SQL != "SELECT node FROM {last}" || !cmp.Equal(m.Reads, []string{"ticket"}) || len(m.Params) != 1 {
		t.Errorf("got %q, reads %v, parameters %v", m.SQL, m.Reads, m.Params)
	}
	other, err := Parse("sql/connected.sql", []byte(strings.Replace(iterated, "a, b FROM {link}", "b, a FROM {link}", 1)))
	if err != nil || other.Fingerprint() == m.Fingerprint() {
		t.Errorf("a changed step leaves the fingerprint as it is (%v)", err)
	}
	for _, c := range []struct{ from, to, want string }{
		{"iterate: 9", "iterate: 0", "connected.sql:3: iterate: want the most steps it may take, from 1 to 10000"},
		{"FROM {last}", "FROM {lost}", "there is no table {lost} at that time; did you mean last?"},
		{"FROM {link} WHERE", "FROM {last} WHERE", "there is no table {last} at that time"},
		{"-- until\n", "", "-- result has no place here: want tables, step, tables, until, result"},
		{"-- step\n\n-- table link\nSELECT a, b FROM {link} WHERE a NOT IN (SELECT node FROM {previous})", "-- step\n", "a block is missing"},
		{"-- result\nSELECT node FROM {last}\n", "", "a block is missing"},
		{"SELECT count() FROM {link}", "SELECT count() FROM {last}", "there is no table {last} at that time"},
		{"SELECT 1 AS node FROM {link}", "SELECT now() AS node", "now() makes the result depend on more than the inputs"},
		{"SELECT count() FROM {link}", "SELECT 1; SELECT 2", "a model is one statement, without ;"},
	} {
		text := strings.Replace(iterated, c.from, c.to, 1)
		if text == iterated {
			t.Fatalf("nothing to replace: %s", c.from)
		}
		if _, err := Parse("sql/connected.sql", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q → %q: error %v, want %q", c.from, c.to, err, c.want)
		}
	}
}
