//go:build linux

package chaos

import (
	"strings"
	"testing"
)

func engineMischief() []mischief {
	const data, reads = "load fill create replace merge", "audit verify test"
	return []mischief{
		{"connection cut before", cutBefore, ""},
		{"connection cut, answer lost", cutAfter, ""},
		{"half a body sent", cutHalf, "load"},
		{"half a body received", halfAnswer, reads},
		{"slow", slow, ""},
		{"error 241 (memory)", engineError(241, "MEMORY_LIMIT_EXCEEDED"), ""},
		{"error 242 (read-only)", engineError(242, "TABLE_IS_READ_ONLY"), data},
		{"error 243 (disk full)", engineError(243, "NOT_ENOUGH_SPACE"), data},
		{"error 241 after the effect", engineErrorAfter(241, "MEMORY_LIMIT_EXCEEDED"), data},
		{"200, nothing done", lie, "load fill replace merge drop"},
		{"200, then an error", failLate, data},
	}
}

// engineFaults breaks what the served engine answers, and kills the engine itself.
func (w *world) engineFaults(t *testing.T) {
	l := w.newLane(t, served)
	requests := []string{"create staging", "load staging", "audit staging", "replace raw", "verify raw", "drop staging", "fill staging", "test model", "replace mart", "record run"}
	const class = "ClickHouse"
	var once []attempt
	for _, r := range requests {
		for _, m := range engineMischief() {
			verb, _, _ := strings.Cut(r, " ")
			if m.to == "" || strings.Contains(m.to, verb) {
				once = append(once, attempt{fault: m.name, where: r, engine: []*fault{{request: r, nth: 1, do: m.do}}})
			}
		}
	}
	if !w.long {
		var some []attempt
		seen := map[string]bool{}
		for _, a := range once {
			if !seen[a.fault] && a.fault != "slow" {
				seen[a.fault] = true
				some = append(some, a)
			}
		}
		l.try(t, "each", trial{class: class, start: touched, attempts: some})
		l.engineDies(t, "replace raw", killAfterRestart)
		return
	}
	for _, a := range once {
		l.try(t, slug(a.where+" "+a.fault), trial{class: class, start: touched, attempts: []attempt{a}})
	}
	for _, r := range []string{"load staging", "replace raw", "fill staging", "replace mart"} {
		for _, m := range []mischief{{"connection cut, for good", cutBefore, ""}, {"error 241, for good", engineError(241, "MEMORY_LIMIT_EXCEEDED"), ""}} {
			a := attempt{fault: m.name, where: r, engine: []*fault{{request: r, nth: 1, lasts: true, do: m.do}}}
			l.try(t, slug(a.where+" "+a.fault), trial{class: class, start: touched, attempts: []attempt{a}})
		}
		l.engineDies(t, r, killBeforeRestart)
		l.engineDies(t, r, killAfterRestart)
	}
	slowLink := attempt{fault: "every answer slow", where: "all requests", engine: []*fault{{request: "any", nth: 1, lasts: true, do: slowAll}}}
	l.try(t, "slow_link", trial{class: class, start: touched, attempts: []attempt{slowLink}})
}

// The moments at which the served engine is killed; it is served again at once, elsewhere and with another password.
const (
	killBeforeRestart = "engine killed before"
	killAfterRestart  = "engine killed after"
)

func (l *lane) engineDies(t *testing.T, request, moment string) {
	f := &fault{request: request, nth: 1, do: func(_ *fault, x *exchange) {
		if moment == killAfterRestart {
			x.forward()
		}
		l.close()
		l.serve()
		x.abort()
	}}
	a := attempt{fault: moment, where: request, engine: []*fault{f}}
	l.try(t, slug(request+" "+moment), trial{class: "ClickHouse", start: touched, attempts: []attempt{a}})
}
