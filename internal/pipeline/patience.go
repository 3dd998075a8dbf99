package pipeline

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"waymark/internal/fault"
	"waymark/load/clickhouse"
)

// Pauses between two tries of one step double from the first to the longest, and half of each is at random, so that
// several runs do not come back together.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// patience is what a run may still spend on trying again what failed for a passing reason: its pauses and the tries that
// fail too. It is shared by everything the run does, so that a service which is down ends the run in bounded time
// however many objects and partitions there are. Only the kind of an error counts.
type patience struct {
	mu   sync.Mutex
	left time.Duration
}

// again runs step until it succeeds, fails for good, or patience is used up; the error is the last one.
func (r *Runner) again(ctx context.Context, what string, step func() error) error {
	err := step()
	passes := func() bool { return fault.Is(err, fault.Transient) && !errors.Is(err, clickhouse.ErrGone) }
	for pause := firstPause; passes() && ctx.Err() == nil && !r.stopping(); pause = min(2*pause, longestPause) {
		d := pause/2 + rand.N(pause/2)
		if !r.patience.spend(d) {
			return err
		}
		r.Log.Warn().Err(err).Str("step", what).Dur("pause", d).Msg("tried again")
		if !r.wait(ctx, d) {
			return err
		}
		started := time.Now()
		if err = step(); err != nil {
			r.patience.spend(time.Since(started))
		}
	}
	return err
}

// spend takes d off; it reports whether there was that much.
func (p *patience) spend(d time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left < d {
		p.left = 0
		return false
	}
	p.left -= d
	return true
}

// wait reports whether d passed before the run was broken off or asked to stop.
func (r *Runner) wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-r.Stop:
	}
	return false
}
