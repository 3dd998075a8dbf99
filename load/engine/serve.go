package engine

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"waymark/internal/fault"
)

// ServeOptions say what to serve and how. Library and Dir are required.
type ServeOptions struct {
	Library string // path of libchdb.so
	Dir     string // the warehouse's directory, created when absent
	Addr    string // "127.0.0.1:0" when empty; loopback only
	Secret  string // the password of every request; generated when empty
	Log     zerolog.Logger
	Ready   func(addr string) // called once, when requests are served

	MemoryLimit int64  // bytes the engine may use; 0 is its own default, 90 % of the machine
	Threads     int    // of one statement; 0 is the number of cores
	LogLevel    string // the engine's own log on stderr: "" is none, else "error", "information", "debug", "trace"
}

// NewSecret makes a password nobody can guess.
func NewSecret() string { return newID() }

// drainTimeout is how long running statements may finish after the server was told to stop.
const drainTimeout = 10 * time.Second

// Serve runs the engine in this process until ctx ends, then drains and closes it. A process can do that once.
func Serve(ctx context.Context, o ServeOptions) (err error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Secret == "" {
		o.Secret = NewSecret()
	}
	lock, err := lockDir(o.Dir)
	if err != nil {
		return err
	}
	defer lock.release()
	listener, err := listenLoopback(o.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // closed already when all went well
	f, stop, err := open(o)
	if err != nil {
		return err
	}
	defer stop()
	addr := listener.Addr().String()
	if err := lock.publish(endpoint{Address: addr, Secret: o.Secret, PID: os.Getpid()}); err != nil {
		return err
	}
	return f.listen(ctx, listener, func() {
		if o.Ready != nil {
			o.Ready(addr)
		}
	})
}

func listenLoopback(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fault.New(fault.Invalid, "serve the engine on %q: only loopback addresses are served", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fault.New(fault.Conflict, "serve the engine: %w", err)
	}
	return l, nil
}

// open boots the engine over the directory; stop closes it and must be called after the last request.
func open(o ServeOptions) (f *front, stop func(), err error) {
	config, err := writeConfig(o)
	if err != nil {
		return nil, nil, err
	}
	lib, err := openLibrary(o.Library)
	if err != nil {
		return nil, nil, err
	}
	setUTC()
	lib.setSignalHandlersEnabled(0) // with them a recovered nil dereference in Go hangs
	args := []string{"--path=" + filepath.Join(o.Dir, "db"), "--config-file=" + config, "--implicit_select=0", "--async_insert=0",
		"--max_threads_for_indexes=1"} // three years of days are 1,154 parts: threads for them cost a fifth more than they save
	if o.Threads > 0 {
		args = append(args, "--max_threads="+strconv.Itoa(o.Threads))
	}
	boot := args
	if o.LogLevel != "" {
		boot = append(boot[:len(boot):len(boot)], "--log-level="+o.LogLevel)
	}
	keeper, err := dial(lib, boot) // keeps the engine up between requests
	if err != nil {
		e := fault.New(fault.Conflict, "open the warehouse: %w", err)
		e.Object, e.Hint = o.Dir, "another engine may have the directory open, or it was written by a newer one"
		return nil, nil, e
	}
	stop = func() { keeper.close(); lib.shutdown() }
	ask := func(query string) string {
		var answer string
		_, aerr := keeper.query(query, "TSVRaw", nil, func(_ stats, b []byte) error { answer = strings.TrimSpace(string(b)); return nil })
		if err == nil && aerr != nil {
			err = fault.New(fault.Internal, "ask the engine about itself: %w", aerr)
		}
		return answer
	}
	f = &front{lib: lib, args: args, secret: o.Secret, log: o.Log, running: map[string]*running{}}
	f.version, f.guard = ask("SELECT version()"), newGuard(ask("SELECT name FROM system.table_functions"))
	if err != nil {
		stop()
		return nil, nil, err
	}
	return f, stop, nil
}

// listen serves until ctx ends; then no new request is taken, running ones get drainTimeout, the rest are killed.
func (f *front) listen(ctx context.Context, l net.Listener, ready func()) error {
	requests, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	server := &http.Server{
		ErrorLog:          log.New(f.log, "", 0),
		Handler:           f,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ReadHeaderTimeout: 30 * time.Second,
		MaxHeaderBytes:    4 << 20, // settings, parameters and whole queries travel in the URL
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	ready()
	select {
	case err := <-served:
		return fault.New(fault.Internal, "serve the engine: %w", err)
	case <-ctx.Done():
	}
	return f.shutDown(context.WithoutCancel(ctx), server, kill)
}

// shutDown lets running statements finish, then kills them, then breaks off clients that do not take their answer.
func (f *front) shutDown(ctx context.Context, server *http.Server, kill func()) error {
	wait := func() error {
		ctx, cancel := context.WithTimeout(ctx, drainTimeout)
		defer cancel()
		return server.Shutdown(ctx)
	}
	if wait() == nil {
		return nil
	}
	kill()
	if wait() == nil {
		return nil
	}
	if err := server.Close(); err != nil {
		return fault.New(fault.Internal, "stop the engine: %w", err)
	}
	f.handlers.Wait()
	return nil
}

// writeConfig writes the engine's configuration file; only what the library honours is in it.
func writeConfig(o ServeOptions) (path string, err error) {
	var b strings.Builder
	b.WriteString("<clickhouse>\n")
	if o.MemoryLimit > 0 {
		fmt.Fprintf(&b, "  <max_server_memory_usage>%d</max_server_memory_usage>\n", o.MemoryLimit)
	}
	b.WriteString("</clickhouse>\n")
	path = filepath.Join(o.Dir, "engine.xml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return "", fault.New(fault.Internal, "write the engine's configuration: %w", err)
	}
	return path, nil
}
