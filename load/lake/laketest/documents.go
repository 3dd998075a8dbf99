package laketest

import (
	"fmt"
	"sync"
	"testing"

	"waymark/internal/fault"
	"waymark/load/lake"
)

// Manifest returns a manifest of the n-th object of a source.
func Manifest(source string, n int) lake.Manifest {
	return lake.Manifest{
		Source: source, System: "ga4", Export: "events", Fingerprint: "f", Status: lake.Committed, Records: 3, Rows: 2, Rejects: 1,
		Object:     lake.ObjectRef{URI: fmt.Sprintf("s3://exports/%d.json", n), Key: fmt.Sprintf("%d.json", n), Size: 10, ETag: "e", Modified: 5},
		NewColumns: []string{"x"}, NewValues: []string{"status=parked"},
		Outputs: []lake.Output{{Table: "journey_event", Partition: "2024-01-31", Key: "data/k", Rows: 2, Bytes: 9, HashSum: 1<<64 - 1, MinTime: 1, MaxTime: 2}},
	}
}

func manifests(t *testing.T, o lake.Objects) {
	l := lake.Open(o)
	ctx := t.Context()
	const n = 100
	for i := range n {
		for _, source := range []string{"web", "web2"} {
			m := Manifest(source, i)
			if err := l.WriteManifest(ctx, &m); err != nil {
				t.Fatal(err)
			}
		}
	}
	same := Manifest("web", 7)
	if err := l.WriteManifest(ctx, &same); err != nil || same.ETag == "" {
		t.Errorf("writing the same manifest again gives %v and etag %q", err, same.ETag)
	}
	other := Manifest("web", 7)
	other.Rows++
	if err := l.WriteManifest(ctx, &other); !fault.Is(err, fault.Conflict) {
		t.Errorf("writing another manifest of one object gives %v, want a conflict", err)
	}
	all, err := l.Manifests(ctx, "web")
	if err != nil || len(all) != n {
		t.Fatalf("%d manifests, %v; want %d", len(all), err, n)
	}
	for i := range all[1:] {
		if all[i].Key() >= all[i+1].Key() {
			t.Error("the manifests are not in key order")
		}
	}
	first, second := all[0], all[0]
	first.Fingerprint, second.Fingerprint = "g", "h"
	if err := l.ReplaceManifest(ctx, &first); err != nil {
		t.Errorf("replace: %v", err)
	}
	if err := l.ReplaceManifest(ctx, &second); !fault.Is(err, fault.Conflict) {
		t.Errorf("replacing what was replaced meanwhile gives %v, want a conflict", err)
	}
	if none, err := l.Manifests(ctx, "nothing"); err != nil || len(none) != 0 {
		t.Errorf("a source without manifests has %d, %v", len(none), err)
	}
}

func ledger(t *testing.T, o lake.Objects) {
	l := lake.Open(o)
	ctx := t.Context()
	empty, etag, err := l.ReadLedger(ctx, "warehouse")
	if err != nil || etag != "" || empty.Partitions == nil {
		t.Fatalf("an absent ledger gives %+v, %q, %v", empty, etag, err)
	}
	empty.Partitions["journey_event/2024-01-31"] = lake.Entry{Files: "f", Rows: 2, HashSum: 1<<64 - 1, Generation: 1}
	empty.Epoch = 4
	first, err := l.SwapLedger(ctx, "warehouse", empty, "")
	if err != nil {
		t.Fatal(err)
	}
	got, etag, err := l.ReadLedger(ctx, "warehouse")
	if err != nil || etag != first || got.Epoch != 4 || got.Partitions["journey_event/2024-01-31"] != empty.Partitions["journey_event/2024-01-31"] {
		t.Errorf("read %+v with %q, %v; want what was written with %q", got, etag, err, first)
	}
	got.Epoch++
	for _, stale := range []string{"", "stale"} {
		if _, err := l.SwapLedger(ctx, "warehouse", got, stale); !fault.Is(err, fault.Conflict) {
			t.Errorf("swapping with etag %q gives %v, want a conflict", stale, err)
		}
	}
	if _, err := l.SwapLedger(ctx, "warehouse", got, etag); err != nil {
		t.Error(err)
	}
}

// ledgerRace has several writers add a partition each, trying again on a conflict: none may be lost.
func ledgerRace(t *testing.T, o lake.Objects) {
	l := lake.Open(o)
	const writers = 6
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			for {
				ledger, etag, err := l.ReadLedger(t.Context(), "w")
				if err != nil {
					t.Error(err)
					return
				}
				ledger.Partitions[fmt.Sprint("t/", i)] = lake.Entry{Rows: 1}
				_, err = l.SwapLedger(t.Context(), "w", ledger, etag)
				if err == nil {
					return
				}
				if !fault.Is(err, fault.Conflict) {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	if ledger, _, err := l.ReadLedger(t.Context(), "w"); err != nil || len(ledger.Partitions) != writers {
		t.Errorf("%d partitions, %v; want %d", len(ledger.Partitions), err, writers)
	}
}
