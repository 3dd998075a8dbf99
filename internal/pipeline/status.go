package pipeline

import (
	"context"
	"errors"
	"slices"
	"time"

	"waymark/load/lake"
)

// SourceStatus is what the lake knows of one source.
type SourceStatus struct {
	Source      string             `json:"source"`
	System      string             `json:"system"`
	Export      string             `json:"export"`
	Objects     int                `json:"objects"` // committed
	Bytes       int64              `json:"bytes"`
	Records     int64              `json:"records"`
	Rows        int64              `json:"rows"`
	Rejects     int64              `json:"rejects"`
	Newest      time.Time          `json:"newest"`   // time of the newest object that is loaded
	Outdated    int                `json:"outdated"` // objects made by other code or configuration
	Quarantined []QuarantineReport `json:"quarantined,omitempty"`
	NewColumns  []string           `json:"new_columns,omitempty"` // of the objects in use that the export does not know
	NewValues   []string           `json:"new_values,omitempty"`
	Corrupt     []string           `json:"corrupt,omitempty"` // manifests that cannot be read
	Time        Timeliness         `json:"time"`
}

// Status is the state of the lake and what is published of it.
type Status struct {
	Sources    []SourceStatus `json:"sources"`
	Partitions int            `json:"partitions"` // published partitions of lake tables
	Rows       int64          `json:"rows"`       // rows in them
	Pending    int            `json:"pending"`    // partitions whose files are committed and not published
	Models     int            `json:"models"`     // partitions of models
	Publishing bool           `json:"publishing"` // a run holds the lease
}

// Behind reports whether a source is behind its schedule or objective, or what was read waits to be published and nobody is about it: the
// last run did not get that far.
func (s *Status) Behind() bool { return s.Overdue() || s.Pending > 0 && !s.Publishing }

// Aside reports whether an object is set aside.
func (s *Status) Aside() bool {
	return slices.ContainsFunc(s.Sources, func(x SourceStatus) bool { return len(x.Quarantined) > 0 })
}

// Err names the manifests that cannot be read, nil when all can.
func (s *Status) Err() error {
	var errs []error
	for i := range s.Sources {
		for _, key := range s.Sources[i].Corrupt {
			errs = append(errs, corruptManifest(s.Sources[i].Source, key))
		}
	}
	return errors.Join(errs...)
}

// Status reads the lake only: neither the sources' listings nor the warehouse.
func (r *Runner) Status(ctx context.Context, names []string) (*Status, error) {
	chosen, err := r.selected(names)
	if err != nil {
		return nil, err
	}
	schedules, _, err := r.Lake.ReadSchedule(ctx)
	if err != nil {
		return nil, err
	}
	out := &Status{}
	var current []*lake.Manifest
	for i := range r.Sources {
		d, err := r.offline(ctx, &r.Sources[i])
		if err != nil {
			return nil, err
		}
		mine := d.current(nil)
		current = append(current, mine...)
		if slices.Contains(chosen, d.source) {
			x := sourceStatus(d, mine)
			x.Time = timeliness(&d.source.Config, schedules.Sources[x.Source], x.Newest, r.Now())
			out.Sources = append(out.Sources, x)
		}
	}
	ledger, _, err := r.Lake.ReadLedger(ctx, rawLedger)
	if err != nil {
		return nil, err
	}
	marts, _, err := r.Lake.ReadLedger(ctx, martLedger)
	if err != nil {
		return nil, err
	}
	for _, e := range ledger.Partitions {
		out.Partitions++
		out.Rows += e.Rows
	}
	for _, e := range marts.Partitions {
		if e.Rows > 0 {
			out.Models++
		}
	}
	out.Pending = len(changes(desired(current), ledger))
	lease, err := r.LeaseState(ctx)
	if err != nil {
		return nil, err
	}
	out.Publishing = lease.Held(r.Now())
	return out, nil
}

func sourceStatus(d *discovery, current []*lake.Manifest) SourceStatus {
	out := SourceStatus{Source: d.source.Config.Name, System: d.source.Export.System, Export: d.source.Export.Name}
	for _, m := range current {
		if m.Status == lake.Committed {
			out.Objects++
			out.Bytes += m.Object.Size
			out.Records += m.Records
			out.Rows += m.Rows
			out.Rejects += m.Rejects
			if t := time.UnixMicro(m.Object.Modified).UTC(); t.After(out.Newest) {
				out.Newest = t
			}
		}
		if m.Fingerprint != d.source.Fingerprint {
			out.Outdated++
		}
		out.NewColumns, out.NewValues = append(out.NewColumns, m.NewColumns...), append(out.NewValues, m.NewValues...)
	}
	out.Corrupt = d.corrupt
	newest, _ := d.versions(nil)
	for _, m := range aside(newest) {
		out.Quarantined = append(out.Quarantined, quarantineReport(m))
	}
	out.NewColumns, out.NewValues = distinct(out.NewColumns), distinct(out.NewValues)
	return out
}
