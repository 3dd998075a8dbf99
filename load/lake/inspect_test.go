package lake_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
)

func put(t *testing.T, store *laketest.Memory, key, text string) {
	t.Helper()
	if _, err := store.Put(t.Context(), key, strings.NewReader(text), int64(len(text)), object.Condition{}); err != nil {
		t.Fatal(err)
	}
}

// A corrupt manifest is named beside the readable ones, set aside, and then gone; one of a newer version fails the call.
func TestReadableManifests(t *testing.T) {
	var store laketest.Memory
	l := lake.Open(&store)
	m := laketest.Manifest("web", 1)
	if err := l.WriteManifest(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
	put(t, &store, "manifests/web/0bad.json", `{"format":1,`)
	put(t, &store, "manifests/crm/1.json", `{}`)
	if names, err := l.Sources(t.Context()); err != nil || fmt.Sprint(names) != "[crm web]" {
		t.Errorf("sources %v, error %v", names, err)
	}
	good, broken, err := l.ReadableManifests(t.Context(), "web")
	if err != nil || len(good) != 1 || good[0].Key() != m.Key() || fmt.Sprint(broken) != "[manifests/web/0bad.json]" {
		t.Errorf("%v, %v, error %v", good, broken, err)
	}
	if _, err := l.Manifests(t.Context(), "web"); !errors.Is(err, lake.ErrCorrupt) || !strings.Contains(err.Error(), "0bad.json") {
		t.Errorf("Manifests: %v", err)
	}
	for range 2 {
		place, err := l.SetAside(t.Context(), broken[0])
		if err != nil || string(store.Bytes(place)) != `{"format":1,` {
			t.Errorf("set aside to %q: %v", place, err)
		}
	}
	if got, err := l.Manifests(t.Context(), "web"); err != nil || len(got) != 1 {
		t.Errorf("after it was set aside: %v, error %v", got, err)
	}
	put(t, &store, "manifests/web/1.json", `{"format":2}`)
	if _, _, err := l.ReadableManifests(t.Context(), "web"); !errors.Is(err, lake.ErrNewer) || !fault.Is(err, fault.Invalid) {
		t.Errorf("a newer manifest: %v", err)
	}
}

func TestRemove(t *testing.T) {
	var store laketest.Memory
	l := lake.Open(&store)
	m := laketest.Manifest("web", 1)
	if err := l.WriteManifest(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
	put(t, &store, "data/ticket/00/a.parquet", "x")
	var found []string
	list := func() {
		t.Helper()
		found = nil
		if err := l.DataFiles(t.Context(), func(i object.Info) error { found = append(found, i.Key); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	list()
	if fmt.Sprint(found) != "[data/ticket/00/a.parquet]" {
		t.Errorf("data files %v", found)
	}
	for range 2 {
		if err := errors.Join(l.RemoveFile(t.Context(), "data/ticket/00/a.parquet"), l.RemoveManifest(t.Context(), &m)); err != nil {
			t.Fatal(err)
		}
	}
	if list(); len(found) > 0 || len(store.Keys()) > 0 {
		t.Errorf("left: %v", store.Keys())
	}
	if err := l.RemoveFile(t.Context(), "lease.json"); err == nil {
		t.Error("removed what is no data file")
	}
}
