package pipeline

import (
	"context"
	"errors"
	"fmt"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
)

// Repair is what was done about the differences that a verification found.
type Repair struct {
	Found   *Verification `json:"found"`
	Aside   []string      `json:"aside,omitempty"`   // where corrupt documents are now
	Rebuilt int           `json:"rebuilt,omitempty"` // objects read again
	Lost    []Difference  `json:"lost,omitempty"`    // damaged files that cannot be made again: their objects are gone or changed
	Run     *Report       `json:"run,omitempty"`
	Left    *Verification `json:"left"` // a second verification
}

// Repair verifies, rebuilds what differs and verifies again. Warehouse: the run's reconciliation reads every
// partition, and those that differ or cannot be read are published anew. Lake: a corrupt manifest or ledger is moved aside, a damaged
// data file deleted, and their objects are read again, which gives the same files. A file is only deleted when its object
// can still be read.
func (r *Runner) Repair(ctx context.Context, o VerifyOptions) (out *Repair, err error) {
	out = &Repair{}
	r.thorough = true
	defer func() { r.thorough = false }()
	if out.Aside, err = r.ledgersAside(ctx); err != nil {
		return nil, err
	}
	if out.Found, err = r.VerifyOnly(ctx, o); err != nil {
		return nil, err
	}
	if out.Found.Clean() && len(out.Aside) == 0 {
		out.Left = out.Found
		return out, nil
	}
	listed, err := r.listed(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.manifestsAside(ctx, listed, out); err != nil {
		return nil, err
	}
	again, err := r.removeDamaged(ctx, listed, out)
	if err != nil {
		return nil, err
	}
	r.Scope = Scope{redo: func(it Item) Reason {
		if again[objectName(it.Source.Config.Name, lake.Ref(it.URI, it.Info))] {
			return Repaired
		}
		return ""
	}}
	if out.Run, err = r.Run(ctx, nil); err != nil {
		return out, err
	}
	for _, s := range out.Run.Sources {
		out.Rebuilt += s.Transformed
	}
	r.Scope = Scope{}
	out.Left, err = r.VerifyOnly(ctx, o)
	return out, err
}

// ledgersAside moves damaged ledgers aside: from an empty one everything is published anew.
func (r *Runner) ledgersAside(ctx context.Context) ([]string, error) {
	var out []string
	for _, name := range []string{rawLedger, martLedger} {
		_, _, err := r.Lake.ReadLedger(ctx, name)
		if !errors.Is(err, lake.ErrCorrupt) {
			if err != nil {
				return nil, err
			}
			continue
		}
		place, err := r.Lake.SetAside(ctx, "ledger/"+name+".json")
		if err != nil {
			return nil, err
		}
		r.Log.Warn().Str("ledger", name).Str("now", place).Msg("corrupt ledger set aside")
		out = append(out, place)
	}
	return out, nil
}

// listed lists every source and returns its objects by objectName.
func (r *Runner) listed(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	for i := range r.Sources {
		s := &r.Sources[i]
		st, err := r.openStore(ctx, s.Location)
		if err != nil {
			return nil, inSource(s, err)
		}
		var keys []string // whose ETag the listing leaves open
		err = st.List(ctx, s.Location.Prefix, func(info object.Info) error {
			switch {
			case !s.Location.Match(info.Key):
			case info.ETag == "":
				keys = append(keys, info.Key)
			default:
				out[objectName(s.Config.Name, lake.Ref(st.URI(info.Key), info))] = true
			}
			return nil
		})
		if err != nil {
			return nil, inSource(s, fmt.Errorf("list %s: %w", s.Config.Location, err))
		}
		for _, key := range keys {
			info, err := st.Stat(ctx, key)
			if fault.Is(err, fault.NotFound) {
				continue // it left after the listing
			}
			if err != nil {
				return nil, inSource(s, err)
			}
			out[objectName(s.Config.Name, lake.Ref(st.URI(key), info))] = true
		}
	}
	return out, nil
}

// manifestsAside moves the corrupt manifests away whose object can be read again; a manifest's name tells which one it
// is. The others stay, and with them the rows, until their loss is accepted.
func (r *Runner) manifestsAside(ctx context.Context, listed map[string]bool, out *Repair) error {
	for _, key := range out.Found.Corrupt {
		source, identity := lake.ManifestName(key)
		name := source + "\x00" + identity
		if !listed[name] && !r.AcceptLoss {
			out.Lost = append(out.Lost, Difference{Problem: "corrupt manifest " + key + " cannot be made again: its object is gone or was replaced (--accept-loss gives it up)"})
			continue
		}
		place, err := r.Lake.SetAside(ctx, key)
		if err != nil {
			return err
		}
		r.Log.Warn().Str("manifest", key).Str("now", place).Msg("corrupt manifest set aside")
		out.Aside = append(out.Aside, place)
	}
	return nil
}

// removeDamaged deletes the damaged files whose objects are all still listed and returns these objects.
func (r *Runner) removeDamaged(ctx context.Context, listed map[string]bool, out *Repair) (map[string]bool, error) {
	again := map[string]bool{}
	for _, f := range out.Found.damaged {
		if !all(f.objects, listed) {
			out.Lost = append(out.Lost, Difference{Table: f.output.Table, Partition: f.output.Partition,
				Problem: "data file " + f.output.Key + " cannot be made again: its object is gone or was replaced"})
			continue
		}
		if err := r.Lake.RemoveFile(ctx, f.output.Key); err != nil {
			return nil, err
		}
		for identity := range f.objects {
			again[identity] = true
		}
	}
	return again, nil
}

func all(names, in map[string]bool) bool {
	for n := range names {
		if !in[n] {
			return false
		}
	}
	return true
}
