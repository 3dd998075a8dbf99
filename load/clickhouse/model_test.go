package clickhouse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
	"waymark/schemas"
)

func visits() Model {
	return Model{
		Name: "test_visits", Comment: "Visits a day; it's a test.", PartitionBy: "visit_date", OrderBy: []string{"visit_date", "kind"},
		Columns: []ModelColumn{
			{"visit_date", "Date", "Day."}, {"kind", "LowCardinality(String)", "Kind."},
			{"visits", "UInt64", "Number."}, {"score", "Nullable(Float32)", "Best score."},
		},
		SQL: "SELECT event_date AS visit_date, event_type AS kind, count() AS visits, max(score) AS score\n" +
			"FROM waymark_raw.journey_event WHERE event_date >= {from:Date} GROUP BY ALL -- by day\n;\n",
	}
}

func publishEvents(t testing.TB, w *Warehouse, tag string, events ...event) {
	t.Helper()
	s := newStaging(t, w, schemas.JourneyEvent, tag)
	insertEvents(t, s, events...)
	states, err := s.State(t.Context())
	must(t, err)
	for p := range states {
		must(t, s.Replace(t.Context(), p))
	}
}

// build runs the model and publishes what changed; it returns the changed partitions.
func build(t testing.TB, w *Warehouse, m Model, params map[string]string) []string {
	t.Helper()
	ctx := t.Context()
	s, err := w.BuildModel(ctx, m, "t1", params)
	must(t, err)
	defer func() { must(t, s.Drop(ctx)) }()
	staged, err := s.State(ctx)
	must(t, err)
	published, err := w.PartitionStates(ctx, ModelTable(m))
	must(t, err)
	changed, gone := Difference(staged, published)
	must(t, s.Optimize(ctx, changed...))
	for _, p := range changed {
		must(t, s.Replace(ctx, p))
	}
	for _, p := range gone {
		must(t, w.DropPartition(ctx, s.Target(), p))
	}
	published, err = w.PartitionStates(ctx, ModelTable(m))
	must(t, err)
	if p := Mismatch(staged, published); p != "" {
		t.Fatalf("partition %s differs after publishing", p)
	}
	return changed
}

func TestModelIsBuiltAndSkippedWhenEqual(t *testing.T) {
	w, ctx := open(t), t.Context()
	must(t, w.Exec(ctx, "DROP TABLE IF EXISTS waymark_mart.test_visits SYNC", nil))
	m, params := visits(), map[string]string{"from": "2024-01-01"}
	publishEvents(t, w, "e1", event{id: "01", day: "2024-01-31"}, event{id: "02", day: "2024-02-01"})

	state, err := ensure(t, w, m)
	must(t, err)
	if diff := cmp.Diff(ModelState{Created: true, Stale: true}, state); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2024-01-31", "2024-02-01"}, build(t, w, m, params)); diff != "" {
		t.Error(diff)
	}
	must(t, w.MarkBuilt(ctx, m))
	if got := build(t, w, m, params); len(got) > 0 {
		t.Errorf("an equal build would publish %v", got)
	}
	publishEvents(t, w, "e2", event{id: "02", day: "2024-02-01"}, event{id: "03", day: "2024-02-01"})
	if diff := cmp.Diff([]string{"2024-02-01"}, build(t, w, m, params)); diff != "" {
		t.Error(diff)
	}
	must(t, w.DropPartition(ctx, RawTable(schemas.JourneyEvent), "2024-01-31"))
	build(t, w, m, params)
	if diff := cmp.Diff([]string{"2"}, texts(t, w, "SELECT visits FROM waymark_mart.test_visits")); diff != "" {
		t.Error(diff)
	}
}

// ensure is EnsureModel on the tables as they are.
func ensure(t *testing.T, w *Warehouse, m Model) (ModelState, error) {
	t.Helper()
	marts, err := w.DescribeMarts(t.Context())
	must(t, err)
	return w.EnsureModel(t.Context(), m, marts)
}

