package pipeline

import (
	"context"
	"errors"
)

// ErrStopped means that a run was asked to stop and did so at a place where nothing is half done: all that was committed
// and published stays, the lease is released, and the next run goes on from there.
var ErrStopped = errors.New("stopped before the end")

// stopping reports whether Stop was closed. The publisher asks between batches of partitions and between models: what it
// has in hand it finishes.
func (r *Runner) stopping() bool {
	select {
	case <-r.Stop:
		return true
	default:
		return false
	}
}

// untilStop derives a context that ends when Stop is closed, for work that leaves nothing behind when it is broken off:
// an object has no effect before its manifest.
func (r *Runner) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if r.Stop != nil {
		go func() {
			select {
			case <-r.Stop:
				cancel(ErrStopped)
			case <-ctx.Done():
			}
		}()
	}
	return ctx, func() { cancel(nil) }
}
