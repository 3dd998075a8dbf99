package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"waymark/internal/fault"
	"waymark/load/engine"
	"waymark/load/engine/enginetest"
)

func TestDataSurvivesKillAndRestart(t *testing.T) {
	o := enginetest.Options(t)
	p := enginetest.StartWith(t, o)
	must(t, p, "CREATE TABLE kept (a UInt64) ENGINE = MergeTree ORDER BY a")
	must(t, p, "INSERT INTO kept SELECT number FROM numbers(100000)")
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if err := p.Err(); !fault.Is(err, fault.Transient) {
		t.Fatalf("want transient, got %v", err)
	}
	if a := post(t, p, nil, strings.NewReader("SELECT 1")); a.err == nil {
		t.Fatal("a dead engine answered")
	}
	if err := p.Close(); err != nil {
		t.Fatalf("close a dead engine: %v", err)
	}
	began := time.Now()
	again := enginetest.StartWith(t, o) // the endpoint file of the dead one is still there
	t.Logf("restart after kill -9: %v", time.Since(began))
	if again.Joined() {
		t.Fatal("joined a dead engine")
	}
	if got := must(t, again, "SELECT count(), sum(a) FROM kept"); got != "100000\t4999950000\n" {
		t.Fatal(got)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, ".endpoint.json")); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the endpoint of a closed engine is still announced: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatalf("second close: %v", err)
	}
}

