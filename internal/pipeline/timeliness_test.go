package pipeline

import (
	"strings"
	"testing"
	"time"

	"waymark/configs"
	"waymark/load/lake"
)

func TestTimeliness(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 5, 1, h, m, 0, 0, time.UTC) }
	settled := func(h int, outcome string) []lake.ScheduleWindow {
		return []lake.ScheduleWindow{{Window: at(h, 0), At: at(h, 1), Outcome: outcome}}
	}
	for _, c := range []struct {
		name   string
		source configs.Source
		done   lake.ScheduleSource
		newest time.Time
		now    time.Time
		want   string // of the reasons, "" is none
		next   string
	}{
		{"no schedule, no objective", configs.Source{}, lake.ScheduleSource{}, time.Time{}, at(9, 0), "", ""},
		{"fresh", configs.Source{FreshWithin: "2h"}, lake.ScheduleSource{}, at(7, 30), at(9, 0), "", ""},
		{"stale", configs.Source{FreshWithin: "2h"}, lake.ScheduleSource{}, at(6, 30), at(9, 0), "the newest export is 2h30m old, fresh_within is 2h", ""},
		{"nothing", configs.Source{FreshWithin: "2h"}, lake.ScheduleSource{}, time.Time{}, at(9, 0), "nothing is loaded", ""},
		{"by hand", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{}, time.Time{}, at(9, 20), "", "10:00"},
		{"on time", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{Since: at(1, 30), Done: settled(9, lake.WindowDone), LastSuccess: at(9, 1)}, time.Time{}, at(9, 20), "", "10:00"},
		{"just due", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{Since: at(1, 30), Done: settled(8, lake.WindowDone)}, time.Time{}, at(9, 4), "", "10:00"},
		{"overdue", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{Since: at(1, 30), Done: settled(8, lake.WindowDone)}, time.Time{}, at(9, 6), "the run of 2026-05-01T09:00:00Z has not happened", "10:00"},
		{"run by hand since", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{Since: at(1, 30), Done: settled(8, lake.WindowDone), LastSuccess: at(9, 5)}, time.Time{}, at(9, 6), "", "10:00"},
		{"running", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{Since: at(1, 30), Claim: &lake.ScheduleClaim{Until: at(9, 8)}}, time.Time{}, at(9, 6), "", "10:00"},
		{"a dead claim", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{Since: at(1, 30), Claim: &lake.ScheduleClaim{Until: at(9, 1)}}, time.Time{}, at(9, 6), "has not happened", "10:00"},
		{"jitter is no delay", configs.Source{Schedule: "0 * * * *", Jitter: "20m"}, lake.ScheduleSource{Since: at(1, 30), Done: settled(8, lake.WindowDone)}, time.Time{}, at(9, 20), "", ""},
		{"failed", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{Since: at(1, 30), Done: settled(9, lake.WindowFailed), LastSuccess: at(8, 1)}, time.Time{}, at(9, 20), "the run of 2026-05-01T09:00:00Z failed", "10:00"},
		{"failed, then by hand", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{Since: at(1, 30), Done: settled(9, lake.WindowFailed), LastSuccess: at(9, 10)}, time.Time{}, at(9, 20), "", "10:00"},
		{"seen just now", configs.Source{Schedule: "0 * * * *"}, lake.ScheduleSource{Since: at(9, 1)}, time.Time{}, at(9, 30), "", "10:00"},
	} {
		c.source.Name = "web"
		got := timeliness(&c.source, c.done, c.newest, c.now)
		reasons := strings.Join(got.Overdue, "; ")
		if c.want == "" && reasons != "" || !strings.Contains(reasons, c.want) {
			t.Errorf("%s: overdue %q, want %q", c.name, reasons, c.want)
		}
		if next := got.NextRun.Format("15:04"); c.next != "" && next != c.next {
			t.Errorf("%s: next run %s, want %s", c.name, next, c.next)
		}
	}
}
