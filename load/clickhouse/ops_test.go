package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOpsMirrorsTheNewestState(t *testing.T) {
	w, ctx := open(t), t.Context()
	must(t, w.Exec(ctx, "TRUNCATE TABLE waymark_ops.run", nil))
	must(t, w.Exec(ctx, "TRUNCATE TABLE waymark_ops.object", nil))
	started := time.Date(2024, 1, 31, 10, 20, 30, 0, time.UTC)
	must(t, w.RecordRun(ctx, Run{ID: "r1", Status: "running", StartedAt: started}))
	must(t, w.RecordRun(ctx, Run{ID: "r1", Status: "done", StartedAt: started, FinishedAt: started.Add(time.Minute), Rows: 7}))
	must(t, w.RecordObjects(ctx, nil))
	must(t, w.RecordObjects(ctx, []ObjectStatus{
		{Source: "web", Key: "a.json", Status: "committed", Rows: 5, Modified: started},
		{Source: "web", Key: "b.json", Status: "quarantined", Reason: "truncated"},
	}))
	must(t, w.RecordObjects(ctx, []ObjectStatus{{Source: "web", Key: "b.json", Status: "committed", Rows: 2}}))
	got := append(
		texts(t, w, "SELECT concat(run_id, ' ', status, ' ', toString(rows), ' ', toString(finished_at)) FROM waymark_ops.run FINAL"),
		texts(t, w, "SELECT concat(object, ' ', status, ' ', toString(rows)) FROM waymark_ops.object FINAL ORDER BY object")...)
	if diff := cmp.Diff([]string{"r1 done 7 2024-01-31 10:21:30.000", "a.json committed 5", "b.json committed 2"}, got); diff != "" {
		t.Error(diff)
	}
}
