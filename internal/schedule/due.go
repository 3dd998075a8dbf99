package schedule

import (
	"hash/fnv"
	"slices"
	"time"
)

// Missed says what becomes of windows that passed while nothing was there to run them.
type Missed string

// The policies.
const (
	MissedLast Missed = "last" // the newest one runs
	MissedAll  Missed = "all"  // every one runs, oldest first, the newest Cap of them
	MissedNone Missed = "none" // none runs
)

// Overlap says what becomes of windows that come while their own source is still being run.
type Overlap string

// The policies.
const (
	OverlapSkip  Overlap = "skip"  // they are passed over
	OverlapQueue Overlap = "queue" // they run afterwards, as many as Missed allows, the newest one in any case
)

// DefaultCap bounds how many windows MissedAll makes up for.
const DefaultCap = 10

// Keep is how many settled windows of a source a history should hold: enough for a clock that is set back by a day to find
// the windows it comes past again. One that is not found only runs again, which does nothing.
const Keep = 512

// Lateness is how late a window may be seen and still be on time: twice the longest sleep of the loop.
const Lateness = 2 * Longest

// Plan is a schedule with its policies.
type Plan struct {
	Source   string
	Schedule Schedule
	Missed   Missed        // "" is last
	Cap      int           // of MissedAll; 0 is DefaultCap
	Overlap  Overlap       // "" is skip
	Jitter   time.Duration // runs start up to this much after their window
}

// History is what is known of a source's windows.
type History struct {
	Since   time.Time   // when the source was first seen: windows up to then are none of ours
	Settled []time.Time // windows that ran or were passed over; any order
	Begun   time.Time   // a window that was begun and not finished; it is on time however late
	RanFrom time.Time   // the last run of the source in this process, and its end
	RanTill time.Time
	Working time.Time // since when this process has been at work without a pause; zero when it waited
}

// Decision says what to do about a source now.
type Decision struct {
	Run     []time.Time // windows to run, oldest first
	Passed  time.Time   // newest window to settle without a run; zero when there is none
	Why     string      // of Passed: missed or overlap
	Next    time.Time   // the next run, jitter included; zero when the expression never fires again
	Restart bool        // the history begins in the future, so the clock was moved: it should begin now
}

// Ripe returns when the window is to run. The jitter depends on the source and the window alone.
func (p Plan) Ripe(window time.Time) time.Time {
	if p.Jitter <= 0 {
		return window
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(p.Source + "\x00" + window.UTC().Format(time.RFC3339))) // a hash takes everything
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9 // FNV's low bits alone follow the last character
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return window.Add(time.Duration((x ^ x>>31) % uint64(p.Jitter)))
}

// Due decides what of the plan is to be done at now. Windows of the history are never due again; older windows than the newest
// settled one that has come are settled with it. Settled windows in the future, which a clock that ran ahead leaves behind, count when they come.
func (p Plan) Due(h History, now time.Time) Decision {
	if h.Since.After(now) {
		return Decision{Restart: true, Next: p.next(now)}
	}
	from := h.Since
	for _, w := range h.Settled {
		if !w.After(now) && w.After(from) {
			from = w
		}
	}
	d := Decision{Next: p.next(now)}
	limit := p.limit()
	for w := p.Schedule.Latest(now); w.After(from) && len(d.Run) < limit; w = p.Schedule.Latest(w.Add(-time.Nanosecond)) {
		if ripe := p.Ripe(w); ripe.After(now) {
			d.Next = earlier(d.Next, ripe)
			continue
		}
		if why := p.pass(h, w, now); why != "" {
			if d.Passed.IsZero() && len(d.Run) == 0 {
				d.Passed, d.Why = w, why
			}
			if why == "missed" {
				break // so are the older ones
			}
			continue
		}
		d.Run = append(d.Run, w)
		if p.Missed != MissedAll {
			break // the older ones are settled with it
		}
	}
	slices.Reverse(d.Run)
	return d
}

func (p Plan) limit() int {
	if p.Missed != MissedAll {
		return 1
	}
	if p.Cap <= 0 {
		return DefaultCap
	}
	return p.Cap
}

// pass says why a window that has come is not to run, "" when it is.
func (p Plan) pass(h History, w, now time.Time) string {
	if w.Equal(h.Begun) {
		return ""
	}
	ripe := p.Ripe(w)
	during := ripe.After(h.RanFrom) && !ripe.After(h.RanTill) && !h.RanTill.After(now)
	if during && p.Overlap != OverlapQueue {
		return "overlap"
	}
	if p.Missed != MissedNone || during {
		return ""
	}
	late := now.Add(-Lateness)
	if !h.Working.IsZero() && h.Working.Before(now) {
		late = earlier(late, h.Working.Add(-Lateness))
	}
	if ripe.Before(late) {
		return "missed"
	}
	return ""
}

func (p Plan) next(now time.Time) time.Time {
	w := p.Schedule.Next(now)
	if w.IsZero() {
		return w
	}
	return p.Ripe(w)
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
