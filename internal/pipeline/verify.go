package pipeline

import (
	"context"
	"strings"

	"waymark/load/lake"
)

// Verification is what Verify compared and what it found.
type Verification struct {
	Tables      int          `json:"tables"`
	Partitions  int          `json:"partitions"`
	Rows        int64        `json:"rows"`
	Differences []Difference `json:"differences"`
}

// Verify holds the warehouse against the ledger, by count and sum of row hashes of every partition, and the ledger
// against the files that the manifests name. It changes nothing.
func (r *Runner) Verify(ctx context.Context) (*Verification, error) {
	var current []*lake.Manifest
	for i := range r.Sources {
		d, err := r.offline(ctx, &r.Sources[i])
		if err != nil {
			return nil, err
		}
		current = append(current, d.current(nil)...)
	}
	models, err := r.models()
	if err != nil {
		return nil, err
	}
	out := &Verification{Differences: []Difference{}}
	raw, err := r.newPublisher(ctx, nil, rawLedger)
	if err != nil {
		return nil, err
	}
	marts, err := r.newPublisher(ctx, nil, martLedger)
	if err != nil {
		return nil, err
	}
	for _, c := range changes(desired(current), raw.ledger) {
		problem := "its committed files are not published: run again"
		if len(c.Files) == 0 {
			problem = "no manifest names its files any more: run again"
		}
		out.Differences = append(out.Differences, Difference{Table: c.Table.Name, Partition: c.Partition, Problem: problem})
	}
	rawDiffs, err := raw.compare(ctx, rawTargets())
	if err != nil {
		return nil, err
	}
	martDiffs, err := marts.compare(ctx, models.targets())
	if err != nil {
		return nil, err
	}
	out.Differences = append(append(out.Differences, rawDiffs...), martDiffs...)
	out.count(raw.ledger)
	out.count(marts.ledger)
	return out, nil
}

func (v *Verification) count(l lake.Ledger) {
	tables := map[string]bool{}
	for key, e := range l.Partitions {
		if !strings.HasSuffix(key, "/"+inputsMark) {
			tables[tableOf(key)] = true
			v.Partitions++
			v.Rows += e.Rows
		}
	}
	v.Tables += len(tables)
}
