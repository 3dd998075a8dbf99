//go:build linux

package chaos

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clocks runs with a clock that is wrong. The program asks the clock without a library in between that could be
// replaced, so the long form builds it once more with a changed time.Now (go build -overlay): the same program, another
// clock. The short form only shows it what a holder of the lease with a wrong clock leaves behind.
func (w *world) clocks(t *testing.T) {
	l := w.newLane(t, embedded)
	const class = "clock moved"
	if !w.long {
		w.book.note("clock moved", "the program's own clock, by a second build: long form only")
	}
	l.sub(t, "lease_from_the_future", func() {
		l.reset(touched)
		l.editLease(func(doc map[string]any) {
			doc["until"] = time.Now().Add(2 * time.Hour).UTC().Format(time.RFC3339)
			doc["process"] = ""
		})
		p := l.start("run")
		o := p.wait(patience)
		l.check(p, o)
		if o.code != 10 {
			l.t.Errorf("exit code %d, want 10: another machine holds the lease for two hours", o.code)
		}
		l.expireLease()
		l.recover([]entry{{class: class, fault: "another holder's clock is two hours ahead", where: "lease", start: touched, kind: l.kind, code: codeName(p, o)}})
	})
	if !w.long {
		return
	}
	skewed := filepath.Join(w.dir, "waymark-skewed")
	build(t, skewed, "-overlay", overlay(t, w.dir))
	for _, c := range []struct{ name, clock string }{
		{"ten minutes ahead", "10m,0s"}, {"ten minutes behind", "-10m,0s"}, {"two hours ahead", "2h,0s"}, {"two hours behind", "-2h,0s"},
		{"a year ahead", "8760h,0s"}, {"in 1970", "-490000h,0s"},
		{"jumps two minutes ahead while it runs", "2m,1s"}, {"jumps ten minutes back while it runs", "-10m,1s"}, {"jumps a day ahead while it runs", "24h,700ms"},
	} {
		l.sub(t, slug(c.name), func() {
			l.reset(touched)
			p := l.startWith(skewed, l.env("WAYMARK_CHAOS_CLOCK="+c.clock), "run")
			o := p.wait(patience)
			l.check(p, o)
			l.expireLease() // one taken under a clock that is ahead would be waited for
			l.recover([]entry{{class: class, fault: "its clock is or " + c.name, where: "the program", start: touched, kind: l.kind, code: codeName(p, o)}})
		})
	}
	l.sub(t, "thief", func() { l.thief(class, skewed) })
}

// thief is a second program whose clock is ahead: it takes a lease that still holds. The first one must notice.
func (l *lane) thief(class, skewed string) {
	l.t.Helper()
	l.reset(loaded)
	holding := make(chan struct{})
	f := &fault{request: "PUT ledger raw", nth: 1, do: func(_ *fault, x *exchange) { x.pass(); close(holding) }}
	l.arm([]*fault{f}, nil)
	first := l.start("run")
	select {
	case <-holding:
	case <-first.ended:
		l.t.Fatal("the run ended before it published")
	}
	second := l.startWith(skewed, l.env("WAYMARK_CHAOS_CLOCK=10m,0s"), "run")
	a, b := first.wait(patience), second.wait(patience)
	l.check(first, a)
	l.check(second, b)
	l.expireLease()
	l.recover([]entry{{class: class, fault: "another program's clock is ten minutes ahead: it takes the lease of a living one", where: "8 publish", start: loaded,
		kind: l.kind, code: codeName(first, a) + ", " + codeName(second, b)}})
}

// overlay replaces time.Now by one that reads its error from the environment: "offset,after".
func overlay(t *testing.T, dir string) string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	now := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	source, err := os.ReadFile(now)
	if err != nil {
		t.Fatal(err)
	}
	const call = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if !strings.Contains(string(source), call) {
		t.Skip("this version of Go reads the clock in another way")
	}
	changed := filepath.Join(dir, "time.go.txt")
	text := strings.Replace(string(source), call, call+"\tsec += clockError(mono)\n", 1)
	extra := filepath.Join(dir, "clockerror.go.txt")
	files := map[string]string{changed: text, extra: `package time

import "syscall"

var clockOffset, clockAfter = readClockError()

func readClockError() (offset, after int64) {
	text, _ := syscall.Getenv("WAYMARK_CHAOS_CLOCK")
	for i := range text {
		if text[i] == ',' {
			o, _ := ParseDuration(text[:i])
			a, _ := ParseDuration(text[i+1:])
			return int64(o / Second), int64(a)
		}
	}
	return 0, 0
}

func clockError(mono int64) int64 {
	if mono-startNano < clockAfter {
		return 0
	}
	return clockOffset
}
`}
	for path, text := range files {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {now: changed, filepath.Join(filepath.Dir(now), "clockerror.go"): extra}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(path, replace, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
