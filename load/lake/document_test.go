package lake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
	"waymark/schemas"
)

// The stored form is pinned: another one would need another format version.
const wantManifest = `{"export":"events","fingerprint":"f","format":1,"new_columns":["x"],"new_values":["status=parked"],` +
	`"object":{"etag":"e","key":"1.json","modified":5,"size":10,"uri":"s3://exports/1.json","version_id":""},` +
	`"outputs":[{"bytes":9,"hash_sum":"18446744073709551615","key":"data/k","max_time":2,"min_time":1,"partition":"2024-01-31","rows":2,"table":"journey_event"}],` +
	`"records":3,"rejects":1,"rows":2,"source":"web","status":"committed","system":"ga4"}` + "\n"

const manifestKey = "manifests/web/b6/b6a17edb5d75983ae684e1efcc329d3a.json"

func TestManifestIsStoredAs(t *testing.T) {
	var store laketest.Memory
	m := laketest.Manifest("web", 1)
	if err := lake.Open(&store).WriteManifest(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
	if keys := store.Keys(); !slices.Equal(keys, []string{manifestKey}) {
		t.Errorf("it is at %v, want %s", keys, manifestKey)
	}
	if got := string(store.Bytes(m.Key())); got != wantManifest {
		t.Errorf("it is\n%swant\n%s", got, wantManifest)
	}
}

// Every field, set or not, stands in the order of its name.
func TestDocumentKeysAreSorted(t *testing.T) {
	m := laketest.Manifest("web", 1)
	m.Status, m.Reason, m.Field, m.Line, m.Message = lake.Quarantined, "truncated", "x", 3, "it ends"
	ledger := lake.Ledger{Epoch: 1, Format: 1, Intents: []lake.Intent{{Epoch: 1, Staging: "s"}}, Partitions: map[string]lake.Entry{"b": {Rows: 1}, "a": {Files: "f"}}}
	for name, document := range map[string]any{"manifest": m, "ledger": ledger} {
		data, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		checkSorted(t, name, json.NewDecoder(bytes.NewReader(data)))
	}
}

// checkSorted reads one JSON value and checks the order of keys in every object in it.
func checkSorted(t *testing.T, path string, d *json.Decoder) {
	t.Helper()
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	switch token {
	case json.Delim('{'):
		last := ""
		for d.More() {
			token, _ := d.Token()
			key, _ := token.(string)
			if key <= last {
				t.Errorf("%s: %s stands behind %s", path, key, last)
			}
			last = key
			checkSorted(t, path+"."+key, d)
		}
		_, _ = d.Token()
	case json.Delim('['):
		for d.More() {
			checkSorted(t, path, d)
		}
		_, _ = d.Token()
	}
}

func TestDocumentsThatCannotBeRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"truncated", wantManifest[:100], lake.ErrCorrupt},
		{"empty", "", lake.ErrCorrupt},
		{"no format", "{}", lake.ErrCorrupt},
		{"another type", strings.Replace(wantManifest, `"rows":2`, `"rows":"secret"`, 1), lake.ErrCorrupt},
		{"newer", strings.Replace(wantManifest, `"format":1`, `"format":2`, 1), lake.ErrNewer},
		{"another object's", strings.Replace(wantManifest, "1.json", "2.json", 2), lake.ErrCorrupt},
		{"no such status", strings.Replace(wantManifest, "committed", "done", 1), lake.ErrCorrupt},
	} {
		t.Run(c.name, func(t *testing.T) {
			var store laketest.Memory
			for _, key := range []string{manifestKey, "ledger/w.json"} {
				if _, err := store.Put(t.Context(), key, strings.NewReader(c.text), int64(len(c.text)), object.Condition{}); err != nil {
					t.Fatal(err)
				}
			}
			_, err := lake.Open(&store).Manifests(t.Context(), "web")
			checkUnreadable(t, err, c.want, manifestKey)
			if c.name == "another object's" || c.name == "no such status" {
				return
			}
			_, _, err = lake.Open(&store).ReadLedger(t.Context(), "w")
			if c.name != "another type" {
				checkUnreadable(t, err, c.want, "ledger/w.json")
			}
		})
	}
}

