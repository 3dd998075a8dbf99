package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
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
