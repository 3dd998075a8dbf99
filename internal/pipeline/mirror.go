package pipeline

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"waymark/load/clickhouse"
	"waymark/load/lake"
)

// mirrored is what a run leaves for the mirror: the manifests in use now, and those that it wrote.
type mirrored struct{ current, written []*lake.Manifest }

// mirror copies the run, and what the lake says after it, to waymark_ops for dashboards. The lake stays the truth, so a
// failure only warns.
func (r *Runner) mirror(ctx context.Context, report *Report, m mirrored, runErr error) {
	now := r.Now().UTC()
	if err := r.Warehouse.RecordRun(ctx, r.runRow(report, now, runErr)); err != nil {
		r.Log.Warn().Err(err).Msg("run not recorded in waymark_ops")
		return // so would the others
	}
	rows := clickhouse.Mirror{Objects: objectRows(report.RunID, m, now)}
	err := r.partitionRows(ctx, m.current, &rows)
	if err == nil {
		rows.Freshness, err = r.freshnessRows(ctx, report, m.current, runErr)
	}
	if err == nil {
		err = r.Warehouse.ReplaceMirror(ctx, rows, report.RunID)
	}
	if err != nil {
		r.Log.Warn().Err(err).Msg("waymark_ops is not up to date")
	}
}

func (r *Runner) runRow(report *Report, now time.Time, runErr error) clickhouse.Run {
	rejects, quarantined := report.Rejects()
	run := clickhouse.Run{ID: report.RunID, Window: r.Windows, Status: status(report, runErr), StartedAt: report.StartedAt, FinishedAt: now, Rejects: rejects,
		Quarantined: int64(quarantined), Models: int64(len(report.Models)), Partitions: report.partitions()}
	if runErr != nil {
		run.Message = runErr.Error()
	}
	var names []string
	for _, s := range report.Sources {
		names = append(names, s.Source)
		run.Objects += int64(s.Transformed)
		run.Records += s.Records
		run.Rows += s.Rows
	}
	if len(names) < len(r.Sources) {
		run.Source = strings.Join(names, ",")
	}
	return run
}

func objectRows(runID string, m mirrored, now time.Time) []clickhouse.ObjectStatus {
	mine := map[string]bool{}
	for _, w := range m.written {
		mine[w.Key()] = true
	}
	out := make([]clickhouse.ObjectStatus, 0, len(m.current))
	seen := map[string]int{} // an object that is set aside may still have rows of its version before: the newer one is shown
	for _, c := range m.current {
		o := clickhouse.ObjectStatus{Source: c.Source, Key: c.Object.Key, Version: c.Object.Identity(), Status: c.Status, Reason: c.Reason,
			Field: c.Field, Bytes: c.Object.Size, Records: c.Records, Rows: c.Rows, Rejects: c.Rejects, Modified: time.UnixMicro(c.Object.Modified)}
		if mine[c.Key()] {
			o.RunID, o.CommittedAt = runID, now
		}
		key := c.Source + "\x00" + c.Object.Key
		if i, ok := seen[key]; ok {
			out[i] = o
			continue
		}
		seen[key] = len(out)
		out = append(out, o)
	}
	return out
}

// partitionRows reads the ledgers: they say what is published, whatever this run did.
func (r *Runner) partitionRows(ctx context.Context, current []*lake.Manifest, to *clickhouse.Mirror) error {
	files := desired(current)
	for _, of := range [][2]string{{rawLedger, clickhouse.Raw}, {martLedger, clickhouse.Mart}} {
		ledger, _, err := r.Lake.ReadLedger(ctx, of[0])
		if err != nil {
			return err
		}
		for _, key := range slices.Sorted(maps.Keys(ledger.Partitions)) {
			table, partition, _ := strings.Cut(key, "/")
			if e := ledger.Partitions[key]; partition != inputsMark && e.Rows > 0 {
				to.Partitions = append(to.Partitions, clickhouse.PartitionStatus{Database: of[1], Table: table, Partition: partition,
					State: clickhouse.State{Rows: e.Rows, HashSum: e.HashSum}, Generation: e.Generation, Files: int64(len(files[key])),
					PublishedAt: microseconds(e.PublishedAt)})
			}
		}
	}
	return nil
}

// freshnessRows says of every source what status says of it.
func (r *Runner) freshnessRows(ctx context.Context, report *Report, current []*lake.Manifest, runErr error) ([]clickhouse.Freshness, error) {
	schedules, _, err := r.Lake.ReadSchedule(ctx)
	if err != nil {
		return nil, err
	}
	now := r.Now().UTC()
	of := map[string][]*lake.Manifest{}
	for _, m := range current {
		of[m.Source] = append(of[m.Source], m)
	}
	var out []clickhouse.Freshness
	for i := range r.Sources {
		s := &r.Sources[i]
		done := schedules.Sources[s.Config.Name]
		if runErr == nil && report.of(s.Config.Name) { // recorded only after this
			done.LastSuccess = now
		}
		f := clickhouse.Freshness{Source: s.Config.Name, System: s.Export.System, Export: s.Export.Name, LastSuccess: done.LastSuccess}
		for _, m := range of[s.Config.Name] {
			if m.Status == lake.Quarantined {
				f.Quarantined++
				continue
			}
			f.Objects, f.Rows, f.Rejects = f.Objects+1, f.Rows+m.Rows, f.Rejects+m.Rejects
			if t := microseconds(m.Object.Modified); t.After(f.Newest) {
				f.Newest = t
			}
		}
		t := timeliness(&s.Config, done, f.Newest, now)
		f.NextRun, f.FreshWithin, f.Overdue = t.NextRun, s.Config.Fresh(), strings.Join(t.Overdue, "; ")
		out = append(out, f)
	}
	return out, nil
}

// of reports whether the run was of the source.
func (r *Report) of(source string) bool {
	return slices.ContainsFunc(r.Sources, func(s SourceReport) bool { return s.Source == source })
}

// microseconds is the time of µs since 1970, the zero time for 0.
func microseconds(t int64) time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMicro(t).UTC()
}

// status says how a run ended: rejected is done, with records or objects that were not used.
func status(r *Report, err error) string {
	if err != nil {
		return "failed"
	}
	if records, objects := r.Rejects(); records > 0 || objects > 0 {
		return "rejected"
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
	r.Log.Info().Str("status", status(report, err)).Int64("rows", rows).Int64("bytes", bytes).Int64("rejects", rejects).
		Int("quarantined", quarantined).Int64("partitions", report.partitions()).Float64("seconds", report.Seconds).Msg("run")
}
