package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"waymark/load/lake"
)

// Plan says what a run would do, and why.
type Plan struct {
	Totals     []PlannedTotal     `json:"totals"`
	Objects    []PlannedObject    `json:"objects"`
	Partitions []PlannedPartition `json:"partitions"`
	Models     []PlannedModel     `json:"models"`
	Listed     map[string]int     `json:"listed"` // objects of each source's listing
}

// PlannedObject is one object that would be transformed.
type PlannedObject struct {
	Source string `json:"source"`
	Object string `json:"object"`
	Bytes  int64  `json:"bytes"`
	Reason Reason `json:"reason"`
}

// PlannedTotal counts the objects of one source that would be transformed, or whose rows would be removed, for one
// reason.
type PlannedTotal struct {
	Source  string `json:"source"`
	Reason  Reason `json:"reason"`
	Objects int    `json:"objects"`
	Bytes   int64  `json:"bytes"`
	Rows    int64  `json:"rows"` // that these objects gave before: what a change of mind takes back or makes anew
}

// PlannedPartition names partitions of one table that would be rebuilt or dropped for one reason.
type PlannedPartition struct {
	Table      string   `json:"table"`
	Partitions []string `json:"partitions"` // empty: known only once the objects are decoded
	Why        string   `json:"why"`
}

// PlannedModel is one model that would be built.
type PlannedModel struct {
	Model string `json:"model"`
	Why   string `json:"why"`
}

// Idle reports whether a run would do nothing.
func (p *Plan) Idle() bool { return len(p.Objects)+len(p.Partitions)+len(p.Models) == 0 }

// Plan lists the sources and holds them against the lake; it changes nothing and needs no warehouse.
func (r *Runner) Plan(ctx context.Context, names []string) (*Plan, error) {
	chosen, err := r.selected(names)
	if err != nil {
		return nil, err
	}
	found, failures := r.discoverAll(ctx, chosen)
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	plan := &Plan{Listed: map[string]int{}, Totals: []PlannedTotal{}, Objects: []PlannedObject{}, Partitions: []PlannedPartition{}, Models: []PlannedModel{}}
	current, err := r.plannedManifests(ctx, found, plan)
	if err != nil {
		return nil, err
	}
	raw, _, err := r.Lake.ReadLedger(ctx, rawLedger)
	if err != nil {
		return nil, err
	}
	marts, _, err := r.Lake.ReadLedger(ctx, martLedger)
	if err != nil {
		return nil, err
	}
	touched := plan.partitions(found, changes(desired(current), raw))
	return plan, r.plannedModels(plan, touched, raw, marts)
}

func (r *Runner) plannedManifests(ctx context.Context, found []*discovery, plan *Plan) ([]*lake.Manifest, error) {
	var current []*lake.Manifest
	listed := map[string]bool{}
	for _, d := range found {
		listed[d.source.Config.Name] = true
		plan.Listed[d.source.Config.Name] = len(d.items)
		current = append(current, d.current(nil)...)
		before := d.rowsBefore()
		for _, it := range d.items {
			if it.Work() {
				plan.add(PlannedObject{Source: d.source.Config.Name, Object: it.URI, Bytes: it.Info.Size, Reason: it.Reason}, before[it.URI])
			}
		}
		for _, m := range d.goneObjects() {
			plan.add(PlannedObject{Source: d.source.Config.Name, Object: m.Object.URI, Bytes: m.Object.Size, Reason: Gone}, m.Rows)
		}
	}
	for i := range r.Sources {
		if !listed[r.Sources[i].Config.Name] {
			d, err := r.offline(ctx, &r.Sources[i])
			if err != nil {
				return nil, err
			}
			current = append(current, d.current(nil)...)
		}
	}
	return current, nil
}

// add plans one object, which gave rows before.
func (p *Plan) add(o PlannedObject, rows int64) {
	p.Objects = append(p.Objects, o)
	i := slices.IndexFunc(p.Totals, func(t PlannedTotal) bool { return t.Source == o.Source && t.Reason == o.Reason })
	if i < 0 {
		i = len(p.Totals)
		p.Totals = append(p.Totals, PlannedTotal{Source: o.Source, Reason: o.Reason})
	}
	t := &p.Totals[i]
	t.Objects, t.Bytes, t.Rows = t.Objects+1, t.Bytes+o.Bytes, t.Rows+rows
}

// rowsBefore counts, by URI, the rows of each object's usable version.
func (d *discovery) rowsBefore() map[string]int64 {
	_, usable := d.versions(nil)
	out := make(map[string]int64, len(usable))
	for uri, m := range usable {
		out[uri] = m.Rows
	}
	return out
}

// partitions gathers what is waiting to be published and what the objects to be transformed touch; it returns the
// names of the tables touched.
func (p *Plan) partitions(found []*discovery, waiting []Change) map[string]bool {
	touched := map[string]bool{}
	why := map[string][]string{}
	left := goneFrom(found)
	for _, c := range waiting {
		reason := "committed files are not published yet"
		if len(c.Files) == 0 {
			reason = "no manifest names its files any more"
		}
		if source := left[c.Key()]; source != "" {
			reason = "objects of " + source + " are gone"
		}
		why[c.Table.Name+"\x00"+reason] = append(why[c.Table.Name+"\x00"+reason], c.Partition)
	}
	for _, d := range found {
		for _, it := range d.items {
			if !it.Work() {
				continue
			}
			for _, t := range d.source.Export.Tables {
				key := t.Name + "\x00" + fmt.Sprintf("%s objects of %s", it.Reason, d.source.Config.Name)
				why[key] = append(why[key], d.before(it, t.Name)...)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(why)) {
		table, reason, _ := strings.Cut(key, "\x00")
		partitions := slices.Compact(slices.Sorted(slices.Values(why[key])))
		touched[table] = true
		p.Partitions = append(p.Partitions, PlannedPartition{Table: table, Partitions: partitions, Why: reason})
	}
	return touched
}

// goneFrom maps the partitions that objects which left the listing had filled to one such source.
func goneFrom(found []*discovery) map[string]string {
	out := map[string]string{}
	for _, d := range found {
		for i := range d.gone {
			for _, o := range d.gone[i].Outputs {
				out[o.Table+"/"+o.Partition] = d.source.Config.Name
			}
		}
	}
	return out
}

// before names the partitions of table that the object's earlier versions filled.
func (d *discovery) before(it Item, table string) []string {
	out := []string{}
	for i := range d.manifests {
		m := &d.manifests[i]
		if m.Object.URI != it.URI {
			continue
		}
		for _, o := range m.Outputs {
			if o.Table == table {
				out = append(out, o.Partition)
			}
		}
	}
	return out
}

// plannedModels names the models that read what would change, and those that were built from something else.
func (r *Runner) plannedModels(plan *Plan, touched map[string]bool, raw, marts lake.Ledger) error {
	set, err := r.models()
	if err != nil {
		return err
	}
	rebuilt := map[string]bool{}
	for i := range set.list {
		m := &set.list[i]
		why := ""
		for _, t := range m.Reads {
			if touched[t] {
				why = "reads " + t
			}
		}
		for _, d := range m.DependsOn {
			if rebuilt[d] {
				why = "reads " + d
			}
		}
		mark, built := marts.Partitions[m.Name+"/"+inputsMark]
		switch {
		case !built:
			why = "was never built"
		case why == "" && mark.Files != set.inputs(m, raw, marts):
			why = "its definition or its inputs changed"
		}
		if why != "" {
			rebuilt[m.Name] = true
			plan.Models = append(plan.Models, PlannedModel{Model: m.Name, Why: why})
		}
	}
	return nil
}
