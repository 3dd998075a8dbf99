//go:build linux

package chaos

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// victim says who is killed.
type victim int

const (
	both    victim = iota // the program and its engine, as when a pod is killed
	alone                 // the program: a served engine goes on, an embedded one notices and ends
	engines               // the engine: the program sees its connections break
)

func (v victim) String() string { return [...]string{"program and engine", "program", "engine"}[v] }

// process is one running waymark.
type process struct {
	cmd      *exec.Cmd
	out, err buffer
	started  time.Time
	ended    chan struct{}
	killed   bool
	mu       sync.Mutex
}

// hung stands for the exit code of a program that had to be killed because it did not end.
const hung = -2

// outcome is how it ended.
type outcome struct {
	code           int // exit code; -1 after a signal, hung when it did not end
	stdout, stderr string
	took           time.Duration
}

func startProcess(dir string, env []string, binary string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(binary, args...), ended: make(chan struct{}), started: time.Now()}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = dir, env, &p.out, &p.err
	p.cmd.WaitDelay = 2 * time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = p.cmd.Wait(); close(p.ended) }()
	return p, nil
}

// kill sends SIGKILL and waits until whoever it meant is gone. It may be called after the end.
func (p *process) kill(v victim) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.ended:
		return
	default:
	}
	children := childrenOf(p.cmd.Process.Pid)
	if v != engines {
		p.killed = true
		_ = p.cmd.Process.Kill()
	}
	if v != alone {
		for _, pid := range children {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if v != engines {
		<-p.ended
		for _, pid := range children {
			awaitGone(pid)
		}
	}
}

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// wait returns how the process ended; one that does not end in time is killed, which shows in the outcome.
func (p *process) wait(limit time.Duration) outcome {
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.signal(syscall.SIGQUIT) // its goroutines tell why it hangs
		select {
		case <-p.ended:
		case <-time.After(10 * time.Second):
		}
		p.kill(both)
		return outcome{code: hung, stdout: p.out.String(), stderr: "did not end within " + limit.String() + "\n" + mainGoroutine(p.err.String()), took: time.Since(p.started)}
	}
	return outcome{code: p.cmd.ProcessState.ExitCode(), stdout: p.out.String(), stderr: p.err.String(), took: time.Since(p.started)}
}

// mainGoroutine cuts what the main goroutine was doing out of a dump of all.
func mainGoroutine(dump string) string {
	_, rest, ok := strings.Cut(dump, "\ngoroutine 1 ")
	if !ok {
		return dump
	}
	trace, _, _ := strings.Cut(rest, "\n\n")
	return "goroutine 1 " + trace
}

func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

func childrenOf(pid int) []int {
	var out []int
	files, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				out = append(out, child)
			}
		}
	}
	return out
}

func awaitGone(pid int) {
	for range 2000 {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// buffer is written by the process's pipe and read by the test.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
