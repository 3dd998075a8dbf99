package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"waymark/internal/fault"
)

// Schedule says when a source is due.
type Schedule struct {
	expression string
	zone       *time.Location
	fields     fields
	every      time.Duration // of @every; the fields are unused then
}

// Parse reads a cron expression with five fields (minute hour day-of-month month day-of-week), or @hourly, @daily,
// @weekly, @monthly, @yearly, @every DURATION. The zone is given apart from it (nil is UTC), so CRON_TZ= and TZ= are refused.
// Errors are of kind Invalid.
func Parse(expression string, zone *time.Location) (s Schedule, err error) {
	trimmed := strings.TrimSpace(expression)
	if trimmed == "" {
		return Schedule{}, fault.New(fault.Invalid, "the expression is empty")
	}
	if strings.HasPrefix(trimmed, "CRON_TZ=") || strings.HasPrefix(trimmed, "TZ=") {
		return Schedule{}, &fault.Error{Kind: fault.Invalid, Err: errors.New("a zone inside the expression"), Hint: "write it under timezone:"}
	}
	defer func() { // the library panics on some malformed expressions
		if p := recover(); p != nil {
			s, err = Schedule{}, fault.New(fault.Invalid, "cannot be read as a cron expression")
		}
	}()
	spec, err := cron.ParseStandard(trimmed)
	if err != nil {
		return Schedule{}, &fault.Error{Kind: fault.Invalid, Err: fmt.Errorf("not a cron expression: %w", err),
			Hint: `five fields: minute hour day-of-month month day-of-week, e.g. "15 * * * *"`}
	}
	if zone == nil {
		zone = time.UTC
	}
	s = Schedule{expression: trimmed, zone: zone}
	switch spec := spec.(type) {
	case *cron.SpecSchedule:
		s.fields = fields{minute: spec.Minute, hour: spec.Hour, dom: spec.Dom, month: spec.Month, dow: spec.Dow}
	case cron.ConstantDelaySchedule:
		s.every = spec.Delay
	default:
		return Schedule{}, fault.New(fault.Invalid, "cannot be read as a cron expression")
	}
	return s, nil
}

// String returns the expression as it was given.
func (s Schedule) String() string { return s.expression }

// Next returns the first instant after t at which the expression fires, the zero time when it never does. The instants
// of @every are the multiples of its duration since 1970, so that every process finds the same ones.
func (s Schedule) Next(t time.Time) time.Time {
	if s.every > 0 {
		return s.multiple(t).Add(s.every)
	}
	w := wallOf(t.In(s.zone))
	for ok := s.fields.seek(&w, 1); ok; ok = s.fields.seek(&w, 1) {
		if at := w.instant(s.zone); at.After(t) {
			return at
		}
		w.minutes++
	}
	return time.Time{}
}

// Latest returns the last instant not after t at which the expression fires, the zero time when there is none.
func (s Schedule) Latest(t time.Time) time.Time {
	if s.every > 0 {
		return s.multiple(t)
	}
	local := t.In(s.zone)
	w := wallOf(local)
	// Where the clocks have just gone back, times later than this one have been.
	if begin, _ := local.ZoneBounds(); !begin.IsZero() {
		if before := wallOf(begin.Add(-time.Nanosecond).In(s.zone)); before.after(w) {
			w = before
		}
	}
	for ok := s.fields.seek(&w, -1); ok; ok = s.fields.seek(&w, -1) {
		if at := w.instant(s.zone); !at.After(t) {
			return at
		}
		w.minutes--
	}
	return time.Time{}
}

// multiple returns the greatest multiple of s.every since 1970 that is not after t.
func (s Schedule) multiple(t time.Time) time.Time {
	step := int64(s.every / time.Second) // the parser rounds to seconds and up to one
	n := t.Unix()
	return time.Unix(n-(n%step+step)%step, 0).UTC()
}
