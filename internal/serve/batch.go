package serve

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"waymark/internal/fault"
	"waymark/internal/pipeline"
	"waymark/internal/schedule"
	"waymark/load/lake"
)

// Waiting times between attempts at one window.
const (
	firstBackoff = 5 * time.Second
	maxBackoff   = 5 * time.Minute
)

// batch is one run over the sources that fell due together: the models are built once for all of them.
type batch struct {
	claimed []claimed
	done    chan struct{} // closed when report and err are set
	report  *pipeline.Report
	err     error
	status  *pipeline.Status
}

func (s *Service) start(ctx context.Context, stop <-chan struct{}, mine []claimed, now time.Time) {
	b := &batch{claimed: mine, done: make(chan struct{})}
	var names, windows []string
	for _, c := range mine {
		x := s.source(c.name)
		if !x.backlog {
			x.from = now // windows that come from now on overlap, while those of a backlog do not
		}
		x.backlog = c.more
		names = append(names, c.name)
		if window := c.window.UTC().Format(time.RFC3339); !slices.Contains(windows, window) {
			windows = append(windows, window)
		}
	}
	s.running = b
	phases := &stopwatch{metrics: s.metrics}
	go func() {
		defer func() {
			close(b.done)
			select {
			case s.wake <- struct{}{}:
			default:
			}
		}()
		b.report, b.err = s.Work.Run(ctx, names, strings.Join(windows, ","), stop, phases)
		phases.end()
		if status, err := s.Work.Status(ctx); err == nil {
			b.status = status
		}
	}()
}

// finish settles the windows of the batch that has ended.
func (s *Service) finish(ctx context.Context, now time.Time) {
	b := s.running
	s.running = nil
	s.metrics.count(b.report)
	s.know(b.status)
	runID := ""
	if b.report != nil {
		runID = b.report.RunID
	}
	for _, c := range b.claimed {
		x := s.source(c.name)
		x.till = now
		o := outcome{claimed: c, ScheduleWindow: lake.ScheduleWindow{Window: c.window, At: now, RunID: runID}}
		o.Outcome = s.judge(x, errorsOf(b.err, c.name, s.names()), now)
		s.metrics.runs.WithLabelValues(c.name, label(o.Outcome)).Inc()
		s.unsaved = append(s.unsaved, o)
	}
	if err := s.save(ctx, now); err != nil {
		s.notReady(err)
	}
}

// judge says what became of a window of x: "" means that it is to be tried again.
func (s *Service) judge(x *source, errs []error, now time.Time) string {
	log := s.Log.Warn().Str("source", x.plan.Source).Errs("problems", errs)
	switch {
	case len(errs) == 0:
		x.attempt, x.retry = 0, time.Time{}
		return lake.WindowDone
	case slices.ContainsFunc(errs, stopped) && all(errs, func(err error) bool { return stopped(err) || passing(err) }):
		return ""
	case slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, pipeline.ErrLeaseHeld) }):
		x.retry = now.Add(schedule.Longest)
		x.attempt = max(x.attempt, 1)
		log.Time("again", x.retry).Msg("another run holds the lease")
		return ""
	case all(errs, passing):
		x.attempt++
		x.retry = now.Add(min(firstBackoff<<min(x.attempt-1, 10), maxBackoff))
		log.Time("again", x.retry).Int("attempt", x.attempt).Msg("run failed for now")
		return ""
	}
	log.Msg("run failed")
	x.attempt, x.retry = 0, time.Time{}
	return lake.WindowFailed
}

// stopped tells that a run was asked to stop, or broken off.
func stopped(err error) bool {
	return errors.Is(err, pipeline.ErrStopped) || errors.Is(err, context.Canceled)
}

// passing tells an error that another attempt may be spared.
func passing(err error) bool { return fault.Is(err, fault.Transient) || fault.Is(err, fault.Conflict) }

func all(errs []error, is func(error) bool) bool {
	return !slices.ContainsFunc(errs, func(err error) bool { return !is(err) })
}

// errorsOf returns those of the joined errors that concern the named source: its own, and those of no other scheduled one.
func errorsOf(err error, name string, known []string) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, errorsOf(e, name, known)...)
		}
		return out
	}
	if of := sourceOf(err); of != "" && of != name && slices.Contains(known, of) {
		return nil
	}
	return []error{err}
}

func sourceOf(err error) string {
	for err != nil {
		var e *fault.Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Source != "" {
			return e.Source
		}
		err = e.Err
	}
	return ""
}
