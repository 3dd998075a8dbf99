// Package enginetest starts the real embedded engine for tests. The engine needs a process of its own, so the test
// binary runs itself again: a package that uses Start has
//
//	func TestMain(m *testing.M) { enginetest.Main(m) }
package enginetest

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rs/zerolog"

	"waymark/load/engine"
)

// childVariable marks the re-executed test binary.
const childVariable = "WAYMARK_ENGINETEST_CHILD"

// Main runs the tests, or the engine when this process is the child that Start made.
func Main(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(RunChild())
	}
	os.Exit(m.Run())
}

// IsChild reports that this process is the child; a TestMain that does more than Main calls RunChild then.
func IsChild() bool { return os.Getenv(childVariable) != "" }

// RunChild serves until the parent is gone and returns the exit code.
func RunChild() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := engine.Child(ctx, os.Stdin, os.Stdout, zerolog.New(os.Stderr)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Library is the path of the installed libchdb.so. Where it is absent the test is skipped, or fails when
// WAYMARK_REQUIRE_COMPONENTS=1.
func Library(t testing.TB) string {
	t.Helper()
	cache := os.Getenv("WAYMARK_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(dir, "waymark")
	}
	status := engine.Inspect(cache)
	if !status.Installed {
		if os.Getenv("WAYMARK_REQUIRE_COMPONENTS") == "1" {
			t.Fatalf("the embedded engine is not installed at %s", status.Path)
		}
		t.Skipf("the embedded engine is not installed at %s", status.Path)
	}
	return status.Path
}

// Options are what Start passes; tests change what they need and call engine.Start themselves.
func Options(t testing.TB) engine.StartOptions {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return engine.StartOptions{
		Library: Library(t), Dir: t.TempDir(), Command: []string{self},
		Env: append(os.Environ(), childVariable+"=1"), Log: zerolog.Nop(),
	}
}

// Start runs an engine over a fresh directory until the test ends.
func Start(t testing.TB) *engine.Process {
	t.Helper()
	return StartWith(t, Options(t))
}

// StartWith runs an engine with the given options until the test ends.
func StartWith(t testing.TB, o engine.StartOptions) *engine.Process {
	t.Helper()
	p, err := engine.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}
