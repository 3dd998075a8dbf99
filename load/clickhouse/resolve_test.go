package clickhouse

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/schemas"
)

func TestResolveKeepsTombstonesOfEvents(t *testing.T) {
	w, ctx := open(t), t.Context()
	s := newStaging(t, w, schemas.JourneyEvent, "r1")
	insertEvents(t, s,
		event{id: "01", day: "2024-01-31", version: 1, hash: 900}, // superseded
		event{id: "01", day: "2024-01-31", version: 3, hash: 10},
		event{id: "01", day: "2024-01-31", version: 2, hash: 800}, // superseded
		event{id: "02", day: "2024-01-31", version: 5, hash: 700}, // deleted
		event{id: "02", day: "2024-01-31", version: 6, hash: 20, deleted: true},
		event{id: "03", day: "2024-01-31", version: 1, hash: 30}, // delivered twice
		event{id: "03", day: "2024-01-31", version: 1, hash: 30},
		event{id: "04", day: "2024-01-31", version: 1, hash: 40}, // same version, other content: greater hash
		event{id: "04", day: "2024-01-31", version: 1, hash: 41},
		event{id: "05", day: "2024-02-01", version: 1, hash: 50}, // clean partition
		event{id: "01", day: "2024-02-02", version: 9, hash: 60}, // the same key on another day is its own row here
		event{id: "01", day: "2024-02-02", version: 8, hash: 61},
	)
	changed, err := s.Resolve(ctx)
	must(t, err)
	if diff := cmp.Diff([]string{"2024-01-31", "2024-02-02"}, changed); diff != "" {
		t.Error(diff)
	}
	got, err := s.State(ctx)
	must(t, err)
	want := States{"2024-01-31": {4, 10 + 20 + 30 + 41}, "2024-02-01": {1, 50}, "2024-02-02": {1, 60}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if changed, err = s.Resolve(ctx); err != nil || len(changed) > 0 {
		t.Errorf("a second time: %v %v", changed, err)
	}
	names, err := w.ListStagings(ctx)
	must(t, err)
	if diff := cmp.Diff([]string{s.Name()}, names); diff != "" {
		t.Errorf("left behind: %s", diff)
	}
}

func TestResolveDropsDeletedEntities(t *testing.T) {
	w, ctx := open(t), t.Context()
	s := newStaging(t, w, schemas.Agent, "r1")
	for i, r := range []struct {
		bucket  int
		id      string
		version int
		deleted bool
	}{
		{3, "a", 1, false}, {3, "a", 2, true}, // deleted: gone with its earlier version
		{3, "b", 1, true}, {3, "b", 2, false}, // came back
		{4, "c", 1, true},  // nothing is left of the partition
		{5, "d", 1, false}, // clean
	} {
		must(t, w.Exec(ctx, fmt.Sprintf("INSERT INTO %s (bucket, system, agent_id, record_version, is_deleted, row_hash) VALUES (%d, 'zendesk', '%s', %d, %t, %d)",
			s.table.SQL(), r.bucket, r.id, r.version, r.deleted, 1<<i), nil))
	}
	changed, err := s.Resolve(ctx)
	must(t, err)
	if diff := cmp.Diff([]string{"03", "04"}, changed); diff != "" {
		t.Error(diff)
	}
	got, err := s.State(ctx)
	must(t, err)
	if diff := cmp.Diff(States{"03": {1, 1 << 3}, "05": {1, 1 << 5}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestResolveReplacesWholeSchedules(t *testing.T) {
	w, ctx := open(t), t.Context()
	s := newStaging(t, w, schemas.BusinessInterval, "r1")
	for i, r := range []struct {
		bucket   int
		schedule string
		start    string
		version  int
	}{
		{1, "s1", "2024-01-01 08:00:00", 1}, // the new version has no interval that starts then
		{1, "s1", "2024-01-01 09:00:00", 2},
		{2, "s1", "2024-01-02 08:00:00", 1}, // nor any in this partition
		{1, "s2", "2024-01-01 08:00:00", 1}, // another schedule keeps its version
	} {
		must(t, w.Exec(ctx, fmt.Sprintf("INSERT INTO %s (bucket, system, schedule_id, starts_at, record_version, row_hash) VALUES (%d, 'zendesk', '%s', '%s', %d, %d)",
			s.table.SQL(), r.bucket, r.schedule, r.start, r.version, 1<<i), nil))
	}
	_, err := s.Resolve(ctx)
	must(t, err)
	got, err := s.State(ctx)
	must(t, err)
	if diff := cmp.Diff(States{"01": {2, 1<<1 + 1<<3}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestBatchesBoundTheRows(t *testing.T) {
	got := batches(States{"01": {Rows: rowsAtOnce - 1}, "02": {Rows: 1}, "03": {Rows: 1}, "04": {Rows: rowsAtOnce * 2}, "05": {Rows: 1}})
	if diff := cmp.Diff([][]string{{"01", "02"}, {"03"}, {"04"}, {"05"}}, got); diff != "" {
		t.Error(diff)
	}
}
