package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"waymark/internal/fault"
)

// StartOptions say which engine to start over which directory.
type StartOptions struct {
	Library string   // path of libchdb.so
	Dir     string   // the warehouse's directory
	Command []string // argv of a process that calls Child; its own name first
	Env     []string // the child's environment; nil is this process's
	Log     zerolog.Logger

	MemoryLimit int64 // see ServeOptions
	Threads     int
	LogLevel    string
	Timeout     time.Duration // until it must serve, or another process's engine must answer; 0 is 30 seconds
}

// Process is a running engine: one that Start spawned, or one that it joined.
type Process struct {
	endpoint endpoint
	log      zerolog.Logger
	child    *child // nil when joined
}

// Address is host:port of the HTTP interface.
func (p *Process) Address() string { return p.endpoint.Address }

// Secret is the password of every request, with any user name.
func (p *Process) Secret() string { return p.endpoint.Secret }

// PID is the engine's process.
func (p *Process) PID() int { return p.endpoint.PID }

// Joined reports that another process owns the engine; Close leaves it running.
func (p *Process) Joined() bool { return p.child == nil }

// Start serves dir in a child process, or joins the process that already does. ctx bounds the start only.
func Start(ctx context.Context, o StartOptions) (*Process, error) {
	for _, path := range []*string{&o.Dir, &o.Library} {
		abs, err := filepath.Abs(*path)
		if err != nil {
			return nil, fault.New(fault.Invalid, "start the engine: %w", err)
		}
		*path = abs
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	for {
		if p := join(ctx, o); p != nil {
			return p, nil
		}
		p, err := tryToServe(ctx, o)
		if err == nil || !fault.Is(err, fault.Conflict) {
			return p, err
		}
		// Somebody else holds the directory: opening it, closing it, or hanging. Wait for the first two.
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// tryToServe spawns a child unless the directory is locked; the child takes the lock itself.
func tryToServe(ctx context.Context, o StartOptions) (*Process, error) {
	lock, err := lockDir(o.Dir)
	if err != nil {
		return nil, err
	}
	lock.close()
	return spawn(ctx, o)
}

// join returns the process that serves the directory already, nil when none answers.
func join(ctx context.Context, o StartOptions) *Process {
	e, ok := readEndpoint(o.Dir)
	if !ok || !e.alive() || !e.answers(ctx) {
		return nil
	}
	return &Process{endpoint: e, log: o.Log}
}

// answers asks with the secret, so that another program on a reused port is not taken for the engine.
func (e endpoint) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+e.Address+"/?query=SELECT+1", nil)
	if err != nil {
		return false
	}
	r.Header.Set("X-ClickHouse-Key", e.Secret)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 16))
	return err == nil && string(b) == "1\n"
}

// child is a spawned engine. It is in its own process group: Ctrl-C on the terminal reaches the parent only, which
// finishes what it was doing and then closes the engine.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *tail
	exited chan struct{} // closed when the process is gone and err is set
	err    error
	once   sync.Once
	dead   bool // before it was asked to close
}

func spawn(ctx context.Context, o StartOptions) (*Process, error) {
	if len(o.Command) == 0 {
		return nil, fault.New(fault.Invalid, "start the engine: no command")
	}
	c := &child{cmd: exec.Command(o.Command[0], o.Command[1:]...), stderr: &tail{}, exited: make(chan struct{})}
	c.cmd.Env = o.Env
	if c.cmd.Env == nil {
		c.cmd.Env = os.Environ()
	}
	c.cmd.Env = append(c.cmd.Env, "TZ=UTC") // the engine ignores <timezone>
	c.cmd.Stderr = c.stderr
	if o.LogLevel != "" {
		c.cmd.Stderr = io.MultiWriter(c.stderr, o.Log.With().Str("component", "engine").Logger())
	}
	c.cmd.WaitDelay = time.Second
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, fault.New(fault.Internal, "start the engine: %w", err)
	}
	c.stdin = stdin
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fault.New(fault.Internal, "start the engine: %w", err)
	}
	defer out.Close()
	c.cmd.Stdout = in
	err = c.cmd.Start()
	_ = in.Close()
	if err != nil {
		return nil, fault.New(fault.Internal, "start the engine: %w", err)
	}
	go func() { c.err = c.cmd.Wait(); close(c.exited) }()

	secret := NewSecret()
	orders, err := json.Marshal(order{o.Library, o.Dir, secret, o.MemoryLimit, o.Threads, o.LogLevel})
	var said announcement
	if err == nil {
		// A child that dies before it reads its orders breaks the pipe; why it died is what await learns.
		_, _ = stdin.Write(append(orders, '\n'))
		said, err = c.await(ctx, out)
	}
	if err != nil {
		_ = c.close(time.Second) // why it did not start is what matters
		return nil, err
	}
	return &Process{endpoint{said.Address, secret, said.PID}, o.Log, c}, nil
}

// await waits until the child serves, fails, dies or ctx ends.
func (c *child) await(ctx context.Context, out *os.File) (announcement, error) {
	line := make(chan []byte, 1)
	go func() {
		b, _ := bufio.NewReader(out).ReadBytes('\n')
		line <- b
	}()
	var said announcement
	select {
	case b := <-line:
		switch err := json.Unmarshal(b, &said); {
		case err == nil && said.Address != "":
			return said, nil
		case err == nil && said.Error != "":
			return said, &fault.Error{Kind: said.Kind, Hint: said.Hint, Err: errors.New(said.Error)}
		}
	case <-ctx.Done():
		return said, fault.New(fault.Transient, "start the engine: not ready in time: %w%s", ctx.Err(), c.stderr.quote())
	}
	select {
	case <-c.exited:
		return said, fault.New(fault.Transient, "start the engine: the process ended (%v)%s", c.err, c.stderr.quote())
	case <-ctx.Done():
	case <-time.After(time.Second):
	}
	return said, fault.New(fault.Internal, "start the engine: the process does not announce itself%s", c.stderr.quote())
}

// closeTimeout is how long a child may take to drain and close before it is killed.
const closeTimeout = 30 * time.Second

// Close stops a spawned engine: running statements may finish, then the library closes; a child that takes too long is
// killed. A joined engine is left alone. Close may be called again. That it had ended before is what Err tells: there is nothing to close.
func (p *Process) Close() error {
	if p.child == nil {
		return nil
	}
	return p.child.close(closeTimeout)
}

func (c *child) close(patience time.Duration) error {
	c.once.Do(func() {
		select {
		case <-c.exited:
			c.dead = true
		default:
		}
		_ = c.stdin.Close() // the child drains and ends
	})
	select {
	case <-c.exited:
	case <-time.After(patience):
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // its whole group: the command may be a wrapper
		<-c.exited
	}
	if c.err != nil && !c.dead {
		return fault.New(fault.Transient, "stop the engine: %w%s", c.err, c.stderr.quote())
	}
	return nil
}

// Err is nil while the engine runs, and says how it ended when it is gone.
func (p *Process) Err() error {
	if p.child == nil {
		if !p.endpoint.alive() {
			return fault.New(fault.Transient, "the engine's process %d is gone", p.endpoint.PID)
		}
		return nil
	}
	select {
	case <-p.child.exited:
		return fault.New(fault.Transient, "the engine's process ended (%v)%s", p.child.err, p.child.stderr.quote())
	default:
		return nil
	}
}

// Done is closed when a spawned engine is gone; nil for a joined one.
func (p *Process) Done() <-chan struct{} {
	if p.child == nil {
		return nil
	}
	return p.child.exited
}
