package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"waymark/extract/store"
	"waymark/internal/object"
	"waymark/load/lake"
)

var errFault = errors.New("injected fault")

// faulty fails the nth write and all that follow, as a process that dies there would: nothing after it happens.
type faulty struct {
	store.Store
	left atomic.Int64
}

func (f *faulty) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error) {
	if f.left.Add(-1) < 0 {
		return object.Info{}, fmt.Errorf("put %s: %w", key, errFault)
	}
	return f.Store.Put(ctx, key, body, size, cond)
}

// A run that dies at any of its writes to the lake (data files, manifest, lease, journal, ledger) leaves nothing that the
// next run does not put right: the marts end as those of one clean run over the same exports.
func TestDyingAtEachWrite(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/first.csv", surveys(0, 40), time.Hour)
	s.run(cfg)
	// 1 to 6 are data files, 7 the manifest, 8 the lease; then two writes of the ledger per table and per model that changes.
	for i, n := range []int64{3, 7, 9, 10, 14} {
		s.write(fmt.Sprintf("in/%02d.csv", i), surveys(100*(i+1), 30), time.Hour)
		r := s.runner(cfg)
		f := &faulty{Store: r.LakeObjects}
		f.left.Store(n)
		r.LakeObjects, r.Lake = f, lake.Open(f)
		if _, err := r.Run(t.Context(), nil); !errors.Is(err, errFault) {
			t.Fatalf("write %d did not fail: %v", n+1, err)
		}
		releaseLease(t, s, cfg.Lake)
		s.run(cfg)
		s.verify(cfg)
	}
	clean := newSite(t)
	clean.write("in/first.csv", surveys(0, 40), time.Hour)
	for i := range 5 {
		clean.write(fmt.Sprintf("in/%02d.csv", i), surveys(100*(i+1), 30), time.Hour)
	}
	clean.run(clean.config(surveySource))
	if got, want := s.marts(), clean.marts(); got != want {
		t.Errorf("marts after the faults:\n%s\nmarts of a clean run:\n%s", got, want)
	}
}

// releaseLease takes the dead run's lease away, as time would.
func releaseLease(t *testing.T, s *site, place string) {
	t.Helper()
	root, err := store.OpenRoot(t.Context(), place, store.S3Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.Delete(t.Context(), "lease.json"); err != nil {
		t.Fatal(err)
	}
}
