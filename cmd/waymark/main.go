// Command waymark turns exports of CRM, web analytics, ticketing and survey tools into a customer-journey event stream
// and CX KPI facts, in Parquet and in ClickHouse.
package main

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // reporting days must not depend on the machine's zone files
)

// The heap may grow by heapGrowth percent of itself before garbage is collected. While exports are read most of it are buffers that
// live as long as the run, so that collecting often is cheap: a quarter less memory than with Go's 100, and as much at the end of a
// long run as at its beginning. heapFloor spares a small heap, which grows all the time, from being collected all the time.
const (
	heapGrowth = 25
	heapFloor  = 32 << 20 // bytes that count and, as nothing touches them, take no memory
)

func main() {
	var floor []byte
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
		floor = make([]byte, heapFloor)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], environment{self: self(), lookup: os.LookupEnv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr})
	stop()
	runtime.KeepAlive(floor)
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
