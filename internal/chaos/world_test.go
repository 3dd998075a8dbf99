//go:build linux

package chaos

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"waymark/internal/testenv"
)

const (
	privacyKey = "chaos-key-of-thirty-two-bytes-xx"
	exports    = "exports" // bucket
	lakeBucket = "lake"
)

// world is what all faults share: the program, the exports and the states that lanes begin from.
type world struct {
	dir    string
	binary string
	long   bool
	seed   uint64
	book   *book

	waves [2]string // directories of exports: the first delivery, and all there is in the end

	mu     sync.Mutex
	clean  [2]string          // digest of a clean run over waves[1] by version of the accounts
	starts map[string]string  // template directories by start
	usual  map[string]profile // undisturbed runs by kind of engine and start
}

func newWorld(t *testing.T, o options) *world {
	t.Helper()
	testenv.Engine(t)
	w := &world{dir: t.TempDir(), long: o.long, seed: o.seed, book: newBook(), starts: map[string]string{}, usual: map[string]profile{}}
	w.binary = program(t, w.dir)
	w.waves = [2]string{filepath.Join(w.dir, "first"), filepath.Join(w.dir, "all")}
	if err := makeExports(t.Context(), o.seed, w.waves); err != nil {
		t.Fatal(err)
	}
	return w
}

// program is $WAYMARK_BINARY, or built here.
func program(t *testing.T, dir string) string {
	t.Helper()
	if path := os.Getenv("WAYMARK_BINARY"); path != "" {
		abs, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		return abs
	}
	path := filepath.Join(dir, "waymark")
	build(t, path)
	return path
}

func build(t *testing.T, path string, flags ...string) {
	t.Helper()
	args := append(append([]string{"build"}, flags...), "-o", path, "waymark/cmd/waymark")
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
}

// wanted is the digest of one clean run over all exports, with that version of the accounts; it is made once.
func (w *world) wanted(t testing.TB, version int) string {
	t.Helper()
	if version == older {
		w.template(t, touched)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clean[version] == "" {
		l := w.newLane(t, embedded)
		l.deliver(w.waves[1])
		l.mustRun()
		w.clean[version] = l.inspect()
	}
	return w.clean[version]
}

// copyTree copies a directory with times and extended attributes, where the S3 server keeps ETags.
func copyTree(ctx context.Context, from, to string) error {
	if out, err := exec.CommandContext(ctx, "cp", "-a", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("copy %s: %w: %s", from, err, out)
	}
	return nil
}
