package engine

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"waymark/internal/fault"
)

// endpoint is how other processes on the machine find the server of a directory. The file is readable by its owner
// only, since it holds the secret.
type endpoint struct {
	Address string `json:"address"`
	Secret  string `json:"secret"`
	PID     int    `json:"pid"`
}

func endpointPath(dir string) string { return filepath.Join(dir, ".endpoint.json") }

// readEndpoint returns the endpoint that dir names, and whether there is one.
func readEndpoint(dir string) (endpoint, bool) {
	var e endpoint
	b, err := os.ReadFile(endpointPath(dir))
	if err != nil || json.Unmarshal(b, &e) != nil || e.Address == "" || e.PID <= 0 {
		return endpoint{}, false
	}
	return e, true
}

// alive reports whether the endpoint's process exists.
func (e endpoint) alive() bool {
	err := syscall.Kill(e.PID, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// dirLock is held by the one process that serves a directory.
type dirLock struct {
	dir  string
	file *os.File
}

// lockDir creates dir and takes its lock; Conflict names the process that has it. The kernel gives the lock back when
// its holder dies, however it dies.
func lockDir(dir string) (*dirLock, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fault.New(fault.Invalid, "create the warehouse directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.New(fault.Invalid, "lock the warehouse directory: %w", err)
	}
	for range 5 { // Start tries the lock for an instant before it spawns a child
		if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			return &dirLock{dir, f}, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	_ = f.Close()
	return nil, lockConflict(dir)
}

func lockConflict(dir string) error {
	var e *fault.Error
	if holder, ok := readEndpoint(dir); ok {
		e = fault.New(fault.Conflict, "the warehouse is served by process %d", holder.PID)
	} else {
		e = fault.New(fault.Conflict, "the warehouse is being opened by another process")
	}
	e.Object, e.Hint = dir, "stop that process, or connect through it"
	return e
}

// publish announces the server; the file appears whole or not at all.
func (l *dirLock) publish(e endpoint) error {
	b, err := json.Marshal(e)
	if err != nil {
		return fault.New(fault.Internal, "announce the engine: %w", err)
	}
	tmp := endpointPath(l.dir) + ".tmp"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return fault.New(fault.Internal, "announce the engine: %w", err)
	}
	if err := os.Rename(tmp, endpointPath(l.dir)); err != nil {
		return fault.New(fault.Internal, "announce the engine: %w", err)
	}
	return nil
}

// release withdraws the announcement and gives the lock back.
func (l *dirLock) release() {
	if err := os.Remove(endpointPath(l.dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = os.Truncate(endpointPath(l.dir), 0)
	}
	l.close()
}

// close gives the lock back only.
func (l *dirLock) close() { _ = l.file.Close() }