// No text, however broken, panics, and what can be read is written again as it was.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(wantManifest))
	f.Add([]byte(`{"format":1,"partitions":{"a/b":{"files":"x","generation":1,"hash_sum":"1","rows":2}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var store laketest.Memory
		for _, key := range []string{manifestKey, "ledger/w.json"} {
			if _, err := store.Put(t.Context(), key, bytes.NewReader(data), int64(len(data)), object.Condition{}); err != nil {
				t.Fatal(err)
			}
		}
		l := lake.Open(&store)
		if _, _, err := l.ReadLedger(t.Context(), "w"); err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("the ledger gives %v", err)
		}
		all, err := l.Manifests(t.Context(), "web")
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("the manifest gives %v", err)
			}
			return
		}
		if err := l.ReplaceManifest(t.Context(), &all[0]); err != nil {
			t.Fatal(err)
		}
		again, err := l.Manifests(t.Context(), "web")
		if err != nil || !reflect.DeepEqual(again, all) {
			t.Errorf("written again it is %+v, %v; want %+v", again, err, all)
		}
	})
}

func checkUnreadable(t *testing.T, err, want error, key string) {
	t.Helper()
	if !errors.Is(err, want) || !fault.Is(err, fault.Invalid) || fault.HintOf(err) == "" {
		t.Errorf("reading gives %v, want %v with a hint", err, want)
	}
	if err != nil && (!strings.Contains(err.Error(), key) || strings.Contains(err.Error(), "secret")) {
		t.Errorf("the error must name %s and no values: %v", key, err)
	}
}

func TestNamesThatLeaveTheirFolder(t *testing.T) {
	l := lake.Open(&laketest.Memory{})
	for _, name := range []string{"", "..", "a/b", `a\b`} {
		m := laketest.Manifest(name, 1)
		if err := l.WriteManifest(t.Context(), &m); !fault.Is(err, fault.Invalid) {
			t.Errorf("a manifest of source %q gives %v", name, err)
		}
		if _, err := l.Manifests(t.Context(), name); !fault.Is(err, fault.Invalid) {
			t.Errorf("manifests of source %q give %v", name, err)
		}
		if _, err := l.SwapLedger(t.Context(), name, lake.Ledger{}, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("ledger %q gives %v", name, err)
		}
	}
}

func TestObjectIdentity(t *testing.T) {
	base := lake.ObjectRef{URI: "s3://b/k", Key: "k", Size: 10, ETag: "e", Modified: 1}
	same := base
	same.Modified = 2
	if base.Identity() != same.Identity() {
		t.Error("the time of an object is not part of its identity")
	}
	changed := []lake.ObjectRef{{URI: "s3://b/l", Size: 10, ETag: "e"}, {URI: "s3://b/k", Size: 11, ETag: "e"}, {URI: "s3://b/k", Size: 10, ETag: "f"},
		{URI: "s3://b/k", Size: 10, ETag: "e", VersionID: "v"}}
	for _, ref := range changed {
		if ref.Identity() == base.Identity() {
			t.Errorf("%+v has the identity of another object", ref)
		}
	}
}

func TestFileSet(t *testing.T) {
	if lake.FileSet(nil) != "" {
		t.Error("no files have a digest")
	}
	if lake.FileSet([]string{"a", "b"}) != lake.FileSet([]string{"b", "a", "b"}) {
		t.Error("the order or number of mentions of files counts")
	}
	if lake.FileSet([]string{"a", "b"}) == lake.FileSet([]string{"ab"}) {
		t.Error("different sets have one digest")
	}
}

func TestPartitionNames(t *testing.T) {
	for part, name := range map[int32]string{0: "1970-01-01", 19753: "2024-01-31", -1: "1969-12-31"} {
		if got := lake.PartitionName(schemas.JourneyEvent, part); got != name {
			t.Errorf("day %d is %s, want %s", part, got, name)
		}
		if got, err := lake.ParsePartition(schemas.JourneyEvent, name); err != nil || got != part {
			t.Errorf("%s is day %d, %v; want %d", name, got, err, part)
		}
	}
	for part := range int32(schemas.Buckets) {
		if got, err := lake.ParsePartition(schemas.Ticket, lake.PartitionName(schemas.Ticket, part)); err != nil || got != part {
			t.Errorf("bucket %d comes back as %d, %v", part, got, err)
		}
	}
	for _, name := range []string{"16", "7", "-1", "xx", "2024-01-31", ""} {
		if _, err := lake.ParsePartition(schemas.Ticket, name); !fault.Is(err, fault.Invalid) {
			t.Errorf("bucket %q gives %v", name, err)
		}
	}
}