func TestEnsureModelKeepsRowsUnlessTheStructureChanged(t *testing.T) {
	w, ctx := open(t), t.Context()
	must(t, w.Exec(ctx, "DROP TABLE IF EXISTS waymark_mart.test_visits SYNC", nil))
	m, params := visits(), map[string]string{"from": "2024-01-01"}
	publishEvents(t, w, "e1", event{id: "01", day: "2024-01-31"})
	expect := func(want ModelState) {
		t.Helper()
		got, err := ensure(t, w, m)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	rows := func() string { return texts(t, w, "SELECT count() FROM waymark_mart.test_visits")[0] }
	expect(ModelState{Created: true, Stale: true})
	build(t, w, m, params)
	expect(ModelState{Stale: true})
	must(t, w.MarkBuilt(ctx, m))
	expect(ModelState{})

	m.Comment, m.Columns[0].Comment = "Another comment.", "The day."
	expect(ModelState{})
	if got := texts(t, w, "SELECT comment FROM system.columns WHERE database = 'waymark_mart' AND `table` = 'test_visits' AND name = 'visit_date'"); got[0] != "The day." {
		t.Errorf("comment %q", got)
	}
	m.Fingerprint = "timezone=Europe/Warsaw"
	expect(ModelState{Stale: true})
	must(t, w.MarkBuilt(ctx, m))
	expect(ModelState{})
	m.SQL = strings.Replace(m.SQL, "count()", "count() + 0", 1)
	expect(ModelState{Stale: true})
	if rows() != "1" {
		t.Error("a changed SELECT emptied the table before it was rebuilt")
	}
	m.OrderBy = []string{"kind"}
	expect(ModelState{Stale: true, Restructured: true})
	if rows() != "1" {
		t.Error("another structure emptied the table before it was rebuilt")
	}
	m.Restructured = true
	publishEvents(t, w, "e2", event{id: "02", day: "2024-01-31"})
	s, err := w.BuildModel(ctx, m, "b", params)
	must(t, err)
	built, err := s.State(ctx)
	must(t, err)
	must(t, s.Exchange(ctx))
	must(t, s.Drop(ctx))
	published, err := w.PartitionStates(ctx, ModelTable(m))
	must(t, err)
	if p := Mismatch(built, published); p != "" {
		t.Errorf("partition %s differs after the exchange", p)
	}
	m.Restructured = false
	expect(ModelState{})
}

func TestCheckModelNamesEveryColumnThatDoesNotFit(t *testing.T) {
	w := open(t)
	m := visits()
	m.Columns = []ModelColumn{{"visit_date", "Date", "."}, {"kind", "UInt8", "."}, {"visits", "DateTime", "."}, {"missing", "String", "."}}
	err := w.CheckModel(t.Context(), m, map[string]string{"from": "2024-01-01"})
	if !fault.Is(err, fault.SchemaDrift) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"kind is declared UInt8", "visits is declared DateTime, the SELECT gives UInt64", "missing is declared", "score is given"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	m = visits()
	m.SQL = "SELECT nonsense FROM waymark_raw.journey_event"
	if err := w.CheckModel(t.Context(), m, nil); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("unknown column: %v", err)
	}
}

func TestModelWithoutPartitions(t *testing.T) {
	w, ctx := open(t), t.Context()
	must(t, w.Exec(ctx, "DROP TABLE IF EXISTS waymark_mart.test_numbers SYNC", nil))
	m := Model{
		Name: "test_numbers", Comment: "Numbers.", OrderBy: []string{"n"}, SQL: "SELECT number AS n, if(number = 1, NULL, 'x') AS text FROM numbers({n:UInt64})",
		Columns: []ModelColumn{{"n", "UInt64", "Number."}, {"text", "Nullable(String)", "Text."}},
	}
	params := map[string]string{"n": "3"}
	_, err := ensure(t, w, m)
	must(t, err)
	if diff := cmp.Diff([]string{"all"}, build(t, w, m, params)); diff != "" {
		t.Error(diff)
	}
	if got := build(t, w, m, params); len(got) > 0 {
		t.Errorf("changed: %v", got)
	}
	m.SQL = strings.Replace(m.SQL, "number = 1", "number = 2", 1)
	if diff := cmp.Diff([]string{"all"}, build(t, w, m, params)); diff != "" {
		t.Errorf("a NULL that moved is not seen: %s", diff)
	}
}

func TestBuildModelLeavesNothingBehindWhenItFails(t *testing.T) {
	w, ctx := open(t), t.Context()
	m := visits()
	_, err := ensure(t, w, m)
	must(t, err)
	m.SQL = "SELECT toDate('2024-01-31') AS visit_date, 'x' AS kind, toUInt64(throwIf(number = 2)) AS visits, NULL AS score FROM numbers(3)"
	if _, err := w.BuildModel(ctx, m, "fails", nil); !fault.Is(err, fault.Gate) {
		t.Errorf("got %v", err)
	}
	if names, err := w.ListStagings(ctx); err != nil || len(names) > 0 {
		t.Errorf("left behind: %v %v", names, err)
	}
}

func TestAudit(t *testing.T) {
	w, ctx := open(t), t.Context()
	m := visits()
	publishEvents(t, w, "e1", event{id: "01", day: "2024-01-31"}, event{id: "02", day: "2024-02-01"})
	_, err := ensure(t, w, m)
	must(t, err)
	s, err := w.BuildModel(ctx, m, "audit", map[string]string{"from": "2024-01-01"})
	must(t, err)
	defer func() { must(t, s.Drop(ctx)) }()
	tests := []DataTest{
		{"passes", "SELECT 1 WHERE 0;"}, {"fails", "SELECT number AS n, 'k' AS key FROM numbers(20) WHERE number >= {min:UInt64};"},
		{"fails too", "WITH 2 AS two SELECT two"},
	}
	states, failed, err := s.Audit(ctx, tests, map[string]string{"min": "3", "other": "x"})
	must(t, err)
	want, err := s.State(ctx)
	must(t, err)
	if diff := cmp.Diff(want, states); diff != "" || len(want) == 0 {
		t.Errorf("%d partitions are staged: %s", len(want), diff)
	}
	if len(failed) != 2 || failed[1].Name != "fails too" || failed[1].Failures != 1 {
		t.Fatalf("got %+v", failed)
	}
	if got := failed[0]; got.Name != "fails" || got.Failures != 17 || len(got.Sample) != 5 || len(got.Columns) != 2 || got.Sample[0][1] != "k" {
		t.Errorf("got %+v", got)
	}
	if states, failed, err = s.Audit(ctx, nil, nil); err != nil || len(failed) != 0 || len(states) != len(want) {
		t.Errorf("got %+v %+v %v", states, failed, err)
	}
	if _, _, err = s.Audit(ctx, append(tests, DataTest{"wrong", "SELECT nonsense"}), map[string]string{"min": "3"}); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("got %v", err)
	}
}

