package lake

import (
	"context"
	"fmt"
	"slices"
	"time"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// ScheduleFormat is the version of the schedule document this code writes and the newest it reads.
const ScheduleFormat = 1

// scheduleKey is the one document of a lake that says which windows ran.
const scheduleKey = "schedule/state.json"

// Schedule says what was done of the schedules of the sources. Fields are declared in the order of their JSON names.
type Schedule struct {
	Format  int                       `json:"format"`
	Sources map[string]ScheduleSource `json:"sources"`
}

// ScheduleSource is what was done of one source's schedule.
type ScheduleSource struct {
	Claim       *ScheduleClaim   `json:"claim,omitempty"`
	Done        []ScheduleWindow `json:"done,omitempty"` // settled windows in the order they were settled
	LastSuccess time.Time        `json:"last_success,omitzero"`
	Since       time.Time        `json:"since,omitzero"` // when a service first saw the source; zero when none has
}

// ScheduleClaim says who runs a window; it holds until its time.
type ScheduleClaim struct {
	Holder string    `json:"holder"`
	Until  time.Time `json:"until"`
	Window time.Time `json:"window"`
}

// The outcomes of a window.
const (
	WindowDone    = "done"
	WindowFailed  = "failed"  // and retrying would not have helped
	WindowMissed  = "missed"  // passed over, by the policy for missed windows
	WindowOverlap = "overlap" // passed over, as the source was still being run
)

// ScheduleWindow is one settled window.
type ScheduleWindow struct {
	At      time.Time `json:"at"`
	Outcome string    `json:"outcome"`
	RunID   string    `json:"run_id,omitempty"`
	Window  time.Time `json:"window"`
}

// Settle adds w to the windows of s, in place of an earlier outcome of the same window, and keeps the last keep of them.
func (s *ScheduleSource) Settle(w ScheduleWindow, keep int) {
	s.Done = slices.DeleteFunc(slices.Clone(s.Done), func(d ScheduleWindow) bool { return d.Window.Equal(w.Window) })
	s.Done = append(s.Done, w)
	if len(s.Done) > keep {
		s.Done = s.Done[len(s.Done)-keep:]
	}
	if w.Outcome == WindowDone && w.At.After(s.LastSuccess) {
		s.LastSuccess = w.At
	}
}

// ReadSchedule returns the schedule document and its ETag; an absent one is empty and has ETag "".
func (l *Lake) ReadSchedule(ctx context.Context) (Schedule, string, error) {
	data, info, err := l.get(ctx, scheduleKey)
	if fault.Is(err, fault.NotFound) {
		return Schedule{Format: ScheduleFormat, Sources: map[string]ScheduleSource{}}, "", nil
	}
	if err != nil {
		return Schedule{}, "", fmt.Errorf("read schedule: %w", err)
	}
	var s Schedule
	if err := decodeDocument(scheduleKey, data, ScheduleFormat, &s); err != nil {
		return Schedule{}, "", fmt.Errorf("read schedule: %w", err)
	}
	if s.Sources == nil {
		s.Sources = map[string]ScheduleSource{}
	}
	return s, info.ETag, nil
}

// UpdateSchedule reads the document, has change edit it and writes it on condition that nobody else did; when somebody
// did, it starts anew, so change may be called several times. Nothing is written when change returns false or an error.
func (l *Lake) UpdateSchedule(ctx context.Context, change func(*Schedule) (bool, error)) (Schedule, error) {
	const tries = 10
	for i := 1; ; i++ {
		s, etag, err := l.ReadSchedule(ctx)
		if err != nil {
			return s, err
		}
		write, err := change(&s)
		if err != nil || !write {
			return s, err
		}
		s.Format = ScheduleFormat
		data, err := encodeDocument(s)
		if err != nil {
			return s, err
		}
		// Equal bytes count as written here: a claim names its holder, so they cannot be another one's.
		_, err = l.swap(ctx, scheduleKey, data, object.Condition{IfAbsent: etag == "", IfMatch: etag})
		if err == nil {
			return s, nil
		}
		if !fault.Is(err, fault.Conflict) || i == tries {
			return s, fmt.Errorf("write schedule: %w", err)
		}
	}
}
