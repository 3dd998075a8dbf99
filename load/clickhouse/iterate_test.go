package clickhouse

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
)

// halving counts how often {n:UInt64} can be halved, from where the published table left off.
func halving(limit int) Model {
	return Model{
		Name: "test_halving", Comment: "Steps.", OrderBy: []string{"steps"},
		Columns: []ModelColumn{{"steps", "UInt64", "Steps."}, {"runs", "UInt32", "Builds from the one before."}},
		Iteration: &Iteration{
			Limit:  limit,
			Before: []Block{{"number", "SELECT {n:UInt64} AS first"}, {"number", "SELECT first AS n, toUInt64(0) AS steps FROM {number};"}},
			Step:   []Block{{"half", "SELECT intDiv(n, 2) AS n, steps + 1 AS steps FROM {number}"}, {"number", "SELECT * FROM {half} -- the next"}},
			Until:  "SELECT n FROM {number}",
			After:  []Block{{"former", "SELECT max(runs) AS runs FROM {previous}"}},
		},
		SQL: "SELECT h.steps AS steps, f.runs + 1 AS runs FROM {number} AS h CROSS JOIN {former} AS f",
	}
}

func TestIteratedModel(t *testing.T) {
	w, ctx := open(t), t.Context()
	must(t, w.Exec(ctx, "DROP TABLE IF EXISTS waymark_mart.test_halving SYNC", nil))
	m, params := halving(20), map[string]string{"n": "1000", "unused": "1"}
	_, err := ensure(t, w, m)
	must(t, err)
	content := func() []string {
		return texts(t, w, "SELECT concat(toString(steps), ' ', toString(runs)) FROM waymark_mart.test_halving")
	}
	build(t, w, m, params)
	if diff := cmp.Diff([]string{"10 1"}, content()); diff != "" {
		t.Error(diff)
	}
	m.Trusted = true
	build(t, w, m, params)
	if diff := cmp.Diff([]string{"10 2"}, content()); diff != "" {
		t.Errorf("from the published table: %s", diff)
	}
	m.Trusted = false
	build(t, w, m, params)
	if diff := cmp.Diff([]string{"10 1"}, content()); diff != "" {
		t.Errorf("from nothing: %s", diff)
	}

	none := map[string]string{"n": "0"}
	build(t, w, m, none)
	if diff := cmp.Diff([]string{"0 1"}, content()); diff != "" {
		t.Errorf("nothing to do: %s", diff)
	}

	short := halving(9)
	_, err = w.BuildModel(ctx, short, "short", params)
	if !fault.Is(err, fault.Internal) || err.Error() != "model test_halving is not settled after 9 steps: 1 left to do" {
		t.Errorf("got %v", err)
	}
	broken := halving(20)
	broken.Iteration.Step[1].SQL = "SELECT n, throwIf(n = 125) AS steps FROM {half}"
	if _, err := w.BuildModel(ctx, broken, "broken", params); err == nil {
		t.Error("a step that fails gave no error")
	}
	if names, err := w.ListStagings(ctx); err != nil || len(names) > 0 {
		t.Errorf("left behind: %v %v", names, err)
	}
	if halving(20).content() == short.content() {
		t.Error("another iteration has the same content")
	}
}