func TestViewsCarryComments(t *testing.T) {
	w, ctx := open(t), t.Context()
	publishEvents(t, w, "e1", event{id: "01", day: "2024-01-31"})
	v := View{
		Name: "test_days", Comment: "Days; it's a view.", SQL: "SELECT event_date AS day, count() AS events FROM waymark_raw.journey_event GROUP BY day -- comment",
		Columns: map[string]string{"day": "The day.", "events": "Number of the customer's events."},
	}
	for range 2 {
		must(t, w.EnsureViews(ctx, []View{v}))
	}
	if diff := cmp.Diff([]string{"1"}, texts(t, w, "SELECT events FROM cx_bi.test_days")); diff != "" {
		t.Error(diff)
	}
	have, err := describeTable(t, w, Table{Database: BI, Name: v.Name})
	must(t, err)
	want := []ModelColumn{{"day", "Date", "The day."}, {"events", "UInt64", "Number of the customer's events."}}
	if diff := cmp.Diff(want, have.columns); diff != "" || have.comment != v.Comment {
		t.Errorf("comment %q, columns %s", have.comment, diff)
	}
	for name, bad := range map[string]View{
		"no comment": {Name: "bad", SQL: "SELECT 1 AS n"},
		"a map":      {Name: "bad", SQL: "SELECT map('a', 'b') AS m", Columns: map[string]string{"m": "Map."}},
		"128 bits":   {Name: "bad", SQL: "SELECT sum(toDecimal64(1, 4)) AS d", Columns: map[string]string{"d": "Sum."}},
	} {
		if err := w.EnsureViews(ctx, []View{bad}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		declared, given string
		want            bool
	}{
		{"UInt64", "UInt64", true}, {"UInt64", "UInt32", true}, {"UInt32", "UInt64", true}, {"Int64", "UInt64", true},
		{"Int64", "UInt32", true}, {"UInt64", "Int64", true}, {"UInt64", "Decimal(18, 4)", false}, {"Bool", "UInt8", true}, {"UInt8", "Bool", true},
		{"String", "LowCardinality(String)", true}, {"LowCardinality(String)", "String", true},
		{"LowCardinality(Nullable(String))", "Nullable(String)", true}, {"String", "LowCardinality(Nullable(String))", false},
		{"Nullable(String)", "String", true}, {"Nullable(UInt64)", "Nullable(UInt8)", true}, {"Nullable(String)", "Nullable(Nothing)", true},
		{"UInt64", "Nullable(UInt64)", false}, {"Decimal(18, 4)", "Decimal(38, 4)", true}, {"Decimal(18, 4)", "Decimal(18, 6)", false},
		{"Decimal(18, 4)", "Float64", false}, {"Float64", "Float32", true}, {"Float64", "UInt64", false}, {"Float64", "UInt32", true},
		{"DateTime64(3, 'UTC')", "DateTime64(6, 'UTC')", true}, {"DateTime64(3, 'UTC')", "DateTime('UTC')", true},
		{"Date", "DateTime", false}, {"String", "UUID", false}, {"String", "Enum8('a' = 1)", true},
		{"Map(LowCardinality(String), String)", "Map(String, String)", true}, {"Array(LowCardinality(String))", "Array(String)", true},
	} {
		if got := fits(c.declared, c.given); got != c.want {
			t.Errorf("fits(%s, %s) = %t", c.declared, c.given, got)
		}
	}
}

// A value that does not fit its declared integer column is an error, never another value.
func TestBuildModelRefusesToWrapIntegers(t *testing.T) {
	w := open(t)
	m := Model{Name: "test_narrow", Comment: "One number.", OrderBy: []string{"n"}, Columns: []ModelColumn{{"n", "UInt8", "A number."}},
		SQL: "SELECT {n:Int32} AS n"}
	must(t, w.Exec(t.Context(), "DROP TABLE IF EXISTS waymark_mart.test_narrow SYNC", nil))
	if _, err := ensure(t, w, m); err != nil {
		t.Fatal(err)
	}
	s, err := w.BuildModel(t.Context(), m, "narrow", map[string]string{"n": "200"})
	must(t, err)
	must(t, s.Drop(t.Context()))
	for _, n := range []string{"300", "-5"} {
		if _, err := w.BuildModel(t.Context(), m, "narrow", map[string]string{"n": n}); err == nil {
			t.Errorf("%s went into a UInt8 column", n)
		}
	}
}