func TestSecondStartJoins(t *testing.T) {
	o := enginetest.Options(t)
	owner := enginetest.StartWith(t, o)
	guest := enginetest.StartWith(t, o)
	if owner.Joined() || !guest.Joined() || guest.Address() != owner.Address() || guest.PID() != owner.PID() {
		t.Fatal(owner, guest)
	}
	must(t, guest, "CREATE TABLE joined (a Int8) ENGINE = Memory")
	if err := guest.Close(); err != nil {
		t.Fatal(err)
	}
	must(t, owner, "SELECT * FROM joined")
	info, err := os.Stat(filepath.Join(o.Dir, ".endpoint.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	if err := owner.Close(); err != nil {
		t.Fatal(err)
	}
	if err := guest.Err(); !fault.Is(err, fault.Transient) {
		t.Fatalf("want transient, got %v", err)
	}
}

func TestFourStartsAtOnce(t *testing.T) {
	o := enginetest.Options(t)
	var wg sync.WaitGroup
	started := make([]*engine.Process, 4)
	for i := range started {
		wg.Go(func() {
			p, err := engine.Start(context.Background(), o)
			if err != nil {
				t.Error(err)
				return
			}
			started[i] = p
		})
	}
	wg.Wait()
	owners := 0
	for _, p := range started {
		if p != nil && !p.Joined() {
			owners++
			defer p.Close()
		}
	}
	if owners != 1 {
		t.Fatalf("%d owners", owners)
	}
}

func TestLockedDirectory(t *testing.T) {
	o := enginetest.Options(t)
	o.Timeout = 200 * time.Millisecond
	lock, err := os.Create(filepath.Join(o.Dir, ".lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Start(t.Context(), o); !fault.Is(err, fault.Conflict) {
		t.Fatalf("want conflict, got %v", err)
	}
	stale := fmt.Sprintf(`{"address":"127.0.0.1:1","secret":"s","pid":%d}`, os.Getpid())
	if err := os.WriteFile(filepath.Join(o.Dir, ".endpoint.json"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Start(t.Context(), o); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Fatalf("want a conflict naming process %d, got %v", os.Getpid(), err)
	}
}

func TestStaleEndpointIsIgnored(t *testing.T) {
	for name, content := range map[string]string{
		"of a dead process":    `{"address":"127.0.0.1:1","secret":"s","pid":2147483646}`,
		"of somebody else":     fmt.Sprintf(`{"address":"127.0.0.1:1","secret":"s","pid":%d}`, os.Getpid()),
		"that is torn":         `{"address":"127.0`,
		"that is empty":        ``,
		"of a hostile process": `{"address":"127.0.0.1:1","secret":"s","pid":-1}`,
	} {
		t.Run(name, func(t *testing.T) {
			o := enginetest.Options(t)
			if err := os.WriteFile(filepath.Join(o.Dir, ".endpoint.json"), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if p := enginetest.StartWith(t, o); p.Joined() {
				t.Fatal("joined")
			}
		})
	}
}

func TestStartFailures(t *testing.T) {
	o := enginetest.Options(t)
	library, command := o.Library, o.Command
	check := func(name string, want fault.Kind, text string) {
		t.Helper()
		p, err := engine.Start(t.Context(), o)
		if err == nil {
			p.Close()
		}
		if !fault.Is(err, want) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.Library = filepath.Join(t.TempDir(), "none.so")
	check("no library", fault.NotFound, "none.so")
	o.Library = filepath.Join(t.TempDir(), "broken.so")
	if err := os.WriteFile(o.Library, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	check("broken library", fault.NotFound, "broken.so")
	o.Library = library
	o.Command = []string{"/nonexistent/program"}
	check("no program", fault.Internal, "start the engine")
	o.Command = []string{"sh", "-c", "echo out of luck >&2; exit 3"}
	check("dying program", fault.Transient, "out of luck")
	o.Command = []string{"sh", "-c", "echo hello; exec sleep 60"}
	check("chatty program", fault.Internal, "does not announce itself")
	o.Command, o.Timeout = []string{"sleep", "60"}, 100*time.Millisecond
	check("mute program", fault.Transient, "not ready in time")
	o.Command, o.Timeout = command, 0
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Dir = file
	check("a file for a directory", fault.Invalid, "warehouse directory")
}

func TestCloseLetsRunningStatementsFinish(t *testing.T) {
	for name, stop := range map[string]func(*engine.Process) error{
		"close":   func(p *engine.Process) error { return p.Close() },
		"sigterm": func(p *engine.Process) error { return syscall.Kill(p.PID(), syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			p := enginetest.Start(t)
			done := make(chan answer, 1)
			go func() { done <- post(t, p, nil, strings.NewReader("SELECT sleep(0.5)")) }()
			wait(t, func() bool { return strings.Contains(must(t, p, "SELECT query FROM system.processes"), "sleep") }, true)
			if err := stop(p); err != nil {
				t.Fatal(err)
			}
			if a := <-done; a.status != http.StatusOK || a.body != "0\n" {
				t.Fatalf("%d %q %v", a.status, a.body, a.err)
			}
			<-p.Done()
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestCtrlCDoesNotReachTheEngine(t *testing.T) {
	p := enginetest.Start(t)
	group, err := syscall.Getpgid(p.PID())
	if err != nil || group == syscall.Getpgrp() {
		t.Fatal(group, err)
	}
}

func TestSecretIsNotVisible(t *testing.T) {
	p := enginetest.Start(t)
	for _, name := range []string{"cmdline", "environ"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.PID(), name))
		if err != nil {
			t.Skip(err)
		}
		if strings.Contains(string(b), p.Secret()) {
			t.Errorf("the secret is in %s", name)
		}
	}
}

func TestOnlyLoopbackIsServed(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:80", "nonsense"} {
		if err := engine.Serve(t.Context(), engine.ServeOptions{Dir: t.TempDir(), Addr: addr}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

// parentVariable makes this test binary a parent that starts an engine and waits to be killed.
const parentVariable = "WAYMARK_ENGINE_TEST_PARENT"

func runParent(dir, library string) int {
	p, err := engine.Start(context.Background(), engine.StartOptions{
		Library: library, Dir: dir, Command: []string{os.Args[0]}, Env: append(os.Environ(), enginetest.ChildVariable+"=1"),
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(p.PID())
	select {}
}

func TestEngineEndsWithItsParent(t *testing.T) {
	o := enginetest.Options(t)
	parent := exec.Command(o.Command[0])
	parent.Env = append(os.Environ(), parentVariable+"="+o.Dir+","+o.Library)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	_ = parent.Process.Kill()
	_ = parent.Wait()
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the parent said %q", line)
	}
	wait(t, func() bool { return running(pid) }, false)
}

// running reports a live process; one that nobody reaps counts as gone.
func running(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(b), ") Z ")
}

func TestNothingLeaks(t *testing.T) {
	before := goleak.IgnoreCurrent()
	p, err := engine.Start(t.Context(), enginetest.Options(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before)
}
