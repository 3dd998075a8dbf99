package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
)

// holdings are what the warehouse is to hold.
type holdings struct {
	current []*lake.Manifest
	corrupt []string              // keys of manifests that cannot be read
	gone    []lake.Manifest       // to be removed: their objects left the listing
	rebuild func(key string) bool // partitions to rebuild although their files are the published ones; may be nil
	epoch   int64                 // of the lease before anything was read: who publishes next has the one after it
}

// reread reads the manifests again when somebody else has held the lease since c was read: what c says may be older than
// what is published by now. The manifests alone decide then, as for sources that are not listed.
func (r *Runner) reread(ctx context.Context, c *holdings, lease Lease) error {
	if lease.Epoch() == c.epoch+1 {
		return nil
	}
	if len(c.gone) > 0 {
		return &fault.Error{Kind: fault.Transient, Err: errors.New("another run published while this one listed the objects to prune"), Hint: "run again"}
	}
	r.Log.Info().Int64("epoch", lease.Epoch()).Msg("another run published meanwhile: manifests are read again")
	c.current, c.corrupt = nil, nil
	return r.others(ctx, nil, c)
}

// others adds what the manifests say of every source that is not among found.
func (r *Runner) others(ctx context.Context, found []*discovery, c *holdings) error {
	for i := range r.Sources {
		s := &r.Sources[i]
		if slices.ContainsFunc(found, func(d *discovery) bool { return d.source.Config.Name == s.Config.Name }) {
			continue
		}
		d, err := r.offline(ctx, s)
		if err != nil {
			return err
		}
		c.current = append(c.current, d.current(nil)...)
		c.corrupt = append(c.corrupt, d.corrupt...)
	}
	return nil
}

// corruptManifest names a manifest that cannot be read, with what to do about it.
func corruptManifest(source, key string) error {
	return &fault.Error{Kind: fault.Invalid, Source: source, Object: key, Err: lake.ErrCorrupt,
		Hint: "waymark verify --repair moves it aside and reads its object again; until then the source is not read and keeps its rows"}
}

func corruptManifests(s *Source, keys []string) error {
	var errs []error
	for _, key := range keys {
		errs = append(errs, corruptManifest(s.Config.Name, key))
	}
	return errors.Join(errs...)
}

// checkLedgers refuses to start from a ledger that a newer version wrote or that is damaged.
func (r *Runner) checkLedgers(ctx context.Context) error {
	for _, name := range []string{rawLedger, martLedger} {
		if _, _, err := r.Lake.ReadLedger(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// changes is what is to be published of c. While a manifest cannot be read nobody knows which files it names, so a
// partition that has a file which no readable manifest names is left as it is.
func (p *publisher) changes(ctx context.Context, c holdings) ([]Change, error) {
	list := changesOf(desired(c.current), p.ledger, c.rebuild)
	if len(c.corrupt) == 0 || len(list) == 0 {
		return list, nil
	}
	named, err := p.namedFiles(ctx, true)
	if err != nil {
		return nil, err
	}
	doubtful := map[string]bool{}
	err = p.Lake.DataFiles(ctx, func(info object.Info) error {
		if !named[info.Key] {
			doubtful[partitionOf(info.Key)] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(x Change) bool {
		if doubtful[x.Key()] {
			p.Log.Warn().Str("table", x.Table.Name).Str("partition", x.Partition).Msg("not published: a corrupt manifest may name files of this partition")
		}
		return doubtful[x.Key()]
	}), nil
}

// partitionOf returns "<table>/<partition>" of a data file's key.
func partitionOf(key string) string {
	parts := strings.Split(key, "/")
	if len(parts) != 4 {
		return ""
	}
	return parts[1] + "/" + parts[2]
}

// namedFiles returns the data files that any manifest names, of whatever version and source. Corrupt manifests are
// passed over or an error.
func (r *Runner) namedFiles(ctx context.Context, passOver bool) (map[string]bool, error) {
	names, err := r.Lake.Sources(ctx)
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	for _, name := range names {
		manifests, corrupt, err := r.Lake.ReadableManifests(ctx, name)
		if err != nil {
			return nil, err
		}
		if len(corrupt) > 0 && !passOver {
			return nil, &fault.Error{Kind: fault.Invalid, Source: name, Object: corrupt[0], Err: lake.ErrCorrupt,
				Hint: "nobody can tell which files it names; waymark verify --repair rebuilds it"}
		}
		for i := range manifests {
			for _, o := range manifests[i].Outputs {
				named[o.Key] = true
			}
		}
	}
	return named, nil
}
