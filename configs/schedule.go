package configs

import (
	"fmt"
	"time"

	"waymark/internal/fault"
	"waymark/internal/schedule"
)

// Bounds of what a schedule may ask for.
const (
	maxMissed = 1000
	maxJitter = 24 * time.Hour
)

// Plan returns the schedule of s with its policies; ok is false when it has none. Validate has checked it.
func (s *Source) Plan() (plan schedule.Plan, ok bool) {
	if s.Schedule == "" {
		return schedule.Plan{}, false
	}
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return schedule.Plan{}, false
	}
	parsed, err := schedule.Parse(s.Schedule, zone)
	if err != nil {
		return schedule.Plan{}, false
	}
	return schedule.Plan{Source: s.Name, Schedule: parsed, Missed: schedule.Missed(s.Missed), Cap: s.MissedCap,
		Overlap: schedule.Overlap(s.Overlap), Jitter: duration(s.Jitter)}, true
}

// Fresh returns within what time the newest export of s has to be loaded, 0 when it states none.
func (s *Source) Fresh() time.Duration { return duration(s.FreshWithin) }

// duration reads what Validate has checked.
func duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return d
}

func (v *problems) schedule(path string, s *Source) {
	if s.Schedule != "" {
		if _, err := schedule.Parse(s.Schedule, nil); err != nil {
			v.add(path+".schedule", err.Error(), fault.HintOf(err))
		}
	}
	switch schedule.Missed(s.Missed) {
	case "", schedule.MissedAll, schedule.MissedLast, schedule.MissedNone:
	default:
		v.add(path+".missed", fmt.Sprintf("unknown policy %q", s.Missed), "all, last or none")
	}
	if s.MissedCap < 0 || s.MissedCap > maxMissed {
		v.add(path+".missed_cap", fmt.Sprintf("must be from 0 to %d", maxMissed), "")
	} else if s.MissedCap > 0 && s.Missed != string(schedule.MissedAll) {
		v.add(path+".missed_cap", "bounds missed: all only", "write missed: all, or leave it out")
	}
	switch schedule.Overlap(s.Overlap) {
	case "", schedule.OverlapSkip, schedule.OverlapQueue:
	default:
		v.add(path+".overlap", fmt.Sprintf("unknown policy %q", s.Overlap), "skip or queue")
	}
	v.duration(path+".jitter", s.Jitter, maxJitter)
	v.duration(path+".fresh_within", s.FreshWithin, 0)
	for _, given := range []struct{ key, value string }{{"missed", s.Missed}, {"overlap", s.Overlap}, {"jitter", s.Jitter}} {
		if given.value != "" && s.Schedule == "" {
			v.add(path+"."+given.key, "has no effect without a schedule", "add schedule:")
		}
	}
}

// duration checks a duration that may be left out; a limit of 0 is none.
func (v *problems) duration(path, value string, limit time.Duration) {
	if value == "" {
		return
	}
	d, err := time.ParseDuration(value)
	switch {
	case err != nil:
		v.add(path, fmt.Sprintf("%q is not a duration", value), `write for example "90s", "15m" or "26h"`)
	case d <= 0:
		v.add(path, "must be longer than zero", "")
	case limit > 0 && d > limit:
		v.add(path, fmt.Sprintf("must be at most %s", limit), "")
	}
}
