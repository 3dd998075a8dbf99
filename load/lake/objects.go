package lake

import (
	"context"
	"io"

	"waymark/internal/object"
)

// Objects is the object store the lake lives in; keys are relative to the lake's root.
// Errors carry the fault kinds NotFound, Conflict (a condition did not hold), Auth and Transient.
type Objects interface {
	// Get opens the newest version; the Info belongs to exactly the bytes read.
	Get(ctx context.Context, key string) (io.ReadCloser, object.Info, error)
	Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error)
	// List yields every object below prefix in key order.
	List(ctx context.Context, prefix string, yield func(object.Info) error) error
	// Delete removes key; an absent key is fine.
	Delete(ctx context.Context, key string) error
}
