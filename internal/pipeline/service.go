package pipeline

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// LeaseState says who publishes.
type LeaseState struct {
	Epoch  int64 // of the present or the last holder, 0 before the first one
	Holder string
	Until  time.Time
}

// Held reports whether somebody holds the lease at now.
func (l LeaseState) Held(now time.Time) bool { return l.Until.After(now) }

// Mine reports whether a run of this process is the holder.
func (l LeaseState) Mine() bool { return strings.HasPrefix(l.Holder, Process()+"/") }

// Process names this process among the holders of leases: host/pid.
func Process() string {
	host, _ := os.Hostname() // a nameless host still has process ids
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// LeaseState reads the lease without taking it.
func (r *Runner) LeaseState(ctx context.Context) (LeaseState, error) { return r.leases().State(ctx) }

func (r *Runner) leases() Leases {
	if r.Leases != nil {
		return r.Leases
	}
	return objectLeases{r.LakeObjects, r.Now}
}

// Recover finishes what a crash left half published, without reading any export: what was journalled is replayed and what
// differs from the lake is built again. It does nothing (a nil report) when nothing was left.
func (r *Runner) Recover(ctx context.Context) (*Report, error) {
	left := 0
	for _, name := range []string{rawLedger, martLedger} {
		ledger, _, err := r.Lake.ReadLedger(ctx, name)
		if err != nil {
			return nil, err
		}
		left += len(ledger.Intents)
	}
	if left == 0 {
		return nil, nil
	}
	report := r.begin()
	var c holdings
	if err := r.others(ctx, nil, &c); err != nil {
		return report, err
	}
	return report, r.publish(ctx, c, nil, nil, report)
}
