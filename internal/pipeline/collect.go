package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// CollectOptions say what garbage is and what becomes of it.
type CollectOptions struct {
	Delete bool
	// Grace is how old a data file without a manifest must be: younger ones may belong to a run that has not committed
	// yet.
	Grace time.Duration
}

// Garbage is what Collect found, and with Delete removed.
type Garbage struct {
	Deleted  bool            `json:"deleted"`
	Files    []GarbageFile   `json:"files"`
	Bytes    int64           `json:"bytes"`
	Young    int             `json:"young"`    // data files without a manifest that are within the grace
	Stagings []string        `json:"stagings"` // staging tables that no unfinished publish needs
	Unknown  []UnknownSource `json:"unknown_sources"`
}

// GarbageFile is a data file that no manifest names.
type GarbageFile struct {
	Key      string    `json:"key"`
	Bytes    int64     `json:"bytes"`
	Modified time.Time `json:"modified"`
}

// UnknownSource has manifests and is not configured. It is only reported: the source may be renamed or come back.
type UnknownSource struct {
	Source  string `json:"source"`
	Objects int    `json:"objects"`
	Files   int    `json:"files"`
}

// Collect looks for what crashed runs, corrections and prunes left behind: data files that no manifest names, and
// staging tables. Deleting needs the lease, so that it never meets a publish; that of a transform is what the grace is
// for. Data files are listed before the manifests are read, so a file that is committed meanwhile counts as named.
func (r *Runner) Collect(ctx context.Context, o CollectOptions) (out *Garbage, err error) {
	out = &Garbage{Files: []GarbageFile{}, Stagings: []string{}, Unknown: []UnknownSource{}}
	if o.Delete {
		lease, err := r.takeLease(ctx, "gc-"+newID())
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, lease.Release(context.WithoutCancel(ctx))) }()
	}
	var all []object.Info
	if err := r.Lake.DataFiles(ctx, func(i object.Info) error { all = append(all, i); return nil }); err != nil {
		return nil, err
	}
	named, err := r.namedFiles(ctx, false)
	if err != nil {
		return nil, err
	}
	limit := r.Now().Add(-o.Grace)
	for _, i := range all {
		switch {
		case named[i.Key]:
		case i.Modified.After(limit):
			out.Young++
		default:
			out.Files = append(out.Files, GarbageFile{i.Key, i.Size, i.Modified.UTC()})
			out.Bytes += i.Size
		}
	}
	if out.Stagings, err = r.idleStagings(ctx); err != nil {
		return nil, err
	}
	if out.Unknown, err = r.unknownSources(ctx); err != nil {
		return nil, err
	}
	if o.Delete {
		err = r.sweep(ctx, out, limit)
		out.Deleted = err == nil
	}
	return out, err
}

func (r *Runner) takeLease(ctx context.Context, run string) (Lease, error) {
	return r.leases().Acquire(ctx, Process()+"/"+run)
}

// idleStagings returns the staging tables that the journal does not need to finish a publish.
func (r *Runner) idleStagings(ctx context.Context) ([]string, error) {
	needed := map[string]bool{}
	for _, name := range []string{rawLedger, martLedger} {
		ledger, _, err := r.Lake.ReadLedger(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, in := range ledger.Intents {
			needed[in.Staging] = true
		}
	}
	names, err := r.Warehouse.ListStagings(ctx)
	if err != nil {
		return nil, fmt.Errorf("list staging tables: %w", err)
	}
	idle := []string{}
	for _, n := range names {
		if !needed[n] {
			idle = append(idle, n)
		}
	}
	return idle, nil
}

func (r *Runner) unknownSources(ctx context.Context) ([]UnknownSource, error) {
	names, err := r.Lake.Sources(ctx)
	if err != nil {
		return nil, err
	}
	out := []UnknownSource{}
	for _, name := range names {
		if slices.ContainsFunc(r.Sources, func(s Source) bool { return s.Config.Name == name }) {
			continue
		}
		manifests, _, err := r.Lake.ReadableManifests(ctx, name)
		if err != nil {
			return nil, err
		}
		u := UnknownSource{Source: name, Objects: len(manifests)}
		for i := range manifests {
			u.Files += len(manifests[i].Outputs)
		}
		out = append(out, u)
	}
	return out, nil
}

// sweep deletes what was found. A file that was written again since it was listed is in use.
func (r *Runner) sweep(ctx context.Context, g *Garbage, limit time.Time) error {
	r.Progress.Phase("collect", len(g.Files))
	for _, f := range g.Files {
		info, err := r.LakeObjects.Stat(ctx, f.Key)
		if err == nil && !info.Modified.After(limit) {
			err = r.Lake.RemoveFile(ctx, f.Key)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		r.Progress.Step(1)
	}
	for _, name := range g.Stagings {
		if err := r.Warehouse.DropStaging(ctx, name); err != nil {
			return fmt.Errorf("drop staging %s: %w", name, err)
		}
	}
	r.Log.Info().Int("files", len(g.Files)).Int64("bytes", g.Bytes).Int("stagings", len(g.Stagings)).Msg("garbage deleted")
	return nil
}
