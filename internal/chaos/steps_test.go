//go:build linux

package chaos

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

// step is one kind of request that belongs to a numbered step of a run, as the proxies see it.
type step struct {
	number  string // of the step, and its name
	engine  bool   // of the engine, else of the S3 server
	request string
	nth     int  // which one belongs to the step; last is the last one of a run
	body    bool // it has one, so that it can be half sent
}

// last stands for the number of the last request of a kind: those before it are as many as reconciling had questions.
const last = 0

// protocol are the steps of a run: discover, transform, commit, plan, stage, audit, fence, publish, verify and record,
// models. Reconciling, the eleventh, is killed in a run that finds something to reconcile.
func protocol() []step {
	return []step{
		{"1 discover", false, "LIST exports", 2, false},
		{"1 discover", false, "LIST manifests", 2, false},
		{"2 transform", false, "GET export", 1, false},
		{"3 commit", false, "PUT data", 1, true},
		{"3 commit", false, "PUT manifests", 1, true},
		{"4 plan", false, "PUT lease", 1, true},
		{"4 plan", false, "GET ledger raw", 2, false},
		{"5 stage", true, "create staging", 1, false},
		{"5 stage", false, "GET data", 1, false},
		{"5 stage", true, "load staging", 1, true},
		{"6 audit", true, "audit staging", 1, false},
		{"6 audit", true, "merge staging", 1, false},
		{"4 plan", false, "GET lease", 2, false},
		{"7 fence", false, "GET lease", 3, false},
		{"8 publish", false, "PUT ledger raw", 1, true},
		{"8 publish", true, "replace raw", 1, false},
		{"9 verify and record", true, "verify raw", last, false},
		{"9 verify and record", false, "PUT ledger raw", 2, true},
		{"9 verify and record", true, "drop staging", 1, false},
		{"10 models", true, "fill staging", 1, false},
		{"10 models", true, "test model", 1, false},
		{"10 models", false, "PUT ledger mart", 1, true},
		{"10 models", true, "replace mart", 1, false},
		{"10 models", false, "PUT ledger mart", 2, true},
		{"10 models", false, "PUT ledger mart", 3, true},
		{"10 models", true, "drop partition", 1, false},
		{"10 models", true, "create view", 1, false},
		{"10 models", true, "record run", 1, false},
		{"10 models", false, "PUT lease", 2, true},
	}
}

// steps kills at every step, before its effect, half way and after it.
func (w *world) steps(t *testing.T) {
	for _, kind := range []string{served, embedded} {
		t.Run(kind, func(t *testing.T) {
			l := w.newLane(t, kind)
			var all []attempt
			for _, s := range protocol() {
				if kind == embedded && (s.engine || !w.long) {
					continue
				}
				start, nth := l.lightest(s)
				s.nth = nth
				for _, a := range l.killsAt(s) {
					if !w.long {
						if start == touched {
							all = append(all, a)
						}
						continue
					}
					l.try(t, strings.ReplaceAll(fmt.Sprintf("%s %s", a.where, a.fault), " ", "_"), trial{class: "SIGKILL at a step", start: start, attempts: []attempt{a}})
				}
			}
			if !w.long && kind == served { // a crash loop: killed at one step after the other, never allowed to end
				l.try(t, "loop", trial{class: "SIGKILL at a step", start: touched, attempts: oneOfEach(all)})
			}
			l.reconciling(t)
		})
	}
}

// lightest is the smallest run that has the request, and the number that it has there.
func (l *lane) lightest(s step) (start string, nth int) {
	l.t.Helper()
	starts := []string{touched, loaded, nothing}
	if !l.long {
		starts = starts[:1]
	}
	for _, start := range starts {
		p := l.usually(start)
		counts := maps.Clone(p.store)
		maps.Copy(counts, p.engine)
		if n := counts[s.request]; n > 0 && n >= s.nth {
			return start, cmp.Or(s.nth, n)
		}
	}
	if l.long {
		l.t.Errorf("no run has request %d of %s", s.nth, s.request)
	}
	return nothing, max(s.nth, 1)
}

