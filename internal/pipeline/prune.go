package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"waymark/internal/fault"
	"waymark/load/lake"
)

// leave takes the manifests of objects that the listing no longer has out of the discovery and keeps them in gone, the
// oldest version of each object first: should their removal break off, the newest one is what is left.
func (d *discovery) leave() {
	listed := make(map[string]bool, len(d.items))
	for _, it := range d.items {
		listed[it.URI] = true
	}
	var kept []lake.Manifest
	for _, m := range d.manifests {
		if listed[m.Object.URI] {
			kept = append(kept, m)
		} else {
			d.gone = append(d.gone, m)
		}
	}
	d.manifests = kept
	slices.SortFunc(d.gone, func(a, b lake.Manifest) int {
		return cmp.Or(cmp.Compare(a.Object.URI, b.Object.URI), cmp.Compare(a.Object.Modified, b.Object.Modified), cmp.Compare(a.Object.Identity(), b.Object.Identity()))
	})
}

// goneObjects returns the newest manifest of each object that is gone.
func (d *discovery) goneObjects() []lake.Manifest {
	var out []lake.Manifest
	for _, m := range d.gone {
		if n := len(out); n > 0 && out[n-1].Object.URI == m.Object.URI {
			out[n-1] = m
		} else {
			out = append(out, m)
		}
	}
	return out
}

// gone gathers what a run with Prune removes. A listing that is empty where there were objects is more likely a wrong
// location than a wish.
func (r *Runner) gone(found []*discovery) ([]lake.Manifest, error) {
	var out []lake.Manifest
	for _, d := range found {
		if len(d.gone) > 0 && len(d.items) == 0 && !r.AcceptLoss {
			return nil, inSource(d.source, &fault.Error{Kind: fault.Gate,
				Err:  fmt.Errorf("nothing is left at %s: all %d objects would be removed", d.source.Config.Location, len(d.goneObjects())),
				Hint: "look at the location; if they are really gone, run again with --accept-loss"})
		}
		out = append(out, d.gone...)
	}
	return out, nil
}

// prune removes the manifests of objects that are gone, and publishes. The removal comes first, so that a crash in
// between leaves a state which the next run goes on from; should the volume guard refuse the loss, it is taken back.
func (p *publisher) prune(ctx context.Context, gone []lake.Manifest, list []Change, report *Report) error {
	if err := p.foresee(list); err != nil {
		return err
	}
	for i := range gone {
		if err := p.Lake.RemoveManifest(ctx, &gone[i]); err != nil {
			return err
		}
		p.Log.Info().Str("source", gone[i].Source).Str("object", gone[i].Object.URI).Int64("rows", gone[i].Rows).Msg("pruned")
	}
	err := p.publishRaw(ctx, list, report)
	if fault.Is(err, fault.Gate) {
		for i := range gone {
			err = errors.Join(err, p.Lake.WriteManifest(context.WithoutCancel(ctx), &gone[i]))
		}
	}
	return err
}

// foresee applies the volume guard to what the manifests promise: resolving duplicates can only leave fewer rows.
func (p *publisher) foresee(list []Change) error {
	for _, c := range list {
		s := swap{key: c.Key(), files: c.FileSet}
		for _, f := range c.Files {
			s.state.Rows += f.Rows
		}
		if err := p.guard(c.Table.Name, []swap{s}); err != nil {
			return err
		}
	}
	return nil
}
