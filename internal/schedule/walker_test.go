package schedule

import (
	"slices"
	"sync"
	"testing"
	"time"
)

var zones = []string{"America/New_York", "Europe/Warsaw", "Australia/Lord_Howe", "Asia/Kolkata"}

// cases pair expressions with what they mean, written by hand and not by the parser.
var cases = []struct {
	expression string
	named      func(d time.Time) bool // d is a local time, as if it were UTC
}{
	{"30 2 * * *", func(d time.Time) bool { return d.Hour() == 2 && d.Minute() == 30 }},
	{"15 2 * * *", func(d time.Time) bool { return d.Hour() == 2 && d.Minute() == 15 }},
	{"30 1 * * *", func(d time.Time) bool { return d.Hour() == 1 && d.Minute() == 30 }},
	{"45 1 * * *", func(d time.Time) bool { return d.Hour() == 1 && d.Minute() == 45 }},
	{"15 * * * *", func(d time.Time) bool { return d.Minute() == 15 }},
	{"*/20 * * * *", func(d time.Time) bool { return d.Minute()%20 == 0 }},
	{"0 0 * * *", func(d time.Time) bool { return d.Hour() == 0 && d.Minute() == 0 }},
	{"0 6 * * 1-5", func(d time.Time) bool {
		return d.Hour() == 6 && d.Minute() == 0 && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
	}},
	{"5 4 1,15 * 0", func(d time.Time) bool {
		return d.Hour() == 4 && d.Minute() == 5 && (d.Day() == 1 || d.Day() == 15 || d.Weekday() == time.Sunday)
	}},
	{"59 23 29 2 *", func(d time.Time) bool {
		return d.Hour() == 23 && d.Minute() == 59 && d.Month() == time.February && d.Day() == 29
	}},
}

var (
	simFrom = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	simTill = time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)
)

// walk goes through the two years minute by minute and notes when each case fires: the first time that a local time is
// seen, and at the end of a gap for every local time skipped in it.
func walk(zone *time.Location) [][]time.Time {
	if known, ok := walked.Load(zone.String()); ok {
		return known.([][]time.Time)
	}
	fires := make([][]time.Time, len(cases))
	asUTC := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, time.UTC)
	}
	reached := asUTC(simFrom.Add(-time.Minute).In(zone)) // the latest local time seen
	for t := simFrom; t.Before(simTill); t = t.Add(time.Minute) {
		local := asUTC(t.In(zone))
		for l := reached.Add(time.Minute); !l.After(local); l = l.Add(time.Minute) {
			for i, c := range cases {
				if c.named(l) && (len(fires[i]) == 0 || !fires[i][len(fires[i])-1].Equal(t)) {
					fires[i] = append(fires[i], t)
				}
			}
			reached = l
		}
	}
	walked.Store(zone.String(), fires)
	return fires
}

var walked sync.Map // by name of the zone: walking takes a second

func load(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Two years in four zones: Next finds every instant that the walker finds and no other, and Latest finds them backwards.
func TestAgainstMinuteWalker(t *testing.T) {
	for _, name := range zones {
		zone := load(t, name)
		want := walk(zone)
		for i, c := range cases {
			s, err := Parse(c.expression, zone)
			if err != nil {
				t.Fatal(err)
			}
			var forth, back []time.Time
			for at := s.Next(simFrom.Add(-time.Nanosecond)); at.Before(simTill); at = s.Next(at) {
				forth = append(forth, at.UTC())
			}
			for at := s.Latest(simTill.Add(-time.Nanosecond)); !at.Before(simFrom); at = s.Latest(at.Add(-time.Nanosecond)) {
				back = append(back, at.UTC())
			}
			slices.Reverse(back)
			differ(t, name+" "+c.expression+" forwards", forth, want[i])
			differ(t, name+" "+c.expression+" backwards", back, want[i])
		}
	}
}

func differ(t *testing.T, what string, got, want []time.Time) {
	t.Helper()
	if len(want) == 0 {
		t.Errorf("%s: the walker found nothing, so this compares nothing", what)
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !got[i].Equal(want[i]) {
			t.Errorf("%s: %d instants, want %d; the first difference is number %d: %v, want %v", what, len(got), len(want), i,
				got[i:min(i+1, len(got))], want[i:min(i+1, len(want))])
			return
		}
	}
}

// The days on which robfig/cron's own timer goes wrong.
func TestDaysTheClocksChange(t *testing.T) {
	for _, c := range []struct {
		zone, expression, from string
		want                   []string
	}{
		{"America/New_York", "30 2 * * *", "2026-03-07T12:00:00Z", []string{"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
		{"America/New_York", "30 1 * * *", "2026-11-01T00:00:00Z", []string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
		{"America/New_York", "30 1 * * *", "2026-11-01T06:10:00Z", []string{"2026-11-02T06:30:00Z"}},
		{"America/New_York", "*/30 2,3 * * *", "2026-03-08T06:00:00Z", []string{"2026-03-08T07:00:00Z", "2026-03-08T07:30:00Z", "2026-03-09T06:00:00Z"}},
		{"Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00:00Z", []string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
		{"Pacific/Apia", "0 12 30 12 *", "2011-12-01T00:00:00Z", []string{"2011-12-30T10:00:00Z"}}, // a day that never was
		{"UTC", "0 0 30 2 *", "2026-01-01T00:00:00Z", []string{"0001-01-01T00:00:00Z"}},
	} {
		s, err := Parse(c.expression, load(t, c.zone))
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			at = s.Next(at)
			if got := at.UTC().Format(time.RFC3339); got != want {
				t.Errorf("%s %s: %s, want %s", c.zone, c.expression, got, want)
			}
		}
	}
}

func TestEvery(t *testing.T) {
	s, err := Parse("@every 7s", nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.Next(time.Unix(1001, 5)), s.Next(time.Unix(1007, 0))
	if !a.Equal(b) || !s.Latest(a).Equal(a) || a.Unix()%7 != 0 {
		t.Errorf("two processes find %s and %s", a, b)
	}
	if got := s.Latest(time.Unix(-1, 0)).Unix(); got != -7 {
		t.Errorf("before 1970: %d", got)
	}
}
