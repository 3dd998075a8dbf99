// Package enginetest starts the real embedded engine for tests. The engine needs a process of its own, so the test
// binary runs itself again: a package that uses Start has
//
//	func TestMain(m *testing.M) { enginetest.Main(m) }
package enginetest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/rs/zerolog"

	"waymark/internal/testenv"
	"waymark/load/engine"
)

// ChildVariable marks the re-executed test binary.
const ChildVariable = "WAYMARK_ENGINETEST_CHILD"

// Main runs the tests, or the engine when this process is the child that Start made.
func Main(m *testing.M) {
	if os.Getenv(ChildVariable) != "" {
		os.Exit(RunChild())
	}
	os.Exit(m.Run())
}

// IsChild reports that this process is the child; a TestMain that does more than Main calls RunChild then.
func IsChild() bool { return os.Getenv(ChildVariable) != "" }

// RunChild serves until the parent is gone and returns the exit code.
func RunChild() int {
	if err := engine.Child(context.Background(), os.Stdin, os.Stdout, zerolog.New(os.Stderr)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Options are what Start passes; tests change what they need and call engine.Start themselves.
func Options(t testing.TB) engine.StartOptions {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return engine.StartOptions{
		Library: testenv.Engine(t), Dir: t.TempDir(), Command: []string{self},
		Env: append(os.Environ(), ChildVariable+"=1"), Log: zerolog.Nop(),
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
