package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"waymark/extract/store"
	"waymark/internal/object"
)

// A crashed run on this machine does not keep the next one waiting; one that runs, or ran elsewhere, does.
func TestTheLeaseOfAProcessThatEndedIsTaken(t *testing.T) {
	me := thisProcess()
	if me == "" {
		t.Fatal("the process has no name")
	}
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	start, _ := processStart(child.Process.Pid)
	killed := machineName() + " " + strings.Join([]string{itoa(child.Process.Pid), start}, " ")
	if processGone(killed) || processGone(me) {
		t.Fatal("a process that runs is taken for gone")
	}
	_ = child.Process.Kill()
	deadline := time.Now().Add(5 * time.Second) // it stays a zombie: nobody waits for it yet
	for !processGone(killed) && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	for process, taken := range map[string]bool{
		killed: true, me: false, "": false, "nonsense": false, "x" + killed: false,
		machineName() + " 1 1": true, // another process has its number now
	} {
		if got := takes(t, process); got != taken {
			t.Errorf("lease of %q taken: %t, want %t", process, got, taken)
		}
	}
	_ = child.Wait()
	if !processGone(killed) {
		t.Error("a process that was waited for is not gone")
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// takes reports whether a lease that still runs and is held by process can be taken.
func takes(t *testing.T, process string) bool {
	t.Helper()
	root, err := store.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	text, _ := json.Marshal(leaseDocument{Format: 1, Epoch: 7, Holder: "other", Process: process, Until: time.Now().Add(time.Minute)})
	if _, err := root.Put(t.Context(), leaseKey, bytes.NewReader(text), int64(len(text)), object.Condition{}); err != nil {
		t.Fatal(err)
	}
	lease, err := AcquireLease(t.Context(), root, "me", time.Now)
	if errors.Is(err, ErrLeaseHeld) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	if lease.Epoch() != 8 {
		t.Errorf("epoch %d, want 8", lease.Epoch())
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	return true
}
