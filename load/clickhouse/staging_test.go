package clickhouse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
	"waymark/schemas"
)

// event is a row of journey_event as tests write it.
type event struct {
	id, day string
	version int64
	deleted bool
	hash    uint64
}

// insertEvents puts rows into a staging table of journey_event.
func insertEvents(t testing.TB, s *Staging, events ...event) {
	t.Helper()
	for _, e := range events {
		must(t, s.w.Exec(t.Context(), "INSERT INTO "+s.table.SQL()+
			" (event_id, event_date, occurred_at, event_type, record_version, is_deleted, row_hash)"+
			" SELECT toUUID({id:String}), {day:Date}, toDateTime64({day:String}, 6, 'UTC'), 'page_viewed', {v:Int64}, {d:Bool}, {h:UInt64}",
			map[string]string{
				"id": "00000000-0000-0000-0000-0000000000" + e.id, "day": e.day, "v": fmt.Sprint(e.version),
				"d": fmt.Sprint(e.deleted), "h": fmt.Sprint(e.hash),
			}))
	}
}

func newStaging(t testing.TB, w *Warehouse, table *schemas.Table, tag string) *Staging {
	t.Helper()
	s, err := w.NewStaging(t.Context(), table, tag)
	must(t, err)
	t.Cleanup(func() { _ = s.Drop(context.Background()) })
	return s
}

// parquet has the engine itself encode a SELECT.
func parquet(t testing.TB, w *Warehouse, sql string) []byte {
	t.Helper()
	r, err := w.conn.QueryFormat(t.Context(), "Parquet", sql)
	must(t, err)
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	must(t, err)
	return b
}

