package schedule

import (
	"context"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// simulated is a clock whose timers fire at once and move the time; each of its moves happens once, when its time has come.
type simulated struct {
	now   time.Time
	till  time.Time
	stop  context.CancelFunc
	moves []move
	sleep time.Duration // the longest one
	fired chan time.Time
}

// move sets the clock forth or back when it shows at or later: a suspend and a jump forward look the same.
type move struct {
	at time.Time
	by time.Duration
}

func (c *simulated) Now() time.Time { return c.now }

func (c *simulated) Timer(d time.Duration) (<-chan time.Time, func()) {
	c.sleep = max(c.sleep, d)
	c.now = c.now.Add(d)
	if len(c.moves) > 0 && !c.now.Before(c.moves[0].at) {
		c.now = c.now.Add(c.moves[0].by)
		c.moves = c.moves[1:]
	}
	if !c.now.Before(c.till) {
		c.stop()
	}
	if c.fired == nil {
		c.fired = make(chan time.Time, 1)
	}
	select {
	case c.fired <- c.now:
	default: // the last one was not waited for
	}
	return c.fired, func() {}
}

// outcome is what a simulated service did with one source.
type outcome struct {
	history History
	runs    []time.Time
	at      []time.Time // of the runs, by the clock
}

// simulate runs a service over the plans; a run takes no time.
func simulate(t *testing.T, clock *simulated, plans []Plan) []outcome {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clock.stop = cancel
	out := make([]outcome, len(plans))
	next := make([]time.Time, len(plans))
	last := clock.now
	for i := range out {
		out[i].history.Since = clock.now
	}
	Loop(ctx, clock, nil, func(now time.Time) time.Time {
		again := time.Time{}
		moved := now.Before(last) || now.Sub(last) > Longest
		last = now
		for i, p := range plans {
			// Asking at every wake would give the same; this keeps two years short.
			if moved || next[i].IsZero() || !now.Before(next[i]) {
				d := p.Due(out[i].history, now)
				next[i] = d.Next
				o := &out[i]
				if d.Restart {
					o.history.Since = now
				}
				for _, w := range d.Run {
					o.runs, o.at = append(o.runs, w), append(o.at, now)
					o.settle(w)
				}
				if !d.Passed.IsZero() {
					o.settle(d.Passed)
				}
				if second := p.Due(o.history, now); len(second.Run) > 0 {
					t.Fatalf("%s %s: due again at once", p.Source, p.Schedule)
				}
			}
			again = earlier(again, next[i])
		}
		return again
	})
	if clock.sleep == 0 || clock.sleep > Longest {
		t.Errorf("slept for %s", clock.sleep)
	}
	return out
}

func (o *outcome) settle(w time.Time) {
	o.history.Settled = append(o.history.Settled, w)
	if len(o.history.Settled) > Keep {
		o.history.Settled = slices.Clone(o.history.Settled[Keep/2:])
	}
}

func plans(t *testing.T, zone *time.Location, missed Missed, limit int) []Plan {
	t.Helper()
	var out []Plan
	for _, c := range cases {
		s, err := Parse(c.expression, zone)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Plan{Source: c.expression, Schedule: s, Missed: missed, Cap: limit})
	}
	return out
}

// TestTwoYears lives through two years in four zones, awake throughout: every window that the walker finds runs once, within
// Longest of its time.
func TestTwoYears(t *testing.T) {
	for _, name := range zones {
		zone := load(t, name)
		want := walk(zone)
		clock := &simulated{now: simFrom.Add(-time.Second), till: simTill}
		for i, o := range simulate(t, clock, plans(t, zone, MissedNone, 0)) {
			differ(t, name+" "+cases[i].expression, o.runs, want[i])
			for k := range o.runs {
				if late := o.at[k].Sub(o.runs[k]); late < 0 || late > Longest {
					t.Fatalf("%s %s: window %s ran %s late", name, cases[i].expression, o.runs[k], late)
				}
			}
		}
	}
}

// upheavals are suspends and clocks that are set, over both changes to daylight saving in each hemisphere.
func upheavals() []move {
	day := func(m time.Month, d, h int) time.Time { return time.Date(2027, m, d, h, 7, 0, 0, time.UTC) }
	return []move{
		{day(2, 3, 1), 9 * time.Hour}, {day(3, 14, 3), 30 * time.Hour}, {day(3, 27, 20), 8 * time.Hour}, {day(4, 3, 10), 10 * time.Hour},
		{day(5, 5, 5), -3 * time.Hour}, {day(6, 1, 0), -26 * time.Hour}, {day(7, 1, 0), 40 * 24 * time.Hour}, {day(10, 2, 12), 11 * time.Hour},
		{day(10, 30, 22), 6 * time.Hour}, {day(11, 7, 3), 5 * time.Hour}, {day(11, 7, 9), -4 * time.Hour}, {day(12, 1, 0), 90 * time.Minute},
	}
}

