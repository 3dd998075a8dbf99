package pipeline

import (
	"slices"
	"sync"

	"waymark/transform"
)

// finishers lends finishers to chunks, of whatever object of their source: to make one and to grow its columns costs as much as a small
// object. There are never more than limit, those that wait included; of several sources those used last stay.
type finishers struct {
	limit int

	mu   sync.Mutex
	out  int
	idle []idleFinisher // used last at the end
}

type idleFinisher struct {
	source string
	*transform.Finisher
}

// take returns a finisher for an object with these settings. It comes back through give, or drop.
func (f *finishers) take(s transform.Settings) *transform.Finisher {
	if found := f.find(s.Source); found != nil {
		found.Object(s.Object, s.Modified)
		return found
	}
	return transform.New(s)
}

// find takes one of the source that waits; nil when none does, and then there is room for one more.
func (f *finishers) find(source string) *transform.Finisher {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out++
	for i := len(f.idle) - 1; i >= 0; i-- {
		if found := f.idle[i]; found.source == source {
			f.idle = slices.Delete(f.idle, i, i+1)
			return found.Finisher
		}
	}
	if len(f.idle) > 0 && len(f.idle)+f.out > f.limit {
		f.idle = slices.Delete(f.idle, 0, 1)
	}
	return nil
}

// give takes a finisher back after a chunk without an error.
func (f *finishers) give(source string, used *transform.Finisher) {
	used.Reset()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out--
	f.idle = append(f.idle, idleFinisher{source, used})
}

// drop counts one out that is not to be used again, as nobody knows what it holds.
func (f *finishers) drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out--
}
