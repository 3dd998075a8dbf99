//go:build linux

package chaos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// trial is one state, one or more runs that are disturbed, and the proof that an undisturbed one puts all right.
type trial struct {
	class    string
	start    string
	attempts []attempt
}

// attempt is one disturbed run.
type attempt struct {
	fault         string // what was done, for the table
	where         string // at what
	store, engine []*fault
	during        func(*process) bool // goes on beside the run and says whether it struck
	args          []string            // of run
	mayMiss       bool                // the fault may find nothing to strike; it does not count then
}

// documented are the exit codes of the README.
func documented() []int { return []int{0, 1, 2, 3, 4, 5, 6, 9, 10, 130} }

// try carries out a trial as a test of its own.
func (l *lane) try(t *testing.T, name string, tr trial) {
	l.sub(t, name, func() {
		l.reset(tr.start)
		var done []entry
		for _, a := range tr.attempts {
			done = append(done, l.disturb(tr, a)...)
		}
		l.recover(done)
	})
}

// sub runs do as a subtest that the lane belongs to meanwhile.
func (l *lane) sub(t *testing.T, name string, do func()) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		group := l.t
		l.t = t
		defer func() { l.t = group }()
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("to repeat: go test ./internal/chaos -count=1 -v -long=%t -seed %d -run '%s'", l.long, l.seed, exactly(t.Name()))
			}
		})
		do()
	})
}

// exactly is a -run pattern that matches one test.
func exactly(name string) string {
	return "^" + strings.ReplaceAll(name, "/", "$/^") + "$"
}

// disturb runs once under faults and returns those that struck. After a run that did all there was to do the exports are
// corrected, so that there is something to disturb.
func (l *lane) disturb(tr trial, a attempt) []entry {
	l.t.Helper()
	if l.ended && tr.start == touched {
		l.correct()
	}
	l.arm(a.store, a.engine)
	p := l.start(append([]string{"run"}, a.args...)...)
	faults := append(slices.Clone(a.store), a.engine...)
	for _, f := range faults {
		f.run.Store(p)
	}
	hit := true
	if a.during != nil {
		hit = a.during(p)
	}
	o := p.wait(patience)
	l.check(p, o)
	l.arm(nil, nil)
	l.ended = !p.killed && o.code == 0
	e := entry{class: tr.class, fault: a.fault, where: a.where, start: tr.start, kind: l.kind, code: codeName(p, o)}
	if len(faults) == 0 && hit {
		return []entry{e}
	}
	var out []entry
	for _, f := range faults {
		if f.struck.Load() > 0 {
			e.fault = cmp.Or(f.what, a.fault)
			out = append(out, e)
		} else if !a.mayMiss {
			l.t.Errorf("%s at %s: request %d of this kind never came; it ended with exit code %d\n%s", a.fault, a.where, f.nth, o.code, tail(o.stderr))
		}
	}
	return out
}

func (l *lane) arm(store, engine []*fault) {
	l.store.arm(store...)
	if l.engine != nil {
		l.engine.arm(engine...)
	}
}

func codeName(p *process, o outcome) string {
	if p.killed {
		return "killed"
	}
	return fmt.Sprint(o.code)
}

// check demands a documented end without panic and without secrets in what was printed.
func (l *lane) check(p *process, o outcome) {
	l.t.Helper()
	text := o.stdout + o.stderr
	if o.code == hung {
		l.t.Errorf("the program hangs:\n%s", tail(text))
	} else if !p.killed && !slices.Contains(documented(), o.code) {
		l.t.Errorf("exit code %d is none of the documented ones:\n%s", o.code, tail(text))
	}
	if o.code != hung && (strings.Contains(text, "panic:") || strings.Contains(text, "goroutine ") || strings.Contains(text, "decoder panicked")) {
		l.t.Errorf("the program panicked:\n%s", tail(text))
	}
	for _, secret := range []string{privacyKey, l.s3.SecretKey, l.secret} {
		if secret != "" && strings.Contains(text, secret) {
			l.t.Errorf("the output holds a secret:\n%s", tail(text))
		}
	}
}

func tail(text string) string {
	const most = 4000
	return text[max(0, len(text)-most):]
}

// recover is the proof: one undisturbed run, verify, the digest of a clean run.
func (l *lane) recover(done []entry, args ...string) {
	l.t.Helper()
	if l.t.Failed() {
		return
	}
	if len(done) == 0 {
		l.t.Error("no fault struck")
	}
	o := l.mustRun(args...)
	l.sameAsClean()
	if l.t.Failed() {
		return
	}
	for _, e := range done {
		e.recovery = o.took
		l.book.add(e)
	}
}

func (l *lane) sameAsClean() {
	l.t.Helper()
	want := l.wanted(l.t, l.version)
	if got := l.inspect(); got != want {
		l.t.Errorf("what is published is not what a clean run publishes:\n%s", difference(want, got))
	}
	l.right = !l.t.Failed()
}

// difference shows the lines that differ.
func difference(want, got string) string {
	var out strings.Builder
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range w {
		if !slices.Contains(g, line) {
			fmt.Fprintf(&out, "- %s\n", line)
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			fmt.Fprintf(&out, "+ %s\n", line)
		}
	}
	return out.String()
}

// profile is what an undisturbed run does: how long it takes and how often it asks for what.
type profile struct {
	took          time.Duration
	store, engine map[string]int
}

// usually returns the profile of an undisturbed run from a state; it is measured once.
func (l *lane) usually(start string) profile {
	l.t.Helper()
	key := l.kind + " " + start
	l.mu.Lock()
	known, ok := l.usual[key]
	l.mu.Unlock()
	if ok {
		return known
	}
	l.reset(start)
	p := profile{took: l.mustRun().took, store: l.store.counts()}
	if l.engine != nil {
		p.engine = l.engine.counts()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.usual[key] = p
	return p
}
