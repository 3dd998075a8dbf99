package schedule

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// lengthy is a run's duration: it depends on the window alone, so that the oracle finds the same. Some take longer than the
// time between windows, some than a night.
func lengthy(w time.Time) time.Duration {
	switch n := w.Unix() / 60 % 11; n {
	case 0:
		return 9 * time.Hour
	case 3, 7:
		return 50 * time.Minute
	default:
		return time.Duration(n) * time.Minute
	}
}

// machine is when the computer sleeps, and how long what runs on it takes then.
type machine []spell

// spell is a time when the machine sleeps.
type spell struct{ from, till time.Time }

// awake is t, or the end of the spell that t lies in.
func (m machine) awake(t time.Time) time.Time {
	for _, s := range m {
		if !t.Before(s.from) && t.Before(s.till) {
			return s.till
		}
	}
	return t
}

// finish is when work of d begun at t ends: it stands still while the machine sleeps.
func (m machine) finish(t time.Time, d time.Duration) time.Time {
	end := t.Add(d)
	for _, s := range m {
		if s.from.After(t) && !s.from.After(end) {
			end = end.Add(s.till.Sub(s.from))
		}
	}
	return end
}

// live plays one source of a service: it asks Due whenever the source is idle and Due said that something may be due.
func live(p Plan, from, till time.Time, m machine) (ran []start) {
	h := History{Since: from}
	settle := func(w time.Time) {
		h.Settled = append(h.Settled, w)
		if len(h.Settled) > Keep {
			h.Settled = slices.Clone(h.Settled[Keep/2:])
		}
	}
	for now := from; now.Before(till); {
		d := p.Due(h, now)
		if !d.Passed.IsZero() && len(d.Run) == 0 {
			settle(d.Passed)
		}
		if len(d.Run) > 0 {
			w := d.Run[0]
			ran = append(ran, start{w, now})
			settle(w)
			h.RanFrom, h.RanTill = now, m.finish(now, lengthy(w))
			now = h.RanTill
			continue
		}
		if !d.Next.After(now) {
			return ran
		}
		now = m.awake(d.Next)
	}
	return ran
}

type start struct{ window, at time.Time }

// oracle plays the rules as LOAD_PROTOCOL states them, over the windows that the walker found: it knows nothing of Due.
//
// A window is ready at its time plus its jitter. While the source runs, skip drops what gets ready and queue keeps the newest.
// An idle source runs what is ready. Windows that got ready while the machine was off are missed: last runs the newest one, none
// drops those more than Lateness old.
func oracle(p Plan, windows []time.Time, till time.Time, m machine) (ran []start) {
	begun, free := time.Time{}, time.Time{} // the run before, from and till
	for i := 0; i < len(windows); {
		at := m.awake(p.Ripe(windows[i]))
		if at.Before(free) {
			at = free
		}
		if !at.Before(till) {
			return ran
		}
		// Of all that is ready by then, the newest one stands for the others.
		newest := i
		for newest+1 < len(windows) && !p.Ripe(windows[newest+1]).After(at) {
			newest++
		}
		i = newest + 1
		for k := newest; k >= 0 && (len(ran) == 0 || windows[k].After(ran[len(ran)-1].window)); k-- {
			r := p.Ripe(windows[k])
			during := !begun.IsZero() && r.After(begun) && !r.After(free)
			if during && p.Overlap == OverlapSkip {
				continue
			}
			if p.Missed == MissedNone && !during && at.Sub(r) > Lateness {
				break
			}
			ran = append(ran, start{windows[k], at})
			begun, free = at, m.finish(at, lengthy(windows[k]))
			break
		}
	}
	return ran
}

// Two years in four zones with runs that take from a minute to a night, over both changes of the clocks, with suspends in the
// midst of them: what runs, and when it begins, is what the oracle says.
func TestOverlapOverTwoYears(t *testing.T) {
	var m machine
	for day := simFrom.AddDate(0, 0, 9); day.Before(simTill); day = day.AddDate(0, 0, 17) {
		m = append(m, spell{day.Add(47 * time.Minute), day.Add(13*time.Hour + 11*time.Second)})
	}
	for _, name := range zones {
		zone := load(t, name)
		walked := walk(zone)
		for _, n := range []int{0, 2, 4} {
			s, err := Parse(cases[n].expression, zone)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []Plan{
				{Missed: MissedLast, Overlap: OverlapSkip}, {Missed: MissedLast, Overlap: OverlapQueue},
				{Missed: MissedNone, Overlap: OverlapSkip}, {Missed: MissedLast, Overlap: OverlapSkip, Jitter: 7 * time.Minute},
			} {
				p.Source, p.Schedule = "web", s
				what := fmt.Sprintf("%s %s %s %s %s", name, cases[n].expression, p.Missed, p.Overlap, p.Jitter)
				from := simFrom.Add(-time.Second)
				got := live(p, from, simTill, m)
				want := oracle(p, walked[n], simTill, m)
				compare(t, what, got, want)
				if len(want) < 500 || n == 4 && len(want) > len(walked[n])*9/10 {
					t.Errorf("%s: %d of %d windows ran: the test shows nothing", what, len(want), len(walked[n]))
				}
			}
		}
	}
}

func compare(t *testing.T, what string, got, want []start) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !got[i].window.Equal(want[i].window) || !got[i].at.Equal(want[i].at) {
			t.Errorf("%s: %d runs, want %d; number %d is %v, want %v", what, len(got), len(want), i, got[i:min(i+1, len(got))], want[i:min(i+1, len(want))])
			return
		}
	}
}
