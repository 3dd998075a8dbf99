package pipeline

import (
	"context"
	"io"
	"time"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
)

// renewAfter is the age from which on a data file that is there already is written once more. It is well below gc's
// grace: an orphan that a new manifest is about to name must not look like garbage.
const renewAfter = time.Hour

// renewing is the lake as a transform writes it.
type renewing struct {
	store.Store
	now clock
}

// Put writes a new object; one that is there already and old is replaced by the same bytes, so that it is young again.
func (s renewing) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error) {
	info, err := s.Store.Put(ctx, key, body, size, cond)
	if !fault.Is(err, fault.Conflict) || !cond.IfAbsent {
		return info, err
	}
	there, statErr := s.Stat(ctx, key)
	if fault.Is(statErr, fault.NotFound) || statErr == nil && s.now().Sub(there.Modified) > renewAfter {
		return s.Store.Put(ctx, key, body, size, object.Condition{})
	}
	return info, err
}
