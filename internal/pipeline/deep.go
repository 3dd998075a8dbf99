package pipeline

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"waymark/internal/fault"
	"waymark/load/lake"
	"waymark/schemas"
)

// damagedFile is a data file that is missing or not what its manifests say.
type damagedFile struct {
	output  lake.Output
	objects map[string]bool // by objectName, of the manifests that name it
}

// verifyFiles reads every data file of a table (of all when it is "") that makes up the warehouse and holds its content
// against its name and every manifest's totals.
func (r *Runner) verifyFiles(ctx context.Context, table string, v *Verification) error {
	files, err := r.namedOutputs(ctx, table)
	if err != nil {
		return err
	}
	r.Progress.Phase("verify", len(files))
	v.Files = len(files)
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(openObjects)
	for i := range files {
		group.Go(func() error {
			f := &files[i]
			defer r.Progress.Step(1)
			problem, err := r.verifyFile(ctx, f.output)
			if err != nil || problem == "" {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			v.damaged = append(v.damaged, *f)
			v.Differences = append(v.Differences, Difference{Table: f.output.Table, Partition: f.output.Partition, Problem: "data file " + f.output.Key + ": " + problem})
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	slices.SortStableFunc(v.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Partition, b.Partition))
	})
	return nil
}

// namedOutputs gathers the distinct files with the objects they came from. Manifests that give one file different
// totals cannot both be right: each of their outputs is looked at.
func (r *Runner) namedOutputs(ctx context.Context, table string) ([]damagedFile, error) {
	at := map[lake.Output]int{}
	var out []damagedFile
	for i := range r.Sources {
		d, err := r.offline(ctx, &r.Sources[i])
		if err != nil {
			return nil, err
		}
		for _, m := range d.current(nil) {
			for _, o := range m.Outputs {
				if table != "" && o.Table != table {
					continue
				}
				n, ok := at[o]
				if !ok {
					n = len(out)
					at[o] = n
					out = append(out, damagedFile{output: o, objects: map[string]bool{}})
				}
				out[n].objects[objectName(m.Source, m.Object)] = true
			}
		}
	}
	return out, nil
}

// objectName names one version of an object as read by one source.
func objectName(source string, ref lake.ObjectRef) string { return source + "\x00" + ref.Identity() }

// verifyFile returns what is wrong with a data file, "" when nothing is; the error is of the storage.
func (r *Runner) verifyFile(ctx context.Context, o lake.Output) (string, error) {
	err := r.readFile(ctx, o, func(*schemas.Batch) error { return nil })
	if fault.Is(err, fault.NotFound) {
		return "it is missing", nil
	}
	var bad *fault.Error
	if errors.As(err, &bad) && (bad.Kind == fault.Invalid || bad.Kind == fault.SchemaDrift) {
		return bad.Error(), nil
	}
	return "", err
}
