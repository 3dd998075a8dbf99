package pipeline

import (
	"context"

	"waymark/load/lake"
)

// Replay is a run that also reads the objects again which have rejected records or were quarantined, although neither
// they nor the rules changed: for a fix that no fingerprint shows. What is rejected again stays rejected.
func (r *Runner) Replay(ctx context.Context, names []string) (*Report, error) {
	r.Scope.redo = func(it Item) Reason {
		if it.Reason != Superseded && (it.Manifest.Rejects > 0 || it.Manifest.Status == lake.Quarantined) {
			return Retried
		}
		return ""
	}
	return r.Run(ctx, names)
}