func reader(b []byte) func(context.Context) (io.ReadCloser, error) {
	return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

func TestPublishAPartition(t *testing.T) {
	w, ctx := open(t), t.Context()
	s := newStaging(t, w, schemas.JourneyEvent, "e1")
	insertEvents(t, s, event{id: "01", day: "2024-01-31", hash: 1 << 63}, event{id: "02", day: "2024-01-31", hash: 1<<63 + 5},
		event{id: "03", day: "2024-02-01", hash: 7})
	staged, err := s.State(ctx)
	must(t, err)
	want := States{"2024-01-31": {Rows: 2, HashSum: 5}, "2024-02-01": {Rows: 1, HashSum: 7}}
	if diff := cmp.Diff(want, staged); diff != "" {
		t.Fatal(diff)
	}
	must(t, s.Optimize(ctx, "2024-01-31"))
	parts, err := s.parts(ctx, "20240131")
	must(t, err)
	if parts["20240131"] != 1 {
		t.Errorf("%d parts after Optimize", parts["20240131"])
	}
	for range 2 { // repeating a publish changes nothing
		must(t, s.Replace(ctx, "2024-01-31"))
	}
	published, err := w.PartitionStates(ctx, s.Target())
	must(t, err)
	if diff := cmp.Diff(States{"2024-01-31": want["2024-01-31"]}, published); diff != "" {
		t.Error(diff)
	}
	must(t, s.Replace(ctx, "2024-02-01"))
	must(t, w.DropPartition(ctx, s.Target(), "2024-01-31"))
	must(t, w.DropPartition(ctx, s.Target(), "2024-01-31"))
	published, err = w.PartitionStates(ctx, s.Target())
	must(t, err)
	if m := Mismatch(States{"2024-02-01": want["2024-02-01"]}, published); m != "" {
		t.Errorf("partition %s differs: %v", m, published)
	}
	if err := s.Replace(ctx, "2024-03-01"); !fault.Is(err, fault.Invalid) {
		t.Errorf("replacing from an empty partition: %v", err)
	}
}

// A partition that is to be empty goes with the staging table; whoever lost that table can take nothing away any more.
func TestRetireAPartition(t *testing.T) {
	w, ctx := open(t), t.Context()
	old := newStaging(t, w, schemas.JourneyEvent, "e1")
	insertEvents(t, old, event{id: "01", day: "2024-03-31", hash: 3}, event{id: "02", day: "2024-04-01", hash: 4})
	must(t, old.Replace(ctx, "2024-03-31"))
	must(t, old.Replace(ctx, "2024-04-01"))
	s := newStaging(t, w, schemas.JourneyEvent, "e2")
	must(t, s.Retire(ctx, "2024-03-31"))
	must(t, s.Retire(ctx, "2024-03-31"))
	must(t, s.Retire(ctx, "2024-05-01"))
	must(t, s.Drop(ctx))
	if err := s.Retire(ctx, "2024-04-01"); err == nil {
		t.Error("a publisher without its staging table retired a partition")
	}
	got, err := w.PartitionStates(ctx, s.Target(), "2024-03-31", "2024-04-01")
	must(t, err)
	if diff := cmp.Diff(States{"2024-04-01": {Rows: 1, HashSum: 4}}, got); diff != "" {
		t.Error(diff)
	}
	must(t, w.DropPartition(ctx, s.Target(), "2024-04-01"))
}

func TestReplaceFromAnEmptyPartitionLeavesTheTarget(t *testing.T) {
	w, ctx := open(t), t.Context()
	first := newStaging(t, w, schemas.JourneyEvent, "e1")
	insertEvents(t, first, event{id: "01", day: "2024-01-31", hash: 3})
	must(t, first.Replace(ctx, "2024-01-31"))
	empty := newStaging(t, w, schemas.JourneyEvent, "e2")
	if err := empty.Replace(ctx, "2024-01-31"); err == nil {
		t.Error("an empty partition replaced one with rows")
	}
	published, err := w.PartitionStates(ctx, first.Target(), "2024-01-31")
	must(t, err)
	if published["2024-01-31"].Rows != 1 {
		t.Error("the target lost its partition")
	}
}

// A column that this version does not know is refused: nobody would fill it, and the newer version that made it would take
// the partitions for complete.
func TestTableWithMoreColumnsIsRefused(t *testing.T) {
	w, ctx := open(t), t.Context()
	target := RawTable(schemas.Agent)
	must(t, w.Exec(ctx, "ALTER TABLE "+target.SQL()+" ADD COLUMN extra String DEFAULT 'x' AFTER bucket", nil))
	defer func() { must(t, w.Exec(ctx, "ALTER TABLE "+target.SQL()+" DROP COLUMN extra", nil)) }()
	err := w.Migrate(ctx, schemas.Tables())
	if !fault.Is(err, fault.SchemaDrift) || !strings.Contains(err.Error(), "waymark_raw.agent has a column extra") {
		t.Errorf("a table with a column more: %v", err)
	}
}

func TestConcurrentLoads(t *testing.T) {
	w, ctx := open(t), t.Context()
	s := newStaging(t, w, schemas.JourneyEvent, "c1")
	insertEvents(t, s, event{id: "01", day: "2024-01-31", hash: 5})
	file := parquet(t, w, "SELECT * FROM "+s.table.SQL())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := s.Load(ctx, "x.parquet", reader(file)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	got, err := s.State(ctx)
	must(t, err)
	if diff := cmp.Diff(States{"2024-01-31": {Rows: 9, HashSum: 45}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadParquet(t *testing.T) {
	w, ctx := open(t), t.Context()
	s := newStaging(t, w, schemas.JourneyEvent, "p1")
	insertEvents(t, s, event{id: "01", day: "2024-01-31", hash: 11}, event{id: "02", day: "2024-01-31", version: 5, hash: 12})
	file := parquet(t, w, "SELECT * FROM "+s.table.SQL())
	to := newStaging(t, w, schemas.JourneyEvent, "p2")
	for range 2 { // equal inserts are not dropped as duplicates
		must(t, to.Load(ctx, "a.parquet", reader(file)))
	}
	got, err := to.State(ctx)
	must(t, err)
	if diff := cmp.Diff(States{"2024-01-31": {Rows: 4, HashSum: 46}}, got); diff != "" {
		t.Error(diff)
	}
	must(t, to.Truncate(ctx))
	if got, err = to.State(ctx); err != nil || len(got) != 0 {
		t.Errorf("after Truncate: %v %v", got, err)
	}
}

func TestLoadRefusesWhatDoesNotFit(t *testing.T) {
	w, ctx := open(t), t.Context()
	s := newStaging(t, w, schemas.Agent, "bad")
	broken := errors.New("the lake is gone")
	for name, c := range map[string]struct {
		open func(context.Context) (io.ReadCloser, error)
		want func(error) bool
	}{
		"missing column": {reader(parquet(t, w, "SELECT 1 AS bucket")), func(err error) bool { return fault.Is(err, fault.SchemaDrift) }},
		"not Parquet":    {reader([]byte("PAR1 this is no Parquet PAR1")), func(err error) bool { return Code(err) != 0 }},
		"truncated": {reader(parquet(t, w, "SELECT * FROM "+s.table.SQL())[:200]), func(err error) bool {
			return Code(err) != 0
		}},
		"unreadable": {func(context.Context) (io.ReadCloser, error) { return nil, broken }, func(err error) bool {
			return errors.Is(err, broken)
		}},
		"breaks off": {func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader([]byte("PAR1")), failing{broken})), nil
		}, func(err error) bool { return errors.Is(err, broken) }},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.Load(ctx, "x.parquet", c.open)
			if err == nil || !c.want(err) {
				t.Errorf("got %v", err)
			}
			if states, err := s.State(ctx); err != nil || len(states) != 0 {
				t.Errorf("rows were left: %v %v", states, err)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestLeftoverStagings(t *testing.T) {
	w, ctx := open(t), t.Context()
	s, err := w.NewStaging(ctx, schemas.JourneyEvent, "e7_1")
	must(t, err)
	insertEvents(t, s, event{id: "01", day: "2024-01-31", hash: 3})
	names, err := w.ListStagings(ctx)
	must(t, err)
	if diff := cmp.Diff([]string{"journey_event__e7_1"}, names); diff != "" {
		t.Error(diff)
	}
	again, err := w.AttachStaging(ctx, s.Target(), s.Name())
	must(t, err)
	must(t, again.Replace(ctx, "2024-01-31")) // a journalled publish is repeated after a crash
	fresh := newStaging(t, w, schemas.JourneyEvent, "e7_1")
	if states, err := fresh.State(ctx); err != nil || len(states) != 0 {
		t.Errorf("a leftover of the same name was not emptied: %v %v", states, err)
	}
	must(t, w.DropStaging(ctx, s.Name()))
	must(t, w.DropStaging(ctx, s.Name()))
	if _, err := w.AttachStaging(ctx, s.Target(), s.Name()); !fault.Is(err, fault.NotFound) {
		t.Errorf("attach to a dropped staging table: %v", err)
	}
	for _, tag := range []string{"", "A", "a`b", "a-b"} {
		if _, err := w.NewStaging(ctx, schemas.JourneyEvent, tag); !fault.Is(err, fault.Internal) {
			t.Errorf("tag %q: %v", tag, err)
		}
	}
}

func TestPartitionIDsAreTheServersOwn(t *testing.T) {
	w, ctx := open(t), t.Context()
	for _, c := range []struct{ by, value, name string }{
		{"toDate({v:String})", "2024-01-31", "2024-01-31"}, {"toYYYYMM(toDate({v:String}))", "2024-01-31", "2024-01"},
		{"toInt32({v:String})", "7", "07"}, {"toInt32({v:String})", "0", "00"}, {"toInt32({v:String})", "15", "15"},
		{"tuple()", "x", "all"},
	} {
		must(t, w.Exec(ctx, "CREATE OR REPLACE TABLE waymark_stage.ids__x ENGINE = MergeTree PARTITION BY p ORDER BY tuple() AS SELECT "+
			c.by+" AS p", map[string]string{"v": c.value}))
		if c.by == "tuple()" {
			must(t, w.Exec(ctx, "CREATE OR REPLACE TABLE waymark_stage.ids__x ENGINE = MergeTree ORDER BY tuple() AS SELECT 1 AS p", nil))
		}
		id := texts(t, w, "SELECT partition_id FROM system.parts WHERE active AND database = 'waymark_stage' AND `table` = 'ids__x'")[0]
		if got, err := PartitionID(c.name); err != nil || got != id {
			t.Errorf("PartitionID(%q) = %q, %v; the server says %q", c.name, got, err, id)
		}
		if got, err := partitionName(id); err != nil || got != c.name {
			t.Errorf("partitionName(%q) = %q, %v; want %q", id, got, err, c.name)
		}
	}
	must(t, w.DropStaging(ctx, "ids__x"))
	for _, bad := range []string{"", "7", "2024", "2024-1-31", "20240131", "007", "2024-01-31'", "-1", "xx"} {
		if id, err := PartitionID(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("PartitionID(%q) = %q, %v", bad, id, err)
		}
	}
}

// The mark of a partition stays while nobody writes to it, and changes with any row; it costs no look at the rows.
func TestPartMarks(t *testing.T) {
	w, ctx := open(t), t.Context()
	s := newStaging(t, w, schemas.JourneyEvent, "marks")
	insertEvents(t, s, event{id: "01", day: "2031-01-31", hash: 3}, event{id: "02", day: "2031-02-01", hash: 4})
	must(t, s.Replace(ctx, "2031-01-31"))
	must(t, s.Replace(ctx, "2031-02-01"))
	look := func() Marks {
		all, err := w.PartMarks(ctx, Raw, schemas.JourneyEvent.Name)
		must(t, err)
		return all[schemas.JourneyEvent.Name]
	}
	first := look()
	if first["2031-01-31"] == "" || first["2031-01-31"] == first["2031-02-01"] {
		t.Errorf("marks %v", first)
	}
	if again := look(); again["2031-01-31"] != first["2031-01-31"] {
		t.Error("a mark changed by itself")
	}
	must(t, s.Replace(ctx, "2031-01-31"))
	if again := look(); again["2031-01-31"] != first["2031-01-31"] {
		t.Error("the same rows in the same part have another mark")
	}
	must(t, w.Exec(ctx, "ALTER TABLE "+s.Target().SQL()+" UPDATE theme = 'x' WHERE event_date = '2031-01-31' SETTINGS mutations_sync = 2", nil))
	changed := look()
	if changed["2031-01-31"] == first["2031-01-31"] || changed["2031-02-01"] != first["2031-02-01"] {
		t.Errorf("after an update of one partition: %v, before it %v", changed, first)
	}
	must(t, w.DropPartition(ctx, s.Target(), "2031-01-31"))
	if _, there := look()["2031-01-31"]; there {
		t.Error("a dropped partition has a mark")
	}
	must(t, w.DropPartition(ctx, s.Target(), "2031-02-01"))
}
