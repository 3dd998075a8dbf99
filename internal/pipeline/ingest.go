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
	if !r.Scope.Shard.Set() {
		r.pack(context.WithoutCancel(ctx), found, committed)
	}
	for _, d := range found {
		of := d.report(committed)
		r.logNews(&of)
		report.Sources = append(report.Sources, of)
		current = append(current, d.current(committed)...)
	}
	for _, m := range committed {
		written = append(written, m)
	}
	slices.SortFunc(written, byURI)
	return current, written, err
}

// A source's manifests are packed anew when this many of them, and this share, are not in its pack.
const (
	packAfter = 256
	packShare = 20 // one in 20
)

// pack renews the packs of sources that have many new manifests. A pack is a cache: a failure only warns.
func (r *Runner) pack(ctx context.Context, found []*discovery, committed map[string]*lake.Manifest) {
	for _, d := range found {
		var all []lake.Manifest
		replaced, fresh := map[string]bool{}, 0
		for _, it := range d.items {
			if m := committed[it.identity()]; m != nil {
				all, fresh = append(all, *m), fresh+1
				replaced[m.Object.Identity()] = true
			}
		}
		if fresh += d.unpacked; fresh < packAfter || fresh*packShare < len(d.manifests) {
			continue
		}
		for _, m := range d.manifests {
			if !replaced[m.Object.Identity()] {
				all = append(all, m)
			}
		}
		if err := r.Lake.PackManifests(ctx, d.source.Config.Name, all); err != nil {
			r.Log.Warn().Err(err).Str("source", d.source.Config.Name).Msg("manifests not packed")
		}
	}
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
			var m *lake.Manifest
			err := t.again(ctx, "read "+w.item.URI, func() (err error) {
				m, err = t.object(ctx, w.store, w.item)
				return err
			})
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
		Int64("rows", m.Rows).Int64("rejects", m.Rejects).Msg(m.Status)
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
		if m.Status == lake.Quarantined {
			out.Quarantined = append(out.Quarantined, quarantineReport(m))
		}
	}
	out.NewColumns, out.NewValues = d.news(committed)
	return out
}

func quarantineReport(m *lake.Manifest) QuarantineReport {
	return QuarantineReport{Object: m.Object.URI, Reason: m.Reason, Field: m.Field, Line: m.Line, Message: m.Message}
}
