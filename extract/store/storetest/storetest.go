// Package storetest holds the conformance suite that every store passes: what extract/store promises, as tests.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
)

// Run holds a store to the promises of package store. open returns a new, empty store each time.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s store.Store)
	}{
		{"round trip", roundTrip},
		{"special keys", specialKeys},
		{"listing is in key order", listOrder},
		{"listing by prefix", listPrefix},
		{"listing stops at yield's error", listStops},
		{"missing keys", missingKeys},
		{"a changed object is not read", changedObject},
		{"read at", readAt},
		{"overwrite", overwrite},
		{"put only when absent", putIfAbsent},
		{"put only when unchanged", putIfMatch},
		{"one of many creators wins", concurrentCreate},
		{"compare and swap loses no update", concurrentSwap},
		{"large object", largeObject},
		{"body that cannot be read at any place", sequentialBody},
		{"wrong size writes nothing", wrongSize},
		{"delete", deleteKeys},
		{"cancelled context", cancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			defer func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}()
			c.test(t, s)
		})
	}
}

func roundTrip(t *testing.T, s store.Store) {
	for _, content := range []string{"", "x", strings.Repeat("waymark ", 5000)} {
		put := mustPut(t, s, "dir/object.json", content)
		if put.Size != int64(len(content)) || put.ETag == "" {
			t.Fatalf("put: %+v", put)
		}
		stat, err := s.Stat(t.Context(), "dir/object.json")
		if err != nil || stat.ETag != put.ETag || stat.Size != put.Size || stat.Modified.IsZero() {
			t.Fatalf("stat = %+v, %v; put = %+v", stat, err, put)
		}
		listed := list(t, s, "")
		if len(listed) != 1 || listed[0].ETag != put.ETag || listed[0].Size != put.Size || listed[0].Key != put.Key {
			t.Fatalf("list = %+v; put = %+v", listed, put)
		}
		if got := read(t, s, listed[0]); got != content {
			t.Fatalf("read %d bytes, want %d", len(got), len(content))
		}
		r, info, err := s.Get(t.Context(), "dir/object.json")
		if err != nil || info.ETag != put.ETag || info.Size != put.Size || info.Key != "dir/object.json" {
			t.Fatalf("get = %+v, %v", info, err)
		}
		if got := drain(t, r); got != content {
			t.Fatalf("get read %d bytes, want %d", len(got), len(content))
		}
	}
	if uri := s.URI("dir/object.json"); !strings.HasSuffix(uri, "dir/object.json") {
		t.Errorf("URI = %s", uri)
	}
}

func specialKeys(t *testing.T, s store.Store) {
	keys := []string{
		"a b", "a+b", "a%2Fb", "a%b", "a&b=c", "a#b", "a?b", "[1]", "{a,b}", "*", "a'b", `a"b`, "a;b", "a:b", "a@b", "a$b", "a!b", "a(b)",
		"ünïcödé/żółć/привет/日本.json", ".hidden", "a/.hidden/x", "~a", "-a", "a=b/c=2026-01-05/part-000",
	}
	for _, k := range keys {
		mustPut(t, s, k, "content of "+k)
	}
	slices.Sort(keys)
	var got []string
	for _, info := range list(t, s, "") {
		got = append(got, info.Key)
		if text := read(t, s, info); text != "content of "+info.Key {
			t.Errorf("%s holds %q", info.Key, text)
		}
	}
	if !slices.Equal(got, keys) {
		t.Errorf("listed %q\nwant   %q", got, keys)
	}
}

func missingKeys(t *testing.T, s store.Store) {
	mustPut(t, s, "there/file", "x")
	for _, key := range []string{"absent", "no/such/dir", "there", "there/file/below"} {
		_, err := s.Stat(t.Context(), key)
		wantKind(t, "stat "+key, err, fault.NotFound, fault.Invalid)
		if err != nil && !strings.Contains(err.Error(), key) {
			t.Errorf("stat %s: error does not name the key: %v", key, err)
		}
		_, err = s.Open(t.Context(), object.Info{Key: key, ETag: `"0"`})
		wantKind(t, "open "+key, err, fault.NotFound, fault.Invalid)
		_, _, err = s.Get(t.Context(), key)
		wantKind(t, "get "+key, err, fault.NotFound, fault.Invalid)
		_, err = s.ReadAt(t.Context(), object.Info{Key: key, ETag: `"0"`, Size: 10}, make([]byte, 5), 0)
		wantKind(t, "read at "+key, err, fault.NotFound, fault.Invalid)
	}
}

func changedObject(t *testing.T, s store.Store) {
	before := mustPut(t, s, "k", "one")
	mustPut(t, s, "k", "two")
	_, err := s.Open(t.Context(), before)
	wantKind(t, "open", err, fault.Conflict)
	_, err = s.ReadAt(t.Context(), before, make([]byte, 3), 0)
	wantKind(t, "read at", err, fault.Conflict)
	if got := read(t, s, object.Info{Key: "k"}); got != "two" {
		t.Errorf("without a version: read %q, want the current one", got)
	}
}

func readAt(t *testing.T, s store.Store) {
	info := mustPut(t, s, "k", "0123456789")
	for _, c := range []struct {
		off, n int
		want   string
		err    error
	}{
		{0, 4, "0123", nil}, {3, 4, "3456", nil}, {6, 4, "6789", nil}, {8, 4, "89", io.EOF}, {10, 1, "", io.EOF}, {99, 1, "", io.EOF},
	} {
		p := make([]byte, c.n)
		n, err := s.ReadAt(t.Context(), info, p, int64(c.off))
		if c.off+c.n == 10 && errors.Is(err, io.EOF) {
			err = nil // both are allowed when the read ends exactly at the end
		}
		if string(p[:n]) != c.want || !errors.Is(err, c.err) {
			t.Errorf("read %d bytes at %d: %q, %v; want %q, %v", c.n, c.off, p[:n], err, c.want, c.err)
		}
	}
}

func overwrite(t *testing.T, s store.Store) {
	first := mustPut(t, s, "k", "one")
	second := mustPut(t, s, "k", "another")
	if first.ETag == second.ETag {
		t.Error("other content has the same ETag")
	}
	if got := read(t, s, second); got != "another" {
		t.Errorf("read %q", got)
	}
	if n := len(list(t, s, "")); n != 1 {
		t.Errorf("%d objects are listed, want 1", n)
	}
}

func largeObject(t *testing.T, s store.Store) {
	content := bytes.Repeat([]byte("0123456789abcdef"), (33<<20)/16)
	content = append(content, "tail"...)
	info, err := s.Put(t.Context(), "large", bytes.NewReader(content), int64(len(content)), object.Condition{IfAbsent: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, info); got != string(content) {
		t.Errorf("read %d bytes that differ from the %d written", len(got), len(content))
	}
	_, err = s.Put(t.Context(), "large", bytes.NewReader(content), int64(len(content)), object.Condition{IfAbsent: true})
	wantKind(t, "second creation", err, fault.Conflict)
	if listed := list(t, s, ""); len(listed) != 1 || listed[0].Size != info.Size || listed[0].ETag != info.ETag && listed[0].ETag != "" {
		t.Errorf("listed %+v, want only %+v", listed, info)
	}
}

// seekOnly hides ReadAt.
type seekOnly struct{ io.ReadSeeker }

func sequentialBody(t *testing.T, s store.Store) {
	content := strings.Repeat("0123456789abcde\n", (20<<20)/16)
	body := strings.NewReader(content)
	_, _ = body.Seek(100, io.SeekStart) // Put writes from the start all the same
	info, err := s.Put(t.Context(), "k", seekOnly{body}, int64(len(content)), object.Condition{})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, info); got != content {
		t.Error("content differs")
	}
}

func wrongSize(t *testing.T, s store.Store) {
	for _, size := range []int64{2, 4, 100 << 20} {
		if _, err := s.Put(t.Context(), "k", strings.NewReader("one"), size, object.Condition{}); err == nil {
			t.Errorf("a body of 3 bytes was taken as %d", size)
		}
	}
	if listed := list(t, s, ""); len(listed) != 0 {
		t.Errorf("listed %+v, want nothing", listed)
	}
}

func deleteKeys(t *testing.T, s store.Store) {
	mustPut(t, s, "a/b/c", "x")
	for _, key := range []string{"a/b/c", "a/b/c", "never/there"} {
		if err := s.Delete(t.Context(), key); err != nil {
			t.Errorf("delete %s: %v", key, err)
		}
	}
	if listed := list(t, s, ""); len(listed) != 0 {
		t.Errorf("listed %+v, want nothing", listed)
	}
	mustPut(t, s, "a/b/c", "again")
}

func cancelled(t *testing.T, s store.Store) {
	info := mustPut(t, s, "k", "content")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, statErr := s.Stat(ctx, "k")
	_, putErr := s.Put(ctx, "new", strings.NewReader("x"), 1, object.Condition{})
	_, openErr := s.Open(ctx, info)
	for name, err := range map[string]error{
		"list": s.List(ctx, "", func(object.Info) error { return nil }), "put": putErr, "stat": statErr, "open": openErr,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", name, err)
		}
	}
	if keys := list(t, s, ""); len(keys) != 1 {
		t.Errorf("listed %+v, want one object", keys)
	}
}
