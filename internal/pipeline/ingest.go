package pipeline

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"waymark/extract/store"
	"waymark/load/lake"
)

// openObjects bounds how many objects are open at once; the memory bound is the transformer's slots, this one hides
// the latency of opening small objects.
const openObjects = 4

// transformAll transforms every object that needs it. It returns the manifests that make up the warehouse now and those
// that it wrote.
// Objects that fail are joined in the error; the others are committed.
func (r *Runner) transformAll(ctx context.Context, found []*discovery, report *Report) (current, written []*lake.Manifest, err error) {
	var todo []work
	for _, d := range found {
		for _, it := range d.items {
			if it.Work() {
				todo = append(todo, work{d.store, it})
			}
		}
	}
	r.Progress.Phase("transform", len(todo))
	committed, err := r.newTransformer().objects(ctx, todo)
	for _, d := range found {
		report.Sources = append(report.Sources, d.report(committed))
		current = append(current, d.current(committed)...)
	}
	for _, m := range committed {
		written = append(written, m)
	}
	slices.SortFunc(written, byURI)
	return current, written, err
}

// work is one object to transform.
type work struct {
	store store.Store
	item  Item
}

// identity names the object within the run: two sources may read the same one.
func (i Item) identity() string { return i.Source.Config.Name + "\x00" + i.URI }

// objects transforms several objects at a time; it returns the committed manifests by identity.
func (t *transformer) objects(ctx context.Context, todo []work) (map[string]*lake.Manifest, error) {
	var mu sync.Mutex
	committed := map[string]*lake.Manifest{}
	var failures []error
	var group errgroup.Group
	group.SetLimit(openObjects)
	for _, w := range todo {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			m, err := t.object(ctx, w.store, w.item)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failures = append(failures, err)
			} else {
				committed[w.item.identity()] = m
				t.logObject(m)
			}
			t.Progress.Step(1)
			return nil
		})
	}
	_ = group.Wait() // the functions return nil; their errors are in failures
	return committed, errors.Join(failures...)
}

func (t *transformer) logObject(m *lake.Manifest) {
	line := t.Log.Info()
	if m.Status == lake.Quarantined {
		line = t.Log.Warn().Str("reason", m.Reason).Str("field", m.Field).Int64("line", m.Line).Str("problem", m.Message)
	}
	line.Str("source", m.Source).Str("object", m.Object.URI).Int64("bytes", m.Object.Size).Int64("records", m.Records).
		Int64("rows", m.Rows).Int64("rejects", m.Rejects).Strs("new_columns", m.NewColumns).Msg(m.Status)
}

// report counts what the source gave in this run.
func (d *discovery) report(committed map[string]*lake.Manifest) SourceReport {
	out := SourceReport{Source: d.source.Config.Name, Listed: len(d.items), Pruned: len(d.goneObjects())}
	for _, it := range d.items {
		m := committed[it.identity()]
		if m == nil {
			continue
		}
		out.Transformed++
		out.Bytes += it.Info.Size
		out.Records += m.Records
		out.Rows += m.Rows
		out.Rejects += m.Rejects
		out.NewColumns = append(out.NewColumns, m.NewColumns...)
		if m.Status == lake.Quarantined {
			out.Quarantined = append(out.Quarantined, quarantineReport(m))
		}
	}
	slices.Sort(out.NewColumns)
	out.NewColumns = slices.Compact(out.NewColumns)
	return out
}

func quarantineReport(m *lake.Manifest) QuarantineReport {
	return QuarantineReport{Object: m.Object.URI, Reason: m.Reason, Field: m.Field, Line: m.Line, Message: m.Message}
}
