// Package schedule reads cron expressions. It is the only importer of robfig/cron, whose parser it uses and whose
// timer it does not: that one skips and repeats runs where clocks change (docs/decisions, LOAD_PROTOCOL).
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
	spec       cron.Schedule
}

// Parse reads a cron expression with five fields (minute hour day-of-month month day-of-week), or @hourly, @daily,
// @weekly, @monthly, @yearly, @every DURATION. The zone is given apart from it, so CRON_TZ= and TZ= are refused.
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
	if fields, ok := spec.(*cron.SpecSchedule); ok && zone != nil {
		fields.Location = zone
	}
	return Schedule{expression: trimmed, spec: spec}, nil
}

// String returns the expression as it was given.
func (s Schedule) String() string { return s.expression }

// Next returns the first instant after t at which the expression fires, the zero time when it never does.
func (s Schedule) Next(t time.Time) time.Time { return s.spec.Next(t) }
