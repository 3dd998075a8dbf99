//go:build linux

package chaos

import (
	"slices"
	"strings"
	"testing"
)

// mischief is one thing that a server or the way to it can do to a request.
type mischief struct {
	name string
	do   func(*fault, *exchange)
	to   string // methods it makes sense for, "" is all
}

func storeMischief() []mischief {
	return []mischief{
		{"connection cut before", cutBefore, ""},
		{"connection cut, answer lost", cutAfter, ""},
		{"half a body sent", cutHalf, "PUT"},
		{"half a body received", halfAnswer, "GET LIST"},
		{"slow", slow, ""},
		{"500", s3Error(500, "InternalError"), ""},
		{"500 after the effect", s3ErrorAfter(500, "InternalError"), "PUT"},
		{"503 SlowDown", s3Error(503, "SlowDown"), ""},
		{"412", s3Error(412, "PreconditionFailed"), "PUT"},
		{"412 after the effect", s3ErrorAfter(412, "PreconditionFailed"), "PUT"},
	}
}

// storeFaults breaks what the S3 server answers, once (a retry may help) and for good (it does not).
func (w *world) storeFaults(t *testing.T) {
	l := w.newLane(t, embedded)
	requests := []string{"LIST exports", "GET export", "PUT data", "PUT manifests", "GET lease", "PUT lease", "GET ledger raw", "PUT ledger raw", "GET data", "PUT ledger mart"}
	var once []attempt
	for _, r := range requests {
		for _, m := range storeMischief() {
			method, _, _ := strings.Cut(r, " ")
			if m.to != "" && !strings.Contains(m.to, method) {
				continue
			}
			once = append(once, attempt{fault: m.name, where: r, store: []*fault{{request: r, nth: 1, do: m.do}}})
		}
	}
	const class = "S3"
	if !w.long {
		// Many in one run, at different requests; then one that lasts.
		all := attempt{fault: "one after the other", where: "all requests", mayMiss: true}
		for i, m := range storeMischief() {
			if m.name != "slow" {
				all.store = append(all.store, &fault{what: m.name, request: "any", nth: 8 + 6*i, do: m.do})
			}
		}
		l.try(t, "any", trial{class: class, start: touched, attempts: []attempt{all}})
		once = slices.DeleteFunc(once, func(a attempt) bool { return a.where != "PUT ledger raw" || a.fault == "slow" })
		l.try(t, "ledger", trial{class: class, start: touched, attempts: once[:2]})
		return
	}
	for _, a := range once {
		l.try(t, slug(a.where+" "+a.fault), trial{class: class, start: touched, attempts: []attempt{a}})
	}
	for _, r := range []string{"LIST exports", "GET export", "PUT data", "PUT manifests", "PUT ledger raw", "GET lease"} {
		for _, m := range []mischief{{"connection cut, for good", cutBefore, ""}, {"500, for good", s3Error(500, "InternalError"), ""}, {"503 SlowDown, for good", s3Error(503, "SlowDown"), ""}} {
			a := attempt{fault: m.name, where: r, store: []*fault{{request: r, nth: 1, lasts: true, do: m.do}}}
			l.try(t, slug(a.where+" "+a.fault), trial{class: class, start: touched, attempts: []attempt{a}})
		}
	}
	slowLink := attempt{fault: "every answer slow", where: "all requests", store: []*fault{{request: "any", nth: 1, lasts: true, do: slowAll}}}
	l.try(t, "slow_link", trial{class: class, start: touched, attempts: []attempt{slowLink}})
}

func slug(text string) string {
	return strings.NewReplacer(" ", "_", ",", "", ":", "").Replace(text)
}
