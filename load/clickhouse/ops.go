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

// opsColumn is a column of waymark_ops; more is what its declaration has behind the type.
type opsColumn struct{ name, kind, more, comment string }

const (
	opsTime = "DateTime64(3, 'UTC')"
	opsName = "LowCardinality(String)"
	opsNow  = "DEFAULT now64(6)"
)

// opsTables are the tables of waymark_ops: of run the newest row of an id counts (readers use FINAL), the others are
// replaced whole.
func opsTables() []opsTable {
	recorded := opsColumn{"recorded_at", "DateTime64(6, 'UTC')", opsNow, "When this row was written."}
	return []opsTable{
		{"run", "Runs of the pipeline.", []string{"run_id"}, []opsColumn{
			{"run_id", "String", "", "Run."}, {"source", opsName, "", "Sources of the run, joined by commas; empty is all."},
			{"window", "String", "", "Windows of the schedule that the run is for, joined by commas; empty for a run by hand."}, {"status", opsName, "", "done, rejected (done, with records or objects that were not used) or failed."},
			{"started_at", opsTime, "", "Start."}, {"finished_at", opsTime, "", "End."},
			{"objects", "Int64", "", "Objects read."}, {"quarantined", "Int64", "", "Objects set aside."},
			{"records", "Int64", "", "Records read."}, {"rows", "Int64", "", "Rows written to the lake."},
			{"rejects", "Int64", "", "Records rejected."}, {"partitions", "Int64", "", "Partitions published."},
			{"models", "Int64", "", "Models built."}, {"message", "String", "", "What went wrong."}, recorded,
		}},
		{"object", "Input objects in use or set aside, and what became of them.", []string{"source", "object"}, []opsColumn{
			{"source", opsName, "", "Configured source."}, {"object", "String", "", "Key of the object."},
			{"version", "String", "", "Version or ETag."}, {"status", opsName, "", "committed, quarantined."},
			{"reason", opsName, "", "Why it was set aside."}, {"field", "String", "", "Field at fault."},
			{"run_id", "String", "", "Run that read it; empty when that was before this table."},
			{"bytes", "Int64", "", "Stored bytes."}, {"records", "Int64", "", "Records."}, {"rows", "Int64", "", "Rows written to the lake."},
			{"rejects", "Int64", "", "Records rejected."}, {"modified", opsTime, "", "Time of the object."},
			{"committed_at", opsTime, "", "When its manifest was written; 1970 when that was before this table."}, recorded,
		}},
		{"partition", "Published partitions, as the ledgers of the lake say.", []string{"database", "table", "partition"}, []opsColumn{
			{"database", opsName, "", "waymark_raw or waymark_mart."}, {"table", opsName, "", "Table."}, {"partition", "String", "", "Partition; all is the whole table."},
			{"rows", "Int64", "", "Rows."}, {"hash_sum", "UInt64", "", "Sum of the hashes of the rows."},
			{"generation", "Int64", "", "How often it was published."}, {"files", "Int64", "", "Data files of the lake it was built from; 0 for models."},
			{"published_at", opsTime, "", "When it was published last; 1970 when an earlier version did."}, recorded,
		}},
		{"freshness", "How old the data of each source is, and whether it is behind.", []string{"source"}, []opsColumn{
			{"source", opsName, "", "Configured source."}, {"system", opsName, "", "System."}, {"export", opsName, "", "Export of the system."},
			{"objects", "Int64", "", "Objects in use."}, {"quarantined", "Int64", "", "Objects set aside."},
			{"rows", "Int64", "", "Rows of the objects in use."}, {"rejects", "Int64", "", "Records rejected."},
			{"newest_object_at", opsTime, "", "Time of the newest object in use; 1970 when there is none."},
			{"last_success_at", opsTime, "", "End of the last successful run; 1970 when there was none."},
			{"next_run_at", opsTime, "", "Next run by schedule, as of recorded_at; 1970 without a schedule."},
			{"fresh_within_seconds", "Int64", "", "How old the newest object may be; 0 is no objective."},
			{"overdue", "String", "", "Why the source is behind, as of recorded_at; empty when it is not."}, recorded,
			{"lag_seconds", "Int64", "ALIAS if(newest_object_at = 0, 0, dateDiff('second', newest_object_at, now64(3)))", "Age of the newest object now."},
			{"is_stale", "Bool", "ALIAS fresh_within_seconds > 0 AND (newest_object_at = 0 OR lag_seconds > fresh_within_seconds)",
				"The newest object is older now than it may be."},
		}},
	}
}

type opsTable struct {
	name, comment string
	orderBy       []string
	columns       []opsColumn
}

func (t opsTable) table() Table { return Table{Database: Ops, Name: t.name} }

func (t opsTable) definition() definition {
	d := definition{engine: "ReplacingMergeTree(recorded_at)", orderBy: t.orderBy, comment: t.comment, more: map[string]string{}}
	for _, c := range t.columns {
		d.columns = append(d.columns, ModelColumn{Name: c.name, Type: c.kind, Comment: c.comment})
		d.more[c.name] = c.more
	}
	return d
}

// rejectSummary is waymark_ops.reject; the records themselves are in cx_bi.reject.
func rejectSummary() View {
	return View{
		Name: "reject", Comment: "Rejected records, counted by object and reason; cx_bi.reject has them one by one.",
		SQL: "SELECT source, object, reason, field, count() AS rejects, min(line) AS first_line, any(message) AS example " +
			"FROM waymark_raw.reject GROUP BY source, object, reason, field",
		Columns: map[string]string{
			"source": "Configured source.", "object": "Object the records stand in.", "reason": "Stable code of the reason.",
			"field": "Field at fault, in the source's own name.", "rejects": "Records.", "first_line": "First line at fault.",
			"example": "What is wrong with one of them; never a value.",
		},
	}
}

func (w *Warehouse) migrateOps(ctx context.Context) error {
	existing, err := w.describeDatabase(ctx, Ops)
	if err != nil {
		return err
	}
	for _, t := range opsTables() {
		if err := w.migrateTable(ctx, t.table(), t.definition(), existing[t.name]); err != nil {
			return err
		}
	}
	return w.ensureView(ctx, Ops, rejectSummary())
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
