package schedule

import (
	"testing"
	"time"
)

func hourly(t *testing.T) Plan {
	t.Helper()
	s, err := Parse("0 * * * *", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return Plan{Source: "web", Schedule: s}
}

func TestPolicies(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 5, 1, h, m, 0, 0, time.UTC) }
	for _, c := range []struct {
		name   string
		change func(*Plan, *History)
		now    time.Time
		run    []int // hours
		passed int   // hour, 0 is none
		why    string
	}{
		{"on time", func(*Plan, *History) {}, at(4, 0), []int{4}, 0, ""},
		{"not yet", func(*Plan, *History) {}, at(3, 59), nil, 0, ""},
		{"last of many", func(*Plan, *History) {}, at(9, 30), []int{9}, 0, ""},
		{"all", func(p *Plan, _ *History) { p.Missed = MissedAll }, at(7, 30), []int{4, 5, 6, 7}, 0, ""},
		{"all but capped", func(p *Plan, _ *History) { p.Missed, p.Cap = MissedAll, 2 }, at(7, 30), []int{6, 7}, 0, ""},
		{"all, default cap", func(p *Plan, _ *History) { p.Missed = MissedAll }, at(20, 0), []int{11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, 0, ""},
		{"none", func(p *Plan, _ *History) { p.Missed = MissedNone }, at(7, 30), nil, 7, "missed"},
		{"none, on time", func(p *Plan, _ *History) { p.Missed = MissedNone }, at(7, 1), []int{7}, 0, ""},
		{"none, busy elsewhere", func(p *Plan, h *History) { p.Missed, h.Working = MissedNone, at(3, 30) }, at(4, 30), []int{4}, 0, ""},
		{"none, begun", func(p *Plan, h *History) { p.Missed, h.Begun = MissedNone, at(4, 0) }, at(4, 30), []int{4}, 0, ""},
		{"overlap", func(_ *Plan, h *History) { h.RanFrom, h.RanTill = at(3, 0), at(5, 10) }, at(5, 10), nil, 5, "overlap"},
		{"overlap, queued", func(p *Plan, h *History) { p.Overlap, h.RanFrom, h.RanTill = OverlapQueue, at(3, 0), at(5, 10) }, at(5, 10), []int{5}, 0, ""},
		{"overlap, queued, none", func(p *Plan, h *History) {
			p.Missed, p.Overlap, h.RanFrom, h.RanTill = MissedNone, OverlapQueue, at(3, 0), at(5, 10)
		}, at(5, 10), []int{5}, 0, ""},
		{"after the overlap", func(_ *Plan, h *History) { h.RanFrom, h.RanTill = at(3, 0), at(5, 10) }, at(6, 0), []int{6}, 0, ""},
		{"first seen just now", func(_ *Plan, h *History) { h.Settled, h.Since = nil, at(4, 10) }, at(4, 20), nil, 0, ""},
		{"settled again", func(_ *Plan, h *History) { h.Settled = append(h.Settled, at(4, 0)) }, at(4, 20), nil, 0, ""},
		{"settled in the future", func(_ *Plan, h *History) { h.Settled = append(h.Settled, at(9, 0)) }, at(4, 20), []int{4}, 0, ""},
	} {
		p, h := hourly(t), History{Since: at(1, 30), Settled: []time.Time{at(3, 0)}}
		c.change(&p, &h)
		d := p.Due(h, c.now)
		var hours []int
		for _, w := range d.Run {
			hours = append(hours, w.Hour())
		}
		if len(hours) != len(c.run) || d.Passed.Hour() != c.passed || d.Why != c.why || !d.Next.After(c.now) {
			t.Errorf("%s: run %v, passed %v (%s), next %v; want %v, %d (%s)", c.name, hours, d.Passed, d.Why, d.Next, c.run, c.passed, c.why)
			continue
		}
		for i := range hours {
			if hours[i] != c.run[i] {
				t.Errorf("%s: run %v, want %v", c.name, hours, c.run)
			}
		}
	}
}

func TestHistoryOfTheFuture(t *testing.T) {
	p := hourly(t)
	if d := p.Due(History{Since: simTill}, simFrom); !d.Restart || len(d.Run) > 0 {
		t.Errorf("got %+v, want to begin again", d)
	}
}

func TestJitter(t *testing.T) {
	p := hourly(t)
	p.Jitter = 10 * time.Minute
	seen := map[time.Duration]bool{}
	var least, most time.Duration = p.Jitter, 0
	for w, i := simFrom, 0; i < 1000; w, i = w.Add(time.Hour), i+1 {
		offset := p.Ripe(w).Sub(w)
		if offset < 0 || offset >= p.Jitter || p.Ripe(w.In(time.FixedZone("x", 3600))).Sub(w) != offset {
			t.Fatalf("offset %s of %s", offset, w)
		}
		seen[offset.Truncate(time.Second)] = true
		least, most = min(least, offset), max(most, offset)
	}
	if len(seen) < 300 || least > time.Minute || most < 9*time.Minute {
		t.Errorf("%d offsets from %s to %s: not spread", len(seen), least, most)
	}
	other := p
	other.Source = "tickets"
	if other.Ripe(simFrom).Equal(p.Ripe(simFrom)) {
		t.Error("two sources start together")
	}
	h := History{Since: simFrom.Add(-time.Minute)}
	ripe := p.Ripe(simFrom)
	if d := p.Due(h, ripe.Add(-time.Second)); len(d.Run) > 0 || !d.Next.Equal(ripe) {
		t.Errorf("before its time: %+v, want to look again at %s", d, ripe)
	}
	if d := p.Due(h, ripe); len(d.Run) != 1 {
		t.Errorf("at its time: %+v", d)
	}
}
