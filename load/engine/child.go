package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/rs/zerolog"

	"waymark/internal/fault"
)

// order is what the parent writes to the child's standard input, in one line. The secret travels this way because
// arguments and environments can be read by others.
type order struct {
	Library     string `json:"library"`
	Dir         string `json:"dir"`
	Secret      string `json:"secret"`
	MemoryLimit int64  `json:"memory_limit,omitempty"`
	Threads     int    `json:"threads,omitempty"`
	LogLevel    string `json:"log_level,omitempty"`
}

// announcement is what the child writes to its standard output when it serves, or why it does not.
type announcement struct {
	Address string     `json:"address,omitempty"`
	PID     int        `json:"pid,omitempty"`
	Error   string     `json:"error,omitempty"`
	Kind    fault.Kind `json:"kind,omitempty"`
	Hint    string     `json:"hint,omitempty"`
}

// Child is the whole life of the process that Start spawns: it reads its orders from in, serves, writes one line to out
// when it does, and returns when ctx ends, SIGTERM comes or in closes, which is how it notices that its parent is gone.
func Child(ctx context.Context, in io.Reader, out io.Writer, log zerolog.Logger) error {
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer cancel()
	reader := bufio.NewReader(in)
	line, err := reader.ReadBytes('\n')
	var o order
	if err == nil {
		err = json.Unmarshal(line, &o)
	}
	if err != nil {
		return fault.New(fault.Invalid, "read the engine's orders from standard input (this command is started by waymark itself): %w", err)
	}
	if err := os.MkdirAll(o.Dir, 0o750); err == nil {
		_ = os.Chdir(o.Dir) // a table name can be a file in the working directory; here there are none of the user's
	}
	go func() {
		_, _ = io.Copy(io.Discard, reader)
		cancel()
	}()
	ready := false
	say := func(a announcement) { b, _ := json.Marshal(a); fmt.Fprintf(out, "%s\n", b) }
	err = Serve(ctx, ServeOptions{
		Library: o.Library, Dir: o.Dir, Secret: o.Secret, Log: log, MemoryLimit: o.MemoryLimit, Threads: o.Threads, LogLevel: o.LogLevel,
		Ready: func(addr string) { ready = true; say(announcement{Address: addr, PID: os.Getpid()}) },
	})
	if err != nil && !ready { // nobody listens later
		say(announcement{Error: err.Error(), Kind: fault.KindOf(err), Hint: fault.HintOf(err)})
	}
	return err
}
