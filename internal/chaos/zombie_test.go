//go:build linux

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"syscall"
	"testing"
	"time"

	"waymark/internal/object"
)

// zombies pauses a run at a step, lets its lease run out, lets another run take over and finish, and wakes the first
// one: it must publish nothing more and end with an error.
func (w *world) zombies(t *testing.T) {
	for _, kind := range []string{served, embedded} {
		if !w.long && kind == embedded {
			continue
		}
		t.Run(kind, func(t *testing.T) {
			l := w.newLane(t, kind)
			places := []step{
				{"8 publish", false, "PUT ledger raw", 1, false}, {"7 fence", false, "GET lease", 3, false}, {"4 plan", false, "PUT lease", 1, false},
				{"9 verify and record", false, "PUT ledger raw", 2, false}, {"10 models", false, "PUT ledger mart", 1, false}, {"10 models", false, "GET lease", 4, false},
			}
			if kind == served {
				places = append(places, step{"5 stage", true, "load staging", 1, false}, step{"8 publish", true, "replace raw", 1, false},
					step{"10 models", true, "fill staging", 1, false}, step{"10 models", true, "replace mart", 1, false})
			}
			starts := []string{touched, loaded}
			if !w.long {
				places = nil
			}
			for _, start := range starts {
				for _, s := range places {
					l.sub(t, slug(start+" "+s.request+" "+s.number), func() { l.zombie(start, s, false) })
				}
			}
			if kind == served {
				for _, r := range []string{"drop partition", "replace raw", "replace mart"} {
					if w.long || r == "drop partition" {
						l.sub(t, slug("delayed "+r), func() { l.zombie(touched, step{"8 publish", true, r, 1, false}, true) })
					}
				}
			}
		})
	}
}

func (l *lane) zombie(start string, s step, delayed bool) {
	l.t.Helper()
	l.reset(start)
	stopped, release := make(chan struct{}), make(chan struct{})
	what := "SIGSTOP, SIGCONT after another run"
	f := &fault{request: s.request, nth: s.nth, do: pause(stopped)}
	if delayed {
		what = "SIGSTOP, its statement arrives after another run published the opposite"
		f.do = delay(stopped, release)
	}
	if s.engine {
		l.arm(nil, []*fault{f})
	} else {
		l.arm([]*fault{f}, nil)
	}
	first := l.start("run")
	f.run.Store(first)
	select {
	case <-stopped:
	case <-first.ended:
		l.t.Fatalf("the run ended before it was paused: %s", tail(first.err.String()))
	}
	l.expireLease()
	l.arm(nil, nil)
	if delayed { // the correction is taken back, so that the other run publishes what the zombie is about to take away
		l.correct()
	}
	second := l.start("run").wait(patience)
	if second.code != 0 {
		l.t.Fatalf("the run that took over ended with exit code %d:\n%s", second.code, tail(second.stderr))
	}
	l.arm(nil, nil)
	close(release)
	first.signal(syscall.SIGCONT)
	o := first.wait(patience)
	l.check(first, o)
	if o.code == 0 && s.request != "PUT lease" { // paused before it took the lease it has lost none, and waits for its turn
		l.t.Errorf("the zombie ended with exit code 0 although its lease was taken: %s", tail(o.stdout))
	}
	l.sameAsClean() // without a run in between: the zombie changed nothing
	l.recover([]entry{{class: "paused while it holds the lease", fault: what, where: s.number + ": " + s.request,
		start: start, kind: l.kind, code: codeName(first, o)}})
}

// expireLease makes the lease run out, as time would.
func (l *lane) expireLease() {
	l.t.Helper()
	l.editLease(func(doc map[string]any) { doc["until"] = time.Now().Add(-time.Minute).UTC().Format(time.RFC3339) })
}

// editLease rewrites the lease past every proxy.
func (l *lane) editLease(edit func(map[string]any)) {
	l.t.Helper()
	bucket := l.bucket(lakeBucket)
	defer bucket.Close()
	body, _, err := bucket.Get(context.Background(), "lease.json")
	l.must(err)
	text, err := io.ReadAll(body)
	l.must(err)
	l.must(body.Close())
	doc := map[string]any{}
	l.must(json.Unmarshal(text, &doc))
	edit(doc)
	text, err = json.Marshal(doc)
	l.must(err)
	_, err = bucket.Put(context.Background(), "lease.json", bytes.NewReader(text), int64(len(text)), object.Condition{})
	l.must(err)
}