// TestUpheavals suspends the machine and sets its clock. No window runs twice; with "all" none is lost; with "last" those
// lost are the ones that a later one made up for.
func TestUpheavals(t *testing.T) {
	till := simFrom.AddDate(1, 1, 0)
	for _, name := range zones {
		zone := load(t, name)
		want := walk(zone)
		for _, missed := range []Missed{MissedAll, MissedLast, MissedNone} {
			clock := &simulated{now: simFrom.Add(-time.Second), till: till, moves: upheavals()}
			out := simulate(t, clock, plans(t, zone, missed, 5000))
			for i, o := range out {
				what := name + " " + cases[i].expression + " " + string(missed)
				expected := slices.DeleteFunc(slices.Clone(want[i]), func(w time.Time) bool { return !w.Before(till) })
				ran := slices.Clone(o.runs)
				slices.SortFunc(ran, time.Time.Compare)
				for k := range ran {
					if k > 0 && ran[k].Equal(ran[k-1]) {
						t.Fatalf("%s: window %s ran twice", what, ran[k])
					}
					if _, ok := slices.BinarySearchFunc(expected, ran[k], time.Time.Compare); !ok {
						t.Fatalf("%s: %s is no window", what, ran[k])
					}
				}
				switch missed {
				case MissedAll:
					if len(ran) != len(expected) {
						t.Errorf("%s: %d windows ran, want %d", what, len(ran), len(expected))
					}
				case MissedLast:
					checkLast(t, what, expected, ran, &o)
				case MissedNone:
					for k := range o.runs {
						if o.at[k].Sub(o.runs[k]) > Lateness {
							t.Fatalf("%s: window %s ran at %s", what, o.runs[k], o.at[k])
						}
					}
				}
				if len(expected) > 100 && missed != MissedAll && len(ran) == len(expected) {
					t.Errorf("%s: nothing was missed, so the test shows nothing", what)
				}
			}
		}
	}
}

// checkLast: whenever a window did not run, a later one ran in its place at the moment the machine woke.
func checkLast(t *testing.T, what string, expected, ran []time.Time, o *outcome) {
	t.Helper()
	for _, w := range expected {
		if _, ok := slices.BinarySearchFunc(ran, w, time.Time.Compare); ok {
			continue
		}
		made := slices.IndexFunc(o.runs, func(r time.Time) bool { return r.After(w) })
		if made < 0 {
			t.Fatalf("%s: window %s never ran and nothing made up for it", what, w)
		}
		if between := slices.ContainsFunc(expected, func(x time.Time) bool { return x.After(o.runs[made]) && !x.After(o.at[made]) }); between {
			t.Fatalf("%s: %s was not the newest window at %s", what, o.runs[made], o.at[made])
		}
	}
}

// A clock that ran a year ahead and was put right stops nothing.
func TestClockAheadAndBack(t *testing.T) {
	s, err := Parse("0 * * * *", nil)
	if err != nil {
		t.Fatal(err)
	}
	begin := simFrom.Add(-time.Second)
	clock := &simulated{now: begin, till: simTill, moves: []move{
		{simFrom.Add(5*time.Hour + time.Minute), 365 * 24 * time.Hour},
		{simFrom.Add(365*24*time.Hour + 7*time.Hour + time.Minute), -365 * 24 * time.Hour},
	}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clock.stop = cancel
	p, h := Plan{Source: "s", Schedule: s}, History{Since: begin}
	var runs []time.Time
	Loop(ctx, clock, nil, func(now time.Time) time.Time {
		d := p.Due(h, now)
		runs = append(runs, d.Run...)
		h.Settled = append(h.Settled, d.Run...)
		if len(clock.moves) == 0 && now.After(simFrom.Add(10*time.Hour+time.Minute)) {
			cancel()
		}
		return d.Next
	})
	var hours []int
	for _, r := range runs {
		hours = append(hours, int(r.Sub(simFrom).Hours()))
	}
	const year = 365 * 24
	if want := []int{0, 1, 2, 3, 4, 5, year + 5, year + 6, year + 7, 7, 8, 9, 10}; !slices.Equal(hours, want) {
		// The clock goes back at one minute past seven: the window of six is among those that the one of seven makes up for.
		t.Errorf("ran at hours %v, want %v", hours, want)
	}
}

func TestLoopWakes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	wake, looks := make(chan struct{}, 1), 0
	wake <- struct{}{}
	Loop(ctx, never{}, wake, func(time.Time) time.Time {
		if looks++; looks == 2 {
			cancel()
		}
		return time.Time{}
	})
	if looks != 2 {
		t.Errorf("%d looks, want 2", looks)
	}
}

// never is a clock whose timers do not fire.
type never struct{}

func (never) Now() time.Time                                 { return simFrom }
func (never) Timer(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }
