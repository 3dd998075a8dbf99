package store_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
)

func openDir(t *testing.T) (store.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := store.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, dir
}

func listKeys(t *testing.T, s store.Store, prefix string) []string {
	t.Helper()
	var keys []string
	if err := s.List(t.Context(), prefix, func(i object.Info) error { keys = append(keys, i.Key); return nil }); err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestDirectoryKeysStayInside(t *testing.T) {
	s, dir := openDir(t)
	write(t, filepath.Join(filepath.Dir(dir), "secret"), "secret")
	for _, key := range []string{
		"", ".", "..", "../secret", "a/../../secret", "/etc/passwd", "a//b", "a/", "/a", "./a", "a/.", "a\x00b", "\xff", ".waymark-lock", "a/.waymark-tmp-x",
	} {
		_, statErr := s.Stat(t.Context(), key)
		_, openErr := s.Open(t.Context(), object.Info{Key: key})
		_, putErr := s.Put(t.Context(), key, strings.NewReader("x"), 1, object.Condition{})
		for what, err := range map[string]error{"stat": statErr, "open": openErr, "put": putErr, "delete": s.Delete(t.Context(), key)} {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s %q: %v, want an invalid error", what, key, err)
			}
		}
	}
	if keys := listKeys(t, s, "../"); keys != nil {
		t.Errorf("listed %q outside", keys)
	}
}

func TestDirectoryAndSymbolicLinks(t *testing.T) {
	s, dir := openDir(t)
	write(t, filepath.Join(dir, "real/file"), "x")
	for link, target := range map[string]string{
		"real/loop": ".", "real/back": "..", "alias": "real/file", "dangling": "nowhere", "self": "self", "dirlink": "real",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := listKeys(t, s, ""), []string{"alias", "real/file"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}

	write(t, filepath.Join(filepath.Dir(dir), "outside"), "secret")
	if err := os.Symlink("../outside", filepath.Join(dir, "escape")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), object.Info{Key: "escape"}); err == nil {
		t.Error("a link led outside")
	}
	if err := s.List(t.Context(), "", func(object.Info) error { return nil }); err == nil || !strings.Contains(err.Error(), "escape") {
		t.Errorf("list: %v, want an error that names the link", err)
	}
}

func TestDirectoryListsOnlyObjects(t *testing.T) {
	s, dir := openDir(t)
	put(t, s, "a/x", []byte("x")) // makes the lock file
	write(t, filepath.Join(dir, "a/.waymark-tmp-ABC"), "half")
	if err := os.MkdirAll(filepath.Join(dir, "empty/dir"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, want := listKeys(t, s, ""), []string{"a/x"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	if _, err := s.Open(t.Context(), object.Info{Key: "pipe"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("open of a pipe: %v, want not found", err)
	}
}

func TestDirectoryPutLeavesNothingBehind(t *testing.T) {
	s, dir := openDir(t)
	put(t, s, "k", []byte("x"))
	broken := brokenBody{strings.NewReader("0123456789")}
	if _, err := s.Put(t.Context(), "k", broken, 10, object.Condition{}); err == nil {
		t.Error("a broken body was written")
	}
	_, err := s.Put(t.Context(), "k", strings.NewReader("y"), 1, object.Condition{IfAbsent: true})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("error %v, want a conflict", err)
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if n.Name() != "k" && n.Name() != ".waymark-lock" {
			t.Errorf("%s is left behind", n.Name())
		}
	}
	if _, err := s.Put(t.Context(), "k/below", strings.NewReader("y"), 1, object.Condition{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a key below a file: %v, want an invalid error", err)
	}
}

type brokenBody struct{ *strings.Reader }

func (b brokenBody) Read([]byte) (int, error)         { return 0, errors.New("no more") }
func (b brokenBody) WriteTo(io.Writer) (int64, error) { return 0, errors.New("no more") }

func TestDirectoryNoticesRewrites(t *testing.T) {
	s, dir := openDir(t)
	path := filepath.Join(dir, "k")
	write(t, path, "one")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	first, err := s.Stat(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, "two") // same size; then the same time again, as a restore from a backup does
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	second, err := s.Stat(t.Context(), "k")
	if err != nil || second.ETag == first.ETag {
		t.Errorf("ETag %s, %v: other content, same ETag", second.ETag, err)
	}

	r, err := s.Open(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	write(t, path, "three")
	if _, err := io.ReadAll(r); !fault.Is(err, fault.Conflict) {
		t.Errorf("read of a file written to meanwhile: %v, want a conflict", err)
	}

	r, err = s.Open(t.Context(), object.Info{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	put(t, s, "k", []byte("replaced"))
	if got, err := io.ReadAll(r); err != nil || string(got) != "three" {
		t.Errorf("read of a file replaced meanwhile: %q, %v; want the version that was opened", got, err)
	}
}

func TestOpenDirErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "absent")
	if _, err := store.OpenDir(missing); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), missing) {
		t.Errorf("missing: %v, want not found with the path", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "x")
	if _, err := store.OpenDir(file); !fault.Is(err, fault.Invalid) {
		t.Errorf("a file: %v, want an invalid error", err)
	}
	if _, err := store.CreateDir(filepath.Join(file, "below")); !fault.Is(err, fault.Invalid) {
		t.Errorf("below a file: %v, want an invalid error", err)
	}
}

func TestOpenAndOpenRoot(t *testing.T) {
	dir := t.TempDir()
	root, err := store.OpenRoot(t.Context(), filepath.Join(dir, "new/lake"), store.S3Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	put(t, root, "data/x.csv", []byte("x"))
	loc, err := store.ParseLocation(dir + "/new/lake/data/*.csv")
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), loc, store.S3Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if keys := listKeys(t, s, loc.Prefix); !slices.Equal(keys, []string{"x.csv"}) || !loc.Match(keys[0]) {
		t.Errorf("listed %q", keys)
	}
	if want := filepath.Join(dir, "new/lake/data/x.csv"); s.URI("x.csv") != want {
		t.Errorf("URI %s, want %s", s.URI("x.csv"), want)
	}
	if _, err := store.OpenRoot(t.Context(), "s3://b/*", store.S3Options{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a pattern as root: %v, want an invalid error", err)
	}
	s3, err := store.OpenRoot(t.Context(), "s3://b/lake/", store.S3Options{Endpoint: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	defer s3.Close()
	if got := s3.URI("k"); got != "s3://b/lake/k" {
		t.Errorf("URI %s", got)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
