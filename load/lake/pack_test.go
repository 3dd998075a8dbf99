package lake_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/object"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
)

// counting counts the manifests that are read one by one.
type counting struct {
	laketest.Memory
	manifests atomic.Int64 // several are read at once
}

func (c *counting) Get(ctx context.Context, key string) (io.ReadCloser, object.Info, error) {
	if strings.HasPrefix(key, "manifests/") {
		c.manifests.Add(1)
	}
	return c.Memory.Get(ctx, key)
}

// A pack spares reading what it holds and changes nothing of what is found: new, changed and removed manifests count as
// they are stored, a damaged, old or foreign pack is as good as none.
func TestPack(t *testing.T) {
	var store counting
	l := lake.Open(&store)
	var all []lake.Manifest
	for n := range 300 {
		m := laketest.Manifest("web", n)
		if err := l.WriteManifest(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	read := func() lake.ManifestSet {
		t.Helper()
		store.manifests.Store(0)
		set, err := l.ReadManifests(t.Context(), "web")
		if err != nil || len(set.Corrupt) > 0 || set.Unpacked != int(store.manifests.Load()) {
			t.Fatalf("%d manifests were read, %d said; corrupt %v, error %v", store.manifests.Load(), set.Unpacked, set.Corrupt, err)
		}
		return set
	}
	plain := read()
	if len(plain.Good) != 300 || plain.Unpacked != 300 {
		t.Fatalf("%d manifests, %d read one by one", len(plain.Good), plain.Unpacked)
	}
	if err := l.PackManifests(t.Context(), "web", all); err != nil {
		t.Fatal(err)
	}
	if got := read(); got.Unpacked != 0 || !cmp.Equal(got.Good, plain.Good) {
		t.Errorf("with the pack %d are read one by one\n%s", got.Unpacked, cmp.Diff(plain.Good, got.Good))
	}

	changed := plain.Good[17]
	changed.Rows, changed.Fingerprint = 99, "g"
	if err := l.ReplaceManifest(t.Context(), &changed); err != nil {
		t.Fatal(err)
	}
	if err := l.RemoveManifest(t.Context(), &plain.Good[30]); err != nil {
		t.Fatal(err)
	}
	late := laketest.Manifest("web", 1000)
	if err := l.WriteManifest(t.Context(), &late); err != nil {
		t.Fatal(err)
	}
	got := read()
	at := func(key string) int {
		return slices.IndexFunc(got.Good, func(m lake.Manifest) bool { return m.Key() == key })
	}
	if got.Unpacked != 2 || len(got.Good) != 300 || at(late.Key()) < 0 || at(plain.Good[30].Key()) >= 0 || got.Good[at(changed.Key())].Rows != 99 {
		t.Errorf("after a change, a removal and an addition: %d manifests, %d read one by one", len(got.Good), got.Unpacked)
	}

	good := store.Bytes("packs/web.zst")
	for name, pack := range map[string]string{"damaged": string(good[:len(good)/2]) + "x" + string(good[len(good)/2+1:]), "cut": string(good[:len(good)/3]), "no zstd": "hello", "empty": ""} {
		put(t, &store.Memory, "packs/web.zst", pack)
		if set := read(); len(set.Good) != 300 || set.Unpacked == 0 {
			t.Errorf("%s: %d manifests, %d read one by one", name, len(set.Good), set.Unpacked)
		}
	}
}

// Lakes made before manifests had folders go on: theirs count, and are replaced where they are.
func TestManifestsWithoutFolders(t *testing.T) {
	var store laketest.Memory
	l := lake.Open(&store)
	m := laketest.Manifest("web", 1)
	if err := l.WriteManifest(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
	source, identity := lake.ManifestName(m.Key())
	old := fmt.Sprintf("manifests/%s/%s.json", source, identity)
	put(t, &store, old, string(store.Bytes(m.Key())))
	if err := l.RemoveManifest(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
	got, err := l.Manifests(t.Context(), "web")
	if err != nil || len(got) != 1 || got[0].Key() != old {
		t.Fatalf("%v, %v", got, err)
	}
	got[0].Rows = 7
	if err := l.ReplaceManifest(t.Context(), &got[0]); err != nil {
		t.Fatal(err)
	}
	if keys := store.Keys(); !slices.Equal(keys, []string{old}) {
		t.Errorf("there are %v", keys)
	}
}