// killsAt are the attempts that kill at a step.
func (l *lane) killsAt(s step) []attempt {
	who := both // an embedded engine dies with the program
	if l.kind == served {
		who = alone
	}
	moments := []struct {
		name string
		do   func(*fault, *exchange)
	}{{"before", killBefore(who)}, {"after", killAfter(who)}, {"half way", killHalf(who)}}
	if !s.body {
		moments = moments[:2]
	}
	var out []attempt
	for _, m := range moments {
		f := &fault{request: s.request, nth: s.nth, do: m.do}
		a := attempt{fault: "killed " + m.name, where: fmt.Sprintf("%s: %s", s.number, s.request)}
		if s.engine {
			a.engine = []*fault{f}
		} else {
			a.store = []*fault{f}
		}
		out = append(out, a)
	}
	return out
}

// oneOfEach takes one attempt for each place, before and after in turn.
func oneOfEach(all []attempt) []attempt {
	var out []attempt
	seen := map[string]bool{}
	for i, a := range all {
		if !seen[a.where] && (i%2 == len(seen)%2 || i+1 == len(all) || all[i+1].where != a.where) {
			seen[a.where] = true
			a.mayMiss = true // what an earlier attempt has finished is not done again
			out = append(out, a)
		}
	}
	return out
}

// reconciling kills while a journalled publish is finished, after a kill in the middle of it.
func (l *lane) reconciling(t *testing.T) {
	who := both
	if l.kind == served {
		who = alone
	}
	const where = "11 reconcile"
	seconds := []attempt{
		{fault: "killed before", where: where + ": GET lease", store: []*fault{{request: "PUT lease", nth: 1, do: killAfter(who)}}},
		{fault: "killed before", where: where + ": PUT ledger", store: []*fault{{request: "PUT ledger raw", nth: 1, do: killBefore(who)}}},
		{fault: "killed after", where: where + ": PUT ledger", store: []*fault{{request: "PUT ledger raw", nth: 1, do: killAfter(who)}}},
	}
	if l.kind == served {
		seconds = append(seconds,
			attempt{fault: "killed before", where: where + ": replace raw", engine: []*fault{{request: "replace raw", nth: 1, do: killBefore(who)}}},
			attempt{fault: "killed after", where: where + ": replace raw", engine: []*fault{{request: "replace raw", nth: 1, do: killAfter(who)}}},
			attempt{fault: "killed after", where: where + ": drop staging", engine: []*fault{{request: "drop staging", nth: 1, do: killAfter(who)}}})
	}
	first := attempt{fault: "killed after", where: "8 publish: PUT ledger raw"}
	if !l.long {
		seconds = seconds[len(seconds)-1:]
		if l.kind == embedded {
			seconds = nil
		}
	}
	for _, second := range seconds {
		a := first
		a.store = []*fault{{request: "PUT ledger raw", nth: 1, do: killAfter(who)}}
		name := strings.ReplaceAll(second.where+" "+second.fault, " ", "_")
		l.try(t, name, trial{class: "SIGKILL at a step", start: touched, attempts: []attempt{a, second}})
	}
	// The embedded engine is busy with REPLACE PARTITION in the milliseconds after the journal was written.
	if l.kind == embedded {
		for _, ms := range []int{1, 3, 6, 10, 15, 25} {
			if !l.long && ms != 6 {
				continue
			}
			after := time.Duration(ms) * time.Millisecond
			a := attempt{fault: "killed during", where: "8 publish: replace raw", store: []*fault{{request: "PUT ledger raw", nth: 1, do: killSoon(both, after)}}}
			l.try(t, fmt.Sprintf("replace_%dms", ms), trial{class: "SIGKILL at a step", start: touched, attempts: []attempt{a}})
		}
	}
}
