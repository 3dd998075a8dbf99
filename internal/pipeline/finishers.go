package pipeline

import (
	"slices"
	"sync"

	"waymark/transform"
)

// finishers keeps the finishers that no chunk is using, for the next chunk of their source, whatever object it is of: to make one and
// to grow its columns costs as much as a small object. Of several sources those used last are kept.
type finishers struct {
	limit int

	mu   sync.Mutex
	idle []idleFinisher // used last at the end
}

type idleFinisher struct {
	source string
	*transform.Finisher
}

// take returns a finisher for an object with these settings.
func (f *finishers) take(s transform.Settings) *transform.Finisher {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := len(f.idle) - 1; i >= 0; i-- {
		if found := f.idle[i]; found.source == s.Source {
			f.idle = slices.Delete(f.idle, i, i+1)
			found.Object(s.Object, s.Modified)
			return found.Finisher
		}
	}
	return transform.New(s)
}

// give takes a finisher back after a chunk without an error.
func (f *finishers) give(source string, used *transform.Finisher) {
	used.Reset()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = append(f.idle, idleFinisher{source, used})
	if len(f.idle) > f.limit {
		f.idle = slices.Delete(f.idle, 0, 1)
	}
}
