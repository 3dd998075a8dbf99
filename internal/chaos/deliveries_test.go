//go:build linux

package chaos

import (
	"slices"
	"testing"
	"time"
)

// delivery is a way in which exports come that is not the tidy one. It begins with an empty bucket or with all exports
// loaded, and ends with all exports in the bucket.
type delivery struct {
	name   string
	loaded bool
	do     func(l *lane, names []string)
	last   []string // flags of the last run
}

// allInOne is the one way of the short form.
const allInOne = "all truncated, in reverse order, a copy under another key; then whole, the copy deleted (--prune)"

func deliveryFaults() []delivery {
	return []delivery{
		{allInOne, true, everyWay, []string{"--prune"}},
		{"late and in reverse order, a run after every third", false, lateAndReversed, nil},
		{"every export truncated, later whole", false, truncatedFirst, nil},
		{"delivered again, unchanged", true, again, nil},
		{"a copy under another key, later deleted (--prune)", true, copied, []string{"--prune"}},
		{"corrected away and back", true, corrected, nil},
		{"deleted (--prune) and delivered again", true, deletedAndBack, nil},
	}
}

func (w *world) deliveries(t *testing.T) {
	l := w.newLane(t, embedded)
	for _, d := range deliveryFaults() {
		if w.long == (d.name == allInOne) {
			continue
		}
		l.sub(t, slug(d.name), func() {
			start := nothing
			if d.name == allInOne {
				start = touched
			}
			l.reset(start)
			names, err := exportNames(l.waves[1])
			l.must(err)
			switch {
			case start == touched:
			case d.loaded:
				l.mustRun()
			default:
				for _, n := range names {
					l.remove(n)
				}
			}
			d.do(l, names)
			l.recover([]entry{{class: "deliveries", fault: d.name, where: "all exports", start: start, kind: l.kind, code: "0 or 3"}}, d.last...)
		})
	}
}

// whole puts the export as it should be.
func (l *lane) whole(name string) { l.put(name, l.read(l.waves[1], name)) }

// runTolerant runs where sources may lack objects or have some in quarantine; it must not panic.
func (l *lane) runTolerant(args ...string) outcome {
	l.t.Helper()
	p := l.start(append([]string{"run"}, args...)...)
	o := p.wait(patience)
	l.check(p, o)
	if !slices.Contains([]int{0, 1, 3, 9}, o.code) {
		l.t.Errorf("exit code %d:\n%s", o.code, tail(o.stderr))
	}
	return o
}

func everyWay(l *lane, names []string) {
	slices.Reverse(names)
	for _, n := range names {
		data := l.read(l.waves[1], n)
		l.put(n, data[:len(data)*2/3])
	}
	const copied = "survey/responses-copy.csv"
	l.put(copied, lines(l.read(l.waves[1], "survey/responses.csv"), 9))
	l.runTolerant()
	l.remove(copied)
	for _, n := range names {
		l.whole(n)
	}
}

func lateAndReversed(l *lane, names []string) {
	slices.Reverse(names)
	for i, n := range names {
		l.whole(n)
		if i%3 == 2 {
			l.runTolerant()
		}
	}
}

func truncatedFirst(l *lane, names []string) {
	for _, n := range names {
		data := l.read(l.waves[1], n)
		l.put(n, data[:len(data)*2/3])
	}
	l.runTolerant()
	for _, n := range names {
		l.whole(n)
	}
}

func again(l *lane, names []string) {
	for _, n := range names {
		l.whole(n)
	}
	if o := l.runTolerant("--detailed-exit"); o.code != 9 && o.code != 0 {
		l.t.Errorf("exports delivered again: exit code %d, want 9", o.code)
	}
}

func copied(l *lane, names []string) {
	const original, copied = "survey/responses.csv", "survey/responses-copy.csv"
	l.put(copied, lines(l.read(l.waves[1], original), 9))
	l.runTolerant()
	l.remove(copied)
	l.runTolerant() // without --prune its rows stay
}

func corrected(l *lane, _ []string) {
	const days = 24 * time.Hour
	l.putAt(account, lines(l.read(l.waves[1], account), 5), 40*days)
	l.runTolerant()
	l.putAt(account, l.read(l.waves[1], account), 41*days) // its records carry versions of their own
}

func deletedAndBack(l *lane, names []string) {
	l.remove("survey/responses.csv")
	l.remove(names[0])
	l.runTolerant("--prune", "--accept-loss")
	l.whole("survey/responses.csv")
	l.whole(names[0])
}
