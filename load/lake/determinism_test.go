package lake_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
	"waymark/schemas"
)

// chunks are batches of several tables as the chunks of one object would give them.
func chunks() [][]*schemas.Batch {
	var out [][]*schemas.Batch
	for i := range uint64(12) {
		out = append(out, []*schemas.Batch{
			laketest.Batch(schemas.JourneyEvent, laketest.Shape{Seed: i, Rows: int(i%4) * 900, Partitions: 1 + int(i%3)}),
			laketest.Batch(schemas.Ticket, laketest.Shape{Seed: i, Rows: 300, Partitions: 16}),
		})
	}
	return out
}

// writeParallel encodes chunks on n workers that finish in any order, and spools them in chunk order.
func writeParallel(t *testing.T, store lake.Objects, all [][]*schemas.Batch, n int, memory int64) []lake.Output {
	t.Helper()
	done := make([][]lake.RowGroup, len(all))
	work := make(chan int)
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			encoder := lake.NewEncoder()
			for i := range work {
				for _, b := range all[i] {
					groups, err := encoder.Encode(b)
					if err != nil {
						t.Error(err)
					}
					done[i] = append(done[i], groups...)
				}
			}
		})
	}
	for _, i := range rand.Perm(len(all)) {
		work <- i
	}
	close(work)
	group.Wait()
	spool := lake.NewSpool(t.TempDir(), memory)
	defer spool.Close()
	for _, groups := range done {
		if err := spool.Add(groups); err != nil {
			t.Fatal(err)
		}
	}
	outputs, err := spool.Finish(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	return outputs
}

func TestEqualBytesForAnyNumberOfWorkers(t *testing.T) {
	all := chunks()
	var want []lake.Output
	for _, workers := range []int{1, 2, 3, 8} {
		for _, memory := range []int64{0, 100_000, 1 << 30} {
			got := writeParallel(t, &laketest.Memory{}, all, workers, memory)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d workers and %d bytes of memory give other files", workers, memory)
			}
		}
	}
}

// flaky fails every second write.
type flaky struct {
	laketest.Memory
	mu     sync.Mutex
	writes int
}

var errFlaky = errors.New("the line is down")

func (f *flaky) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error) {
	f.mu.Lock()
	f.writes++
	fail := f.writes%2 == 0
	f.mu.Unlock()
	if fail {
		return object.Info{}, &fault.Error{Kind: fault.Transient, Err: errFlaky}
	}
	return f.Memory.Put(ctx, key, body, size, cond)
}

// A failed Finish leaves files that nothing names; finishing again completes them.
func TestFinishMayBeRepeated(t *testing.T) {
	b := laketest.Batch(schemas.Ticket, laketest.Shape{Seed: 1, Rows: 3000, Partitions: 16})
	want := write(t, &laketest.Memory{}, b)
	spool := lake.NewSpool(t.TempDir(), 0)
	defer spool.Close()
	groups, err := lake.NewEncoder().Encode(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := spool.Add(groups); err != nil {
		t.Fatal(err)
	}
	var store flaky
	if _, err := spool.Finish(t.Context(), &store); !errors.Is(err, errFlaky) || !fault.Is(err, fault.Transient) {
		t.Fatalf("finish gives %v, want the store's error", err)
	}
	if all, err := lake.Open(&store).Manifests(t.Context(), "web"); err != nil || len(all) != 0 {
		t.Errorf("%d manifests, %v", len(all), err)
	}
	got, err := spool.Finish(t.Context(), &store.Memory)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("finishing again gives %d files, %v; want %d", len(got), err, len(want))
	}
	if keys := store.Keys(); len(keys) != len(want) {
		t.Errorf("%d objects for %d files", len(keys), len(want))
	}
}

func TestFinishStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	spool := lake.NewSpool(t.TempDir(), 0)
	defer spool.Close()
	groups, _ := lake.NewEncoder().Encode(laketest.Batch(schemas.Agent, laketest.Shape{Rows: 10, Partitions: 3}))
	if err := spool.Add(groups); err != nil {
		t.Fatal(err)
	}
	if _, err := spool.Finish(ctx, &laketest.Memory{}); !errors.Is(err, context.Canceled) {
		t.Errorf("finish gives %v, want a cancellation", err)
	}
}
