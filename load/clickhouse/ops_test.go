package clickhouse

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waymark/schemas"
)

func TestRunsKeepTheirNewestState(t *testing.T) {
	w, ctx := open(t), t.Context()
	must(t, w.Exec(ctx, "TRUNCATE TABLE waymark_ops.run", nil))
	started := time.Date(2024, 1, 31, 10, 20, 30, 0, time.UTC)
	must(t, w.RecordRun(ctx, Run{ID: "r1", Status: "running", StartedAt: started}))
	must(t, w.RecordRun(ctx, Run{ID: "r1", Status: "done", StartedAt: started, FinishedAt: started.Add(time.Minute), Rows: 7}))
	got := texts(t, w, "SELECT concat(run_id, ' ', status, ' ', toString(rows), ' ', toString(finished_at)) FROM waymark_ops.run FINAL")
	if diff := cmp.Diff([]string{"r1 done 7 2024-01-31 10:21:30.000"}, got); diff != "" {
		t.Error(diff)
	}
}

// The mirror is what was given last, and nothing else; what it alone knows of an object stays while the version does.
func TestMirrorIsReplaced(t *testing.T) {
	w, ctx := open(t), t.Context()
	at := time.Date(2024, 1, 31, 10, 20, 30, 0, time.UTC)
	must(t, w.ReplaceMirror(ctx, Mirror{}, "t0"))
	must(t, w.ReplaceMirror(ctx, Mirror{
		Objects: []ObjectStatus{
			{Source: "web", Key: "a.json", Version: "1", Status: "committed", RunID: "r1", CommittedAt: at, Rows: 5},
			{Source: "web", Key: "b.json", Version: "1", Status: "committed", RunID: "r1", CommittedAt: at},
			{Source: "web", Key: "c.json", Version: "1", Status: "committed", RunID: "r1", CommittedAt: at},
		},
		Partitions: []PartitionStatus{{Database: Raw, Table: "ticket", Partition: "07", State: State{Rows: 3, HashSum: 1 << 63}, Generation: 2, Files: 1}},
		Freshness:  []Freshness{{Source: "gone", Overdue: "x"}},
	}, "t1"))
	want := Mirror{
		Objects: []ObjectStatus{
			{Source: "web", Key: "a.json", Version: "1", Status: "committed", Rows: 5},
			{Source: "web", Key: "b.json", Version: "2", Status: "quarantined", Reason: "truncated"},
		},
		Partitions: []PartitionStatus{{Database: Raw, Table: "ticket", Partition: "07", State: State{Rows: 4, HashSum: 9}, Generation: 3, PublishedAt: at}},
		Freshness:  []Freshness{{Source: "web", Newest: time.Now().Add(-2 * time.Hour), FreshWithin: time.Hour}, {Source: "new", FreshWithin: time.Hour}},
	}
	written := ""
	for _, tag := range []string{"t2", "t3"} { // once more is the same, and nothing is written
		must(t, w.ReplaceMirror(ctx, want, tag))
		at := texts(t, w, "SELECT toString(max(recorded_at)) FROM waymark_ops.object")[0]
		if tag == "t3" && at != written {
			t.Errorf("objects that are shown already were written again: %s, then %s", written, at)
		}
		written = at
		for sql, rows := range map[string][]string{
			"SELECT concat(object, ' ', version, ' ', status, ' ', run_id, ' ', toString(toYear(committed_at))) FROM waymark_ops.object ORDER BY object": {
				"a.json 1 committed r1 2024", "b.json 2 quarantined  1970"},
			"SELECT concat(table, '/', partition, ' ', toString(rows), ' ', toString(hash_sum), ' ', toString(generation), ' ', toString(published_at)) FROM waymark_ops.partition": {
				"ticket/07 4 9 3 2024-01-31 10:20:30.000"},
			"SELECT concat(source, ' ', toString(intDiv(lag_seconds, 60)), ' ', toString(is_stale)) FROM waymark_ops.freshness ORDER BY source": {
				"new 0 true", "web 120 true"},
		} {
			if diff := cmp.Diff(rows, texts(t, w, sql)); diff != "" {
				t.Errorf("%s: %s", sql, diff)
			}
		}
	}
	names, err := w.ListStagings(ctx)
	if err != nil || len(names) > 0 {
		t.Errorf("left over: %v, %v", names, err)
	}
}

// Dashboards show what a table and a column mean; personal data has no place there.
func TestOpsIsDocumented(t *testing.T) {
	w := open(t)
	for _, sql := range []string{
		"SELECT concat(table, '.', name) FROM system.columns WHERE database = 'waymark_ops' AND comment = ''",
		"SELECT name FROM system.tables WHERE database = 'waymark_ops' AND comment = ''",
		"SELECT concat(table, '.', name) FROM system.columns WHERE database = 'waymark_ops' AND table = 'reject' AND name IN ('record', 'message')",
	} {
		if got := texts(t, w, sql); len(got) > 0 {
			t.Errorf("%s: %v", sql, got)
		}
	}
	got := texts(t, w, "SELECT name FROM system.tables WHERE database = 'waymark_ops' ORDER BY name")
	if diff := cmp.Diff("freshness object partition reject run", strings.Join(got, " ")); diff != "" {
		t.Error(diff)
	}
	must(t, w.Exec(t.Context(), "INSERT INTO waymark_raw.reject (source, object, line, reason, field, message) VALUES "+
		"('web', 'a', 7, 'malformed', '', 'm'), ('web', 'a', 5, 'malformed', '', 'm'), ('web', 'b', 1, 'truncated', 'f', 'n')", nil))
	rejects := texts(t, w, "SELECT concat(object, ' ', reason, ' ', field, ' ', toString(rejects), ' ', toString(first_line), ' ', example) FROM waymark_ops.reject ORDER BY object")
	if diff := cmp.Diff([]string{"a malformed  2 5 m", "b truncated f 1 1 n"}, rejects); diff != "" {
		t.Error(diff)
	}
	must(t, w.Exec(t.Context(), "TRUNCATE TABLE "+RawTable(schemas.RejectTable).SQL(), nil))
}
