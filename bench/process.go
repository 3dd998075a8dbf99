package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// usage is what a piece of work took.
type usage struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	RSS     int64   `json:"peak_rss"`               // bytes, all processes of the work together
	Own     int64   `json:"own_peak_rss,omitempty"` // bytes, of the process that was started alone
	Bytes   int64   `json:"output_bytes,omitempty"`
}

// sampling is how often the memory of a process with children is looked at.
const sampling = 20 * time.Millisecond

// run starts cmd on the harness's two processors and waits for it. Memory is the greater of the process's
// own peak and the greatest sum over it and its descendants that was seen. (What wait reports as its peak may be the harness's own: a
// process begins with the memory of the one that starts it.)
func run(ctx context.Context, cmd *exec.Cmd) (usage, []byte, error) { return runTelling(ctx, cmd, nil) }

// runTelling is run; line, when not nil, is called with the process's id and each line that it writes to standard error, when it does.
func runTelling(ctx context.Context, cmd *exec.Cmd, line func(pid int, line []byte)) (usage, []byte, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if line != nil {
		cmd.Stderr = &lines{kept: &stderr, each: func(b []byte) { line(cmd.Process.Pid, b) }}
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	done, peak, own := make(chan struct{}), int64(0), int64(0)
	var watching sync.WaitGroup
	watching.Go(func() { peak, own = watchTree(cmd.Process.Pid, done) })
	err := cmd.Wait()
	took := time.Since(began)
	close(done)
	watching.Wait()
	if err != nil {
		return usage{}, nil, fmt.Errorf("run %s: %w: %s", cmd.Path, err, lastLines(cmp.Or(stderr.String(), stdout.String())))
	}
	state := cmd.ProcessState
	return usage{Seconds: took.Seconds(), CPU: (state.UserTime() + state.SystemTime()).Seconds(), RSS: max(peak, own), Own: own}, stdout.Bytes(), ctx.Err()
}

// lines keeps what is written to it and tells of each line of it.
type lines struct {
	kept *bytes.Buffer
	each func([]byte)
	told int // bytes of kept
}

// Write implements io.Writer.
func (l *lines) Write(b []byte) (int, error) {
	n, err := l.kept.Write(b)
	for {
		line, _, whole := bytes.Cut(l.kept.Bytes()[l.told:], []byte("\n"))
		if !whole {
			return n, err
		}
		l.told += len(line) + 1
		l.each(line)
	}
}

func lastLines(text string) string {
	const most = 2000
	return strings.TrimSpace(text[max(0, len(text)-most):])
}

// watchTree returns the greatest resident memory of a process and its descendants until done is closed, and that of the
// process alone.
func watchTree(pid int, done <-chan struct{}) (peak, own int64) {
	tick := time.NewTicker(sampling)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return peak, own
		case <-tick.C:
			peak, own = max(peak, treeMemory(pid)), max(own, statusField(pid, "VmHWM:"))
		}
	}
}

func treeMemory(pid int) int64 {
	sum := statusField(pid, "VmRSS:")
	for _, child := range children(pid) {
		sum += treeMemory(child)
	}
	return sum
}

func children(pid int) (out []int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	// Children belong to the thread that made them.
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, t := range tasks {
		if t.Name() != strconv.Itoa(pid) {
			more, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, t.Name()))
			text = append(append(text, ' '), more...)
		}
	}
	for _, child := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(child); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// peakSince returns the greatest resident memory of a process since this was last asked.
func peakSince(pid int) int64 {
	peak := statusField(pid, "VmHWM:")
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) // a process that is gone has no peak
	return peak
}

// statusField reads a field of /proc/PID/status in bytes; 0 when the process is gone.
func statusField(pid int, name string) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}

// processCPU returns the processor seconds that a process has used.
func processCPU(pid int) float64 {
	const ticks = 100 // per second, on every Linux that Go runs on
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(text), ") ") // the name may hold spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / ticks
}
