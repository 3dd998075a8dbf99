package storetest

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
)

func putIfAbsent(t *testing.T, s store.Store) {
	cond := object.Condition{IfAbsent: true}
	if _, err := s.Put(t.Context(), "k", strings.NewReader("first"), 5, cond); err != nil {
		t.Fatalf("creation: %v", err)
	}
	_, err := s.Put(t.Context(), "k", strings.NewReader("second"), 6, cond)
	wantKind(t, "second creation", err, fault.Conflict)
	_, err = s.Put(t.Context(), "k", strings.NewReader("first"), 5, cond)
	wantKind(t, "second creation with equal content", err, fault.Conflict)
	if got := read(t, s, object.Info{Key: "k"}); got != "first" {
		t.Errorf("read %q after a refused write", got)
	}
}

func putIfMatch(t *testing.T, s store.Store) {
	_, err := s.Put(t.Context(), "absent", strings.NewReader("x"), 1, object.Condition{IfMatch: `"0123456789abcdef0123456789abcdef"`})
	wantKind(t, "swap of an absent key", err, fault.Conflict)
	first := mustPut(t, s, "k", "first")
	second, err := s.Put(t.Context(), "k", strings.NewReader("second"), 6, object.Condition{IfMatch: first.ETag})
	if err != nil {
		t.Fatalf("swap: %v", err)
	}
	_, err = s.Put(t.Context(), "k", strings.NewReader("third"), 5, object.Condition{IfMatch: first.ETag})
	wantKind(t, "swap of an old version", err, fault.Conflict)
	if got := read(t, s, second); got != "second" {
		t.Errorf("read %q after a refused write", got)
	}
}

func concurrentCreate(t *testing.T, s store.Store) {
	var won atomic.Int32
	var winner atomic.Value
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			body := "writer " + strconv.Itoa(i)
			_, err := s.Put(t.Context(), "dir/k", strings.NewReader(body), int64(len(body)), object.Condition{IfAbsent: true})
			if err == nil {
				won.Add(1)
				winner.Store(body)
				return
			}
			wantKind(t, "losing creation", err, fault.Conflict)
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d writers created the key, want 1", won.Load())
	}
	if got := read(t, s, object.Info{Key: "dir/k"}); got != winner.Load() {
		t.Errorf("read %q, but %q was told that it won", got, winner.Load())
	}
}

func concurrentSwap(t *testing.T, s store.Store) {
	const writers, each = 4, 8
	mustPut(t, s, "counter", "0")
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for done := 0; done < each; {
				if increment(t, s) {
					done++
				}
				if t.Failed() {
					return
				}
			}
		})
	}
	wg.Wait()
	if got := read(t, s, object.Info{Key: "counter"}); got != strconv.Itoa(writers*each) {
		t.Errorf("counter is %s after %d increments", got, writers*each)
	}
}

// increment tries to count up once; false is a lost race.
func increment(t *testing.T, s store.Store) bool {
	r, info, err := s.Get(t.Context(), "counter")
	if err != nil {
		t.Errorf("get: %v", err)
		return false
	}
	n, err := strconv.Atoi(drain(t, r))
	if err != nil {
		return false // the object changed while it was being read
	}
	body := strconv.Itoa(n + 1)
	_, err = s.Put(t.Context(), "counter", strings.NewReader(body), int64(len(body)), object.Condition{IfMatch: info.ETag})
	if err != nil {
		wantKind(t, "losing swap", err, fault.Conflict)
	}
	return err == nil
}
