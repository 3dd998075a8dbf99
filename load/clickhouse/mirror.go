package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// ObjectStatus is one input object, mirrored to waymark_ops.object.
type ObjectStatus struct {
	Source, Key, Version, Status, Reason, Field, RunID string
	Bytes, Records, Rows, Rejects                      int64
	Modified, CommittedAt                              time.Time // zero CommittedAt: as the mirror has it of this version
}

// PartitionStatus is one published partition, mirrored to waymark_ops.partition.
type PartitionStatus struct {
	Database, Table, Partition string
	State                      State
	Generation, Files          int64
	PublishedAt                time.Time
}

// Freshness is one source, mirrored to waymark_ops.freshness.
type Freshness struct {
	Source, System, Export              string
	Objects, Quarantined, Rows, Rejects int64
	Newest, LastSuccess, NextRun        time.Time
	FreshWithin                         time.Duration
	Overdue                             string
}

// Mirror is what the lake says, in rows for dashboards.
type Mirror struct {
	Objects    []ObjectStatus
	Partitions []PartitionStatus
	Freshness  []Freshness
}

// ReplaceMirror makes waymark_ops say what m says and nothing else, table by table: readers see each one as it was or as
// it is to be. It may be repeated. The tag makes the names of its staging tables unique.
func (w *Warehouse) ReplaceMirror(ctx context.Context, m Mirror, tag string) error {
	same, err := w.rememberCommits(ctx, m.Objects)
	if err != nil {
		return err
	}
	objects := func(b driver.Batch) error {
		return each(m.Objects, func(o ObjectStatus) error {
			return b.Append(o.Source, o.Key, o.Version, o.Status, o.Reason, o.Field, o.RunID, o.Bytes, o.Records, o.Rows, o.Rejects,
				instant(o.Modified), instant(o.CommittedAt))
		})
	}
	partitions := func(b driver.Batch) error {
		return each(m.Partitions, func(p PartitionStatus) error {
			return b.Append(p.Database, p.Table, p.Partition, p.State.Rows, p.State.HashSum, p.Generation, p.Files, instant(p.PublishedAt))
		})
	}
	freshness := func(b driver.Batch) error {
		return each(m.Freshness, func(f Freshness) error {
			return b.Append(f.Source, f.System, f.Export, f.Objects, f.Quarantined, f.Rows, f.Rejects, instant(f.Newest),
				instant(f.LastSuccess), instant(f.NextRun), int64(f.FreshWithin/time.Second), f.Overdue)
		})
	}
	if !same {
		err = w.replaceOps(ctx, "object", tag, len(m.Objects), objects)
	}
	return errors.Join(
		err,
		w.replaceOps(ctx, "partition", tag, len(m.Partitions), partitions),
		w.replaceOps(ctx, "freshness", tag, len(m.Freshness), freshness),
	)
}

func each[T any](list []T, do func(T) error) error {
	for _, x := range list {
		if err := do(x); err != nil {
			return err
		}
	}
	return nil
}

// rememberCommits fills in what only the mirror knows: by which run and when a manifest of an earlier run was written. It
// reports whether the mirror shows these objects, just so, and no other one: most runs find little that is new, and there may
// be a hundred thousand objects.
func (w *Warehouse) rememberCommits(ctx context.Context, objects []ObjectStatus) (same bool, err error) {
	type key struct{ source, object, version string }
	wanted := make(map[key]int, len(objects))
	for i, o := range objects {
		wanted[key{o.Source, o.Key, o.Version}] = i
	}
	var shown, alike int
	err = w.read(ctx, statement{
		what: "read waymark_ops.object",
		sql: "SELECT source, object, version, status, reason, field, run_id, bytes, records, rows, rejects, modified, committed_at " +
			"FROM waymark_ops.object FINAL",
	}, func() { shown, alike = 0, 0 }, func(r driver.Rows) error {
		var o ObjectStatus
		err := r.Scan(&o.Source, &o.Key, &o.Version, &o.Status, &o.Reason, &o.Field, &o.RunID, &o.Bytes, &o.Records, &o.Rows, &o.Rejects,
			&o.Modified, &o.CommittedAt)
		shown++
		i, ok := wanted[key{o.Source, o.Key, o.Version}]
		if err != nil || !ok {
			return err
		}
		want := &objects[i]
		if want.CommittedAt.IsZero() {
			want.RunID, want.CommittedAt = o.RunID, o.CommittedAt
		}
		if want.sameAs(o) {
			alike++
		}
		return nil
	})
	return err == nil && shown == alike && alike == len(objects), err
}

func (o ObjectStatus) sameAs(other ObjectStatus) bool {
	stored := func(t time.Time) time.Time { return instant(t).Truncate(time.Millisecond) }
	if !stored(o.Modified).Equal(other.Modified) || !stored(o.CommittedAt).Equal(other.CommittedAt) {
		return false
	}
	o.Modified, o.CommittedAt = other.Modified, other.CommittedAt
	return o == other
}

// replaceOps replaces a table of waymark_ops, which has no partitions, by n rows that fill appends.
func (w *Warehouse) replaceOps(ctx context.Context, name, tag string, n int, fill func(driver.Batch) error) error {
	all := opsTables()
	t := all[slices.IndexFunc(all, func(t opsTable) bool { return t.name == name })]
	if n == 0 {
		return w.exec(ctx, statement{what: "empty " + t.table().String(), sql: "TRUNCATE TABLE " + t.table().SQL(), repeatable: true})
	}
	stage := Table{Database: Stage, Name: "ops_" + name + "__" + tag}
	defer func() { _ = w.DropStaging(context.WithoutCancel(ctx), stage.Name) }() // a run drops what is left over
	what := "mirror to " + t.table().String()
	err := w.exec(ctx, statement{what: what, sql: fmt.Sprintf("CREATE OR REPLACE TABLE %s AS %s", stage.SQL(), t.table().SQL()), repeatable: true})
	if err != nil {
		return err
	}
	insert := statement{what: what, sql: fmt.Sprintf("INSERT INTO %s (%s)", stage.SQL(), idents(t.filled()))}
	if err := w.insertRows(ctx, insert, fill); err != nil {
		return err
	}
	return w.exec(ctx, statement{
		what: what, sql: fmt.Sprintf("ALTER TABLE %s REPLACE PARTITION ID 'all' FROM %s", t.table().SQL(), stage.SQL()), repeatable: true,
	})
}

// filled are the columns that are neither computed nor have a default.
func (t opsTable) filled() []string {
	var names []string
	for _, c := range t.columns {
		if c.more == "" {
			names = append(names, c.name)
		}
	}
	return names
}
