package schedule

import (
	"context"
	"time"
)

// Longest is the longest sleep of the loop: a timer does not run while a machine is suspended, and knows nothing of a
// clock that was set, so the wall clock is asked at least this often.
const Longest = 30 * time.Second

// Clock tells the time and wakes.
type Clock interface {
	Now() time.Time
	// Timer returns a channel that is sent to once d has passed, and a function that frees it.
	Timer(d time.Duration) (<-chan time.Time, func())
}

// System is the machine's clock. It gives wall time only: the monotonic reading stands still during a suspend.
type System struct{}

// Now returns the wall time.
func (System) Now() time.Time { return time.Now().Round(0) }

// Timer is time.NewTimer.
func (System) Timer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// Loop calls look at once, and then again when the time it returned has come, when wake is sent to, and after Longest
// in any case, until ctx ends.
func Loop(ctx context.Context, clock Clock, wake <-chan struct{}, look func(now time.Time) (again time.Time)) {
	for ctx.Err() == nil {
		now := clock.Now()
		sleep := Longest
		if again := look(now); !again.IsZero() {
			sleep = min(max(again.Sub(clock.Now()), time.Millisecond), Longest)
		}
		timer, stop := clock.Timer(sleep)
		select {
		case <-ctx.Done():
		case <-timer:
		case <-wake:
		}
		stop()
	}
}
