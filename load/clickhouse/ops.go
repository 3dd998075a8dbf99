package clickhouse

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Run is one run of the pipeline, mirrored to waymark_ops.run.
type Run struct {
	ID, Source, Window, Status                                       string
	StartedAt, FinishedAt                                            time.Time
	Objects, Quarantined, Records, Rows, Rejects, Partitions, Models int64
	Message                                                          string
}

// ObjectStatus is one input object, mirrored to waymark_ops.object.
type ObjectStatus struct {
	Source, Key, Version, Status, Reason, Field, RunID string
	Bytes, Records, Rows, Rejects                      int64
	Modified, CommittedAt                              time.Time
}

// opsTables are small mirrors of the ledger for dashboards: the newest row of a key counts, readers use FINAL.
const (
	runTable = "CREATE TABLE IF NOT EXISTS waymark_ops.run (" +
		"run_id String COMMENT 'Run.', source LowCardinality(String) COMMENT 'Configured source; empty is all.', " +
		"window String COMMENT 'Schedule window of the run.', status LowCardinality(String) COMMENT 'running, done, rejected, failed.', " +
		"started_at DateTime64(3, 'UTC') COMMENT 'Start.', finished_at DateTime64(3, 'UTC') COMMENT 'End; 1970 while running.', " +
		"objects Int64 COMMENT 'Objects read.', quarantined Int64 COMMENT 'Objects set aside.', records Int64 COMMENT 'Records read.', " +
		"rows Int64 COMMENT 'Rows written to the lake.', rejects Int64 COMMENT 'Records rejected.', " +
		"partitions Int64 COMMENT 'Partitions published.', models Int64 COMMENT 'Models built.', message String COMMENT 'What went wrong.', " +
		"recorded_at DateTime64(6, 'UTC') DEFAULT now64(6) COMMENT 'When this row was written.'" +
		") ENGINE = ReplacingMergeTree(recorded_at) ORDER BY run_id COMMENT 'Runs of the pipeline.'"
	objectTable = "CREATE TABLE IF NOT EXISTS waymark_ops.object (" +
		"source LowCardinality(String) COMMENT 'Configured source.', object String COMMENT 'Key of the object.', " +
		"version String COMMENT 'Version or ETag.', status LowCardinality(String) COMMENT 'committed, quarantined.', " +
		"reason LowCardinality(String) COMMENT 'Why it was set aside.', field String COMMENT 'Field at fault.', run_id String COMMENT 'Run that read it.', " +
		"bytes Int64 COMMENT 'Stored bytes.', records Int64 COMMENT 'Records.', rows Int64 COMMENT 'Rows written to the lake.', " +
		"rejects Int64 COMMENT 'Records rejected.', modified DateTime64(3, 'UTC') COMMENT 'Time of the object.', " +
		"committed_at DateTime64(3, 'UTC') COMMENT 'When its manifest was written.', " +
		"recorded_at DateTime64(6, 'UTC') DEFAULT now64(6) COMMENT 'When this row was written.'" +
		") ENGINE = ReplacingMergeTree(recorded_at) ORDER BY (source, object) COMMENT 'Input objects and what became of them.'"
)

func (w *Warehouse) migrateOps(ctx context.Context) error {
	for _, sql := range []string{runTable, objectTable} {
		if err := w.exec(ctx, statement{what: "create tables of " + Ops, sql: sql, repeatable: true}); err != nil {
			return err
		}
	}
	return nil
}

// RecordRun writes one run; the newest record of an id wins.
func (w *Warehouse) RecordRun(ctx context.Context, r Run) error {
	return w.insertRows(ctx, statement{
		what: "record run",
		sql: "INSERT INTO waymark_ops.run (run_id, source, window, status, started_at, finished_at, objects, quarantined, " +
			"records, rows, rejects, partitions, models, message)",
	}, func(b driver.Batch) error {
		return b.Append(r.ID, r.Source, r.Window, r.Status, instant(r.StartedAt), instant(r.FinishedAt), r.Objects, r.Quarantined,
			r.Records, r.Rows, r.Rejects, r.Partitions, r.Models, r.Message)
	})
}

// RecordObjects writes the status of objects; the newest record of (source, key) wins.
func (w *Warehouse) RecordObjects(ctx context.Context, objects []ObjectStatus) error {
	if len(objects) == 0 {
		return nil
	}
	return w.insertRows(ctx, statement{
		what: "record objects",
		sql: "INSERT INTO waymark_ops.object (source, object, version, status, reason, field, run_id, bytes, records, rows, " +
			"rejects, modified, committed_at)",
	}, func(b driver.Batch) error {
		for _, o := range objects {
			err := b.Append(o.Source, o.Key, o.Version, o.Status, o.Reason, o.Field, o.RunID, o.Bytes, o.Records, o.Rows,
				o.Rejects, instant(o.Modified), instant(o.CommittedAt))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// insertRows sends one batch that fill fills. Rows of waymark_ops replace their earlier versions: it may be repeated.
func (w *Warehouse) insertRows(ctx context.Context, st statement, fill func(driver.Batch) error) error {
	st.settings, st.repeatable = w.insertSettings(), true
	return w.attempts(ctx, st, func(ctx context.Context) error { return w.send(ctx, st.sql, fill) })
}

// send inserts one batch.
func (w *Warehouse) send(ctx context.Context, insert string, fill func(driver.Batch) error) error {
	b, err := w.conn.PrepareBatch(ctx, insert)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	if err := fill(b); err != nil {
		return err
	}
	return b.Send()
}

// instant is t, or 1970 for the zero time, which the column type cannot hold.
func instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return t.UTC()
}
