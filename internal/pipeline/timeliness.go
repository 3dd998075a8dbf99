package pipeline

import (
	"context"
	"fmt"
	"time"

	"waymark/configs"
	"waymark/load/lake"
)

// tolerance is how long after its time a scheduled run may begin before it is overdue: a service looks every half
// minute, and one that was killed is replaced within a few.
const tolerance = 5 * time.Minute

// Timeliness says whether a source is run when it should be and how old its data is.
type Timeliness struct {
	LastSuccess time.Time `json:"last_success,omitzero"` // of a run, by hand or by schedule
	NextRun     time.Time `json:"next_run,omitzero"`     // zero without a schedule
	Running     bool      `json:"running,omitempty"`     // a service is at it
	LagSeconds  float64   `json:"lag_seconds"`           // age of the newest object loaded, 0 when there is none
	FreshWithin float64   `json:"fresh_within_seconds,omitempty"`
	Overdue     []string  `json:"overdue,omitempty"` // why the source is behind; empty when it is not
}

// timeliness holds what was done of the source's schedule against what should have been.
func timeliness(c *configs.Source, done lake.ScheduleSource, newest, now time.Time) Timeliness {
	t := Timeliness{LastSuccess: done.LastSuccess, FreshWithin: c.Fresh().Seconds(),
		Running: done.Claim != nil && done.Claim.Until.After(now)}
	if !newest.IsZero() {
		t.LagSeconds = max(now.Sub(newest).Seconds(), 0)
	}
	if c.Fresh() > 0 && newest.IsZero() {
		t.Overdue = append(t.Overdue, "nothing is loaded")
	} else if lag := now.Sub(newest); c.Fresh() > 0 && lag > c.Fresh() {
		t.Overdue = append(t.Overdue, fmt.Sprintf("the newest export is %s old, fresh_within is %s", span(lag), span(c.Fresh())))
	}
	plan, ok := c.Plan()
	if !ok {
		return t
	}
	if next := plan.Schedule.Next(now); !next.IsZero() {
		t.NextRun = plan.Ripe(next).UTC()
	}
	if done.Since.IsZero() {
		return t // no service has seen the source: it is run by hand
	}
	var latest lake.ScheduleWindow
	for _, w := range done.Done {
		if !w.Window.After(now) && !w.Window.Before(latest.Window) {
			latest = w
		}
	}
	if latest.Outcome == lake.WindowFailed && latest.At.After(done.LastSuccess) {
		t.Overdue = append(t.Overdue, fmt.Sprintf("the run of %s failed", latest.Window.UTC().Format(time.RFC3339)))
	}
	due := plan.Schedule.Latest(now.Add(-tolerance - plan.Jitter))
	if due.After(done.Since) && due.After(latest.Window) && due.After(done.LastSuccess) && !t.Running {
		t.Overdue = append(t.Overdue, fmt.Sprintf("the run of %s has not happened (is waymark serve running?)", due.UTC().Format(time.RFC3339)))
	}
	return t
}

// span writes d to the minute, or to the second below one.
func span(d time.Duration) string {
	if d < time.Minute {
		return d.Round(time.Second).String()
	}
	d = d.Round(time.Minute)
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	text := d.String()
	return text[:len(text)-len("0s")]
}

// Overdue reports whether any source is behind its schedule or its objective.
func (s *Status) Overdue() bool {
	for i := range s.Sources {
		if len(s.Sources[i].Time.Overdue) > 0 {
			return true
		}
	}
	return false
}

// RecordSuccess notes, for status, that the sources of the report were run; the windows of a service are not touched.
func (r *Runner) RecordSuccess(ctx context.Context, report *Report) error {
	now := r.Now().UTC()
	_, err := r.Lake.UpdateSchedule(ctx, func(s *lake.Schedule) (bool, error) {
		write := false
		for _, of := range report.Sources {
			entry := s.Sources[of.Source]
			if now.After(entry.LastSuccess) {
				entry.LastSuccess, write = now, true
				s.Sources[of.Source] = entry
			}
		}
		return write, nil
	})
	return err
}
