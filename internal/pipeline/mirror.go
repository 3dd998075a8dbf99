package pipeline

import (
	"context"

	"waymark/load/clickhouse"
	"waymark/load/lake"
)

// mirror copies the run and the status of its objects to waymark_ops for dashboards. The lake stays the truth, so a
// failure only warns.
func (r *Runner) mirror(ctx context.Context, report *Report, written []*lake.Manifest, runErr error) {
	now := r.Now().UTC()
	rejects, quarantined := report.Rejects()
	run := clickhouse.Run{ID: report.RunID, Status: status(runErr), StartedAt: report.StartedAt, FinishedAt: now, Rejects: rejects,
		Quarantined: int64(quarantined), Models: int64(len(report.Models)), Partitions: report.partitions()}
	if runErr != nil {
		run.Message = runErr.Error()
	}
	for _, s := range report.Sources {
		run.Objects += int64(s.Transformed)
		run.Records += s.Records
		run.Rows += s.Rows
	}
	objects := make([]clickhouse.ObjectStatus, 0, len(written))
	for _, m := range written {
		objects = append(objects, clickhouse.ObjectStatus{Source: m.Source, Key: m.Object.Key, Version: m.Object.Identity(), Status: m.Status,
			Reason: m.Reason, Field: m.Field, RunID: report.RunID, Bytes: m.Object.Size, Records: m.Records, Rows: m.Rows, Rejects: m.Rejects,
			CommittedAt: now})
	}
	if err := r.Warehouse.RecordRun(ctx, run); err != nil {
		r.Log.Warn().Err(err).Msg("run not recorded in waymark_ops")
	} else if err := r.Warehouse.RecordObjects(ctx, objects); err != nil {
		r.Log.Warn().Err(err).Msg("objects not recorded in waymark_ops")
	}
}

func status(err error) string {
	if err != nil {
		return "failed"
	}
	return "done"
}

func (r *Report) partitions() (n int64) {
	for _, t := range r.Tables {
		n += int64(t.Published + t.Dropped)
	}
	return n
}

// logRun writes the run's one line.
func (r *Runner) logRun(report *Report, err error) {
	rejects, quarantined := report.Rejects()
	var rows, bytes int64
	for _, s := range report.Sources {
		rows, bytes = rows+s.Rows, bytes+s.Bytes
	}
	r.Log.Info().Str("status", status(err)).Int64("rows", rows).Int64("bytes", bytes).Int64("rejects", rejects).
		Int("quarantined", quarantined).Int64("partitions", report.partitions()).Float64("seconds", report.Seconds).Msg("run")
}
