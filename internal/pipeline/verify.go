package pipeline

import (
	"context"
	"maps"
	"slices"
	"strings"

	"waymark/load/clickhouse"
	"waymark/load/lake"
)

// VerifyOptions say what Verify looks at.
type VerifyOptions struct {
	Table string // one lake table or model; "" is all
	Deep  bool   // read every data file and hold it against its manifest, and every column in the warehouse
}

// Verification is what Verify compared and what it found.
type Verification struct {
	Tables      int          `json:"tables"`
	Partitions  int          `json:"partitions"`
	Rows        int64        `json:"rows"`
	Files       int          `json:"files,omitempty"` // data files that were read (deep)
	Differences []Difference `json:"differences"`
	Corrupt     []string     `json:"corrupt,omitempty"` // manifests that cannot be read

	damaged []damagedFile
}

// Clean reports whether nothing was found.
func (v *Verification) Clean() bool { return len(v.Differences) == 0 }

// Verify compares everything but the data files' content.
func (r *Runner) Verify(ctx context.Context) (*Verification, error) {
	return r.VerifyOnly(ctx, VerifyOptions{})
}

// VerifyOnly holds the warehouse against the ledger, by count and sum of row hashes of every partition, and the ledger
// against the files that the manifests name. It changes nothing.
func (r *Runner) VerifyOnly(ctx context.Context, o VerifyOptions) (*Verification, error) {
	models, err := r.models()
	if err != nil {
		return nil, err
	}
	if err := models.knows(o.Table); err != nil {
		return nil, err
	}
	var c holdings
	if err := r.others(ctx, nil, &c); err != nil {
		return nil, err
	}
	out := &Verification{Differences: []Difference{}, Corrupt: c.corrupt}
	for _, key := range c.corrupt {
		out.Differences = append(out.Differences, Difference{Problem: "corrupt manifest " + key})
	}
	raw, err := r.newPublisher(ctx, nil, rawLedger)
	if err != nil {
		return nil, err
	}
	marts, err := r.newPublisher(ctx, nil, martLedger)
	if err != nil {
		return nil, err
	}
	raw.whole, marts.whole = raw.whole || o.Deep, marts.whole || o.Deep
	list, err := raw.changes(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		problem := "its committed files are not published: run again"
		if len(x.Files) == 0 {
			problem = "no manifest names its files any more: run again"
		}
		out.Differences = append(out.Differences, Difference{Table: x.Table.Name, Partition: x.Partition, Problem: problem})
	}
	rawDiffs, err := raw.compare(ctx, only(o.Table, rawTargets()), false)
	if err != nil {
		return nil, err
	}
	martDiffs, err := marts.compare(ctx, only(o.Table, models.targets()), false)
	if err != nil {
		return nil, err
	}
	out.Differences = append(append(out.Differences, rawDiffs...), martDiffs...)
	out.count(raw.ledger, o.Table)
	out.count(marts.ledger, o.Table)
	if o.Deep {
		if err := r.verifyFiles(ctx, o.Table, out); err != nil {
			return nil, err
		}
	}
	if o.Table != "" {
		out.Differences = slices.DeleteFunc(out.Differences, func(d Difference) bool { return d.Table != "" && d.Table != o.Table })
	}
	return out, nil
}

// only leaves one table of the targets, "" is all.
func only(table string, targets map[string]clickhouse.Table) map[string]clickhouse.Table {
	if table != "" {
		maps.DeleteFunc(targets, func(name string, _ clickhouse.Table) bool { return name != table })
	}
	return targets
}

// knows refuses a table that there is not.
func (s *modelSet) knows(table string) error {
	var known []string
	for name := range rawTargets() {
		known = append(known, name)
	}
	for i := range s.list {
		known = append(known, s.list[i].Name)
	}
	if table == "" || slices.Contains(known, table) {
		return nil
	}
	slices.Sort(known)
	return unknown("table", table, known)
}

func (v *Verification) count(l lake.Ledger, only string) {
	tables := map[string]bool{}
	for key, e := range l.Partitions {
		if !strings.HasSuffix(key, "/"+inputsMark) && (only == "" || tableOf(key) == only) {
			tables[tableOf(key)] = true
			v.Partitions++
			v.Rows += e.Rows
		}
	}
	v.Tables += len(tables)
}
