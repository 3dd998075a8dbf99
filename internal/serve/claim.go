package serve

import (
	"context"
	"time"

	"waymark/internal/schedule"
	"waymark/load/lake"
)

// claimed is one window of one source that this service runs.
type claimed struct {
	name   string
	window time.Time
	more   bool // later windows are due as well
}

// outcome settles a window, or gives up the claim to it when Outcome is "".
type outcome struct {
	claimed
	lake.ScheduleWindow
}

// claim decides what is due and takes it, in one compare-and-swap for all sources.
func (s *Service) claim(ctx context.Context, now time.Time) ([]claimed, error) {
	var mine []claimed
	doc, err := s.Lake.UpdateSchedule(ctx, func(doc *lake.Schedule) (bool, error) {
		mine = nil
		write := false
		for _, x := range s.sources {
			entry := doc.Sources[x.plan.Source]
			c, changed := s.decide(x, &entry, now)
			if changed {
				doc.Sources[x.plan.Source] = entry
				write = true
			}
			if c != nil {
				mine = append(mine, *c)
			}
		}
		return write, nil
	})
	if err != nil {
		return nil, err
	}
	for _, x := range s.sources {
		x.lastDone = doc.Sources[x.plan.Source].LastSuccess
	}
	return mine, nil
}

// decide applies the plan of x to its entry: it settles what is passed over and claims the oldest window that is due.
func (s *Service) decide(x *source, entry *lake.ScheduleSource, now time.Time) (c *claimed, changed bool) {
	if entry.Since.IsZero() {
		entry.Since, changed = now, true
	}
	d := x.plan.Due(s.history(x, entry), now)
	x.nextRun = d.Next
	if d.Restart {
		entry.Since = now
		return nil, true
	}
	if !d.Passed.IsZero() && len(d.Run) == 0 {
		entry.Settle(lake.ScheduleWindow{Window: d.Passed, At: now, Outcome: d.Why}, schedule.Keep)
		s.Log.Info().Str("source", x.plan.Source).Time("window", d.Passed).Msg("window passed over: " + d.Why)
		changed = true
	}
	if len(d.Run) == 0 {
		return nil, changed
	}
	window := d.Run[0]
	if !window.Equal(x.window) {
		x.window, x.attempt, x.retry = window, 0, time.Time{}
	}
	elsewhere := entry.Claim != nil && entry.Claim.Holder != s.Holder && entry.Claim.Until.After(now) &&
		!entry.Claim.Until.After(now.Add(2*claimTerm)) // one that runs further was made by a clock that is wrong
	if elsewhere || x.retry.After(now) && !x.retry.After(now.Add(maxBackoff)) {
		return nil, changed
	}
	entry.Claim = &lake.ScheduleClaim{Holder: s.Holder, Window: window, Until: now.Add(claimTerm)}
	return &claimed{name: x.plan.Source, window: window, more: len(d.Run) > 1}, true
}

func (s *Service) history(x *source, entry *lake.ScheduleSource) schedule.History {
	h := schedule.History{Since: entry.Since, RanFrom: x.from, RanTill: x.till, Working: s.working}
	for _, w := range entry.Done {
		h.Settled = append(h.Settled, w.Window)
	}
	if entry.Claim != nil {
		h.Begun = entry.Claim.Window
	} else if x.attempt > 0 {
		h.Begun = x.window
	}
	return h
}

// renew keeps the claims of the running batch.
func (s *Service) renew(ctx context.Context, now time.Time) {
	_, err := s.Lake.UpdateSchedule(ctx, func(doc *lake.Schedule) (bool, error) {
		write := false
		for _, c := range s.running.claimed {
			entry := doc.Sources[c.name]
			if entry.Claim != nil && entry.Claim.Holder == s.Holder {
				entry.Claim.Until = now.Add(claimTerm)
				doc.Sources[c.name] = entry
				write = true
			}
		}
		return write, nil
	})
	if err != nil {
		s.notReady(err)
		return
	}
	s.setState(nil)
}

// save writes the outcomes that the lake does not hold yet. Until it succeeds nothing else is begun.
func (s *Service) save(ctx context.Context, now time.Time) error {
	if len(s.unsaved) == 0 {
		return nil
	}
	_, err := s.Lake.UpdateSchedule(ctx, func(doc *lake.Schedule) (bool, error) {
		for _, o := range s.unsaved {
			entry := doc.Sources[o.name]
			if entry.Claim != nil && entry.Claim.Holder == s.Holder {
				entry.Claim = nil
			}
			if entry.Since.IsZero() {
				entry.Since = now
			}
			if o.Outcome != "" {
				entry.Settle(o.ScheduleWindow, schedule.Keep)
			}
			doc.Sources[o.name] = entry
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	s.unsaved = nil
	return nil
}
