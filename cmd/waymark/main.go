// Command waymark turns exports of CRM, web analytics, ticketing and survey tools into a customer-journey event stream
// and CX KPI facts, in Parquet and in ClickHouse.
package main

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // reporting days must not depend on the machine's zone files
)

// heapGrowth is by how much of itself the heap may grow before garbage is collected, in percent. While exports are read most of it are
// buffers that live as long as the run, so that collecting often is cheap: a quarter less memory than with Go's 100, and as much at the
// end of a long run as at its beginning.
const heapGrowth = 25

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], environment{self: self(), lookup: os.LookupEnv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr})
	stop()
	os.Exit(code)
}

// self is this program as it was called, so that the engine's child process runs under the same name.
func self() string {
	if path, err := exec.LookPath(os.Args[0]); err == nil {
		if abs, err := filepath.Abs(path); err == nil {
			return abs
		}
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}
