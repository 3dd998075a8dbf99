package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// A file of several blocks is hashed by several goroutines: every byte counts, wherever it is, and so does the length.
func TestHashOfALargeFile(t *testing.T) {
	dir := t.TempDir()
	data := bytes.Repeat([]byte("waymark."), 2*hashBlock/8+1)
	seen := map[string]string{}
	hash := func(what string, data []byte) string {
		path := filepath.Join(dir, what)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		etag, err := hashFile(t.Context(), f, int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		return etag
	}
	whole := hash("whole", data)
	if again := hash("again", data); again != whole {
		t.Errorf("%s, then %s", whole, again)
	}
	seen[whole] = "whole"
	for _, at := range []int{0, hashBlock - 1, hashBlock, 2*hashBlock - 1, 2 * hashBlock, len(data) - 1} {
		data[at] ^= 1
		what := fmt.Sprintf("byte %d", at)
		etag := hash(what, data)
		if other, ok := seen[etag]; ok {
			t.Errorf("%s and %s: the same hash", what, other)
		}
		seen[etag] = what
		data[at] ^= 1
	}
	if etag := hash("shorter", data[:2*hashBlock]); seen[etag] != "" {
		t.Errorf("shorter: the hash of %s", seen[etag])
	}
}

// The ETag of a large file that nobody has read yet is not in the listing; reading the file to its end, in pieces of any
// size, finds the one that hashing it finds, and a reader that stops before does not.
func TestETagOfALargeFileComesFromReadingIt(t *testing.T) {
	dir := t.TempDir()
	for i, size := range []int64{hashBlock + 1, 2 * hashBlock, 2*hashBlock + 12345} {
		path := filepath.Join(dir, fmt.Sprint(size))
		data := make([]byte, size)
		for j := range data {
			data[j] = byte(j * (i + 7) >> 3)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	for _, piece := range []int{1 << 20, 1_000_003, hashBlock + 5} {
		s, err := OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		err = s.List(t.Context(), "", func(info object.Info) error {
			if info.ETag != "" {
				t.Errorf("%s is listed with an ETag", info.Key)
			}
			r, err := s.Open(t.Context(), info)
			if err != nil {
				return err
			}
			defer r.Close()
			buf := make([]byte, min(piece, int(info.Size)-1))
			if _, err := io.ReadFull(r, buf); err != nil {
				return err
			}
			if etag := s.(*dirStore).hashes[info.Key].etag; etag != "" {
				t.Errorf("%s: %q before its end", info.Key, etag)
			}
			for err == nil {
				_, err = r.Read(buf)
			}
			if !errors.Is(err, io.EOF) {
				return err
			}
			etag := s.(*dirStore).hashes[info.Key].etag
			f, err := os.Open(filepath.Join(dir, info.Key))
			if err != nil {
				return err
			}
			defer f.Close()
			if want, err := hashFile(t.Context(), f, info.Size); err != nil || etag != want {
				t.Errorf("%s in pieces of %d: %q, want %q, %v", info.Key, piece, etag, want, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

func TestLargeFileThatChangedSinceTheListingIsNotRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, make([]byte, hashBlock+1), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.List(t.Context(), "", func(info object.Info) error {
		now := time.Now().Add(time.Hour)
		if err := os.Chtimes(path, now, now); err != nil {
			return err
		}
		_, err := s.Open(t.Context(), info)
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The ETag that Put returns is taken while the file is written; reading the file finds the same.
func TestETagOfWhatIsWritten(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, size := range []int64{0, 1, hashBlock - 1, hashBlock, hashBlock + 1, 2*hashBlock + 1} {
		body := bytes.Repeat([]byte{byte(size)}, int(size))
		put, err := s.Put(t.Context(), "k", bytes.NewReader(body), size, object.Condition{})
		if err != nil {
			t.Fatal(err)
		}
		other, err := OpenDir(dir) // remembers no hash
		if err != nil {
			t.Fatal(err)
		}
		if read, err := other.Stat(t.Context(), "k"); err != nil || read.ETag != put.ETag || read.Size != size {
			t.Errorf("%d bytes: %+v, %v, written as %+v", size, read, err, put)
		}
		other.Close()
	}
}

// A writer whose time is over does nothing, whoever has the lock.
func TestDirectoryWriterWithoutTime(t *testing.T) {
	s, err := OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := func(ctx context.Context) error {
		_, err := s.Put(ctx, "k", bytes.NewReader(nil), 0, object.Condition{})
		return err
	}
	if err := put(t.Context()); err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 {
		if err := put(over); !errors.Is(err, context.Canceled) {
			t.Fatalf("put: %v", err)
		}
		if err := s.Delete(over, "k"); !errors.Is(err, context.Canceled) {
			t.Fatalf("delete: %v", err)
		}
	}
	if err := s.Delete(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
}
