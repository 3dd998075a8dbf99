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
	if err := w.rememberCommits(ctx, m.Objects); err != nil {
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
	return errors.Join(
		w.replaceOps(ctx, "object", tag, len(m.Objects), objects),
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

// rememberCommits fills in what only the mirror knows: by which run and when a manifest of an earlier run was written.
func (w *Warehouse) rememberCommits(ctx context.Context, objects []ObjectStatus) error {
	type commit struct {
		run string
		at  time.Time
	}
	known := map[[3]string]commit{}
	err := w.read(ctx, statement{
		what: "read waymark_ops.object", sql: "SELECT source, object, version, run_id, committed_at FROM waymark_ops.object FINAL",
	}, func() { clear(known) }, func(r driver.Rows) error {
		var key [3]string
		var c commit
		err := r.Scan(&key[0], &key[1], &key[2], &c.run, &c.at)
		known[key] = c
		return err
	})
	if err != nil {
		return err
	}
	for i := range objects {
		if o := &objects[i]; o.CommittedAt.IsZero() {
			c := known[[3]string{o.Source, o.Key, o.Version}]
			o.RunID, o.CommittedAt = c.run, c.at
		}
	}
	return nil
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
