package jsonscan

import (
	"maps"
	"slices"
	"sync"

	"waymark/extract"
)

// maxNews bounds the fields, and the values, that are remembered of one object: more are no drift of a schema.
const maxNews = 100

// Drift gathers what the records of one object hold that their export does not know. Every decoder of the object has a
// Watch of its own; none of them slows another.
type Drift struct {
	known map[string]string // to itself: looking a key up gives a string without making one

	mu              sync.Mutex
	columns, values map[string]bool
}

// NewDrift returns a Drift that knows the given top-level fields.
func NewDrift(known ...string) *Drift {
	d := &Drift{known: make(map[string]string, len(known)), columns: map[string]bool{}, values: map[string]bool{}}
	for _, k := range known {
		d.known[k] = k
	}
	return d
}

// News returns what was found; complete once every chunk of the object is decoded.
func (d *Drift) News() extract.News {
	d.mu.Lock()
	defer d.mu.Unlock()
	return extract.News{Columns: sorted(d.columns), Values: sorted(d.values)}
}

func sorted(set map[string]bool) []string {
	if len(set) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(set))
}

func (d *Drift) add(set map[string]bool, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(set) < maxNews {
		set[name] = true
	}
}

// Watch finds the news for one decoder: it is shown every top-level field that the decoder passes over. Records of an
// export have the same few fields again and again, so a field costs one comparison with the last one of its slot.
type Watch struct {
	drift   *Drift
	slots   [128]string       // fields that are known or were noted
	noted   map[string]string // fields and values that drift has, to themselves
	pending []string          // new fields of the current record
	scratch []byte
}

// Watch returns a Watch for one decoder.
func (d *Drift) Watch() *Watch { return &Watch{drift: d, noted: map[string]string{}} }

// Field takes note of a top-level field that the decoder does not read. It counts once Keep is called.
func (w *Watch) Field(key []byte) {
	n := uint(len(key))
	if n == 0 {
		w.look(key, new(string))
		return
	}
	// The factors are those that give the documented fields of every export a slot each, but for four.
	slot := &w.slots[(19*n+5*uint(key[0])+7*uint(key[n/2])+uint(key[n-1]))%128]
	if *slot != string(key) {
		w.look(key, slot)
	}
}

// look finds out about a field that is not in its slot.
func (w *Watch) look(key []byte, slot *string) {
	for _, names := range [...]map[string]string{w.drift.known, w.noted} {
		if name, ok := names[string(key)]; ok {
			*slot = name
			return
		}
	}
	if len(w.pending) < maxNews && len(w.noted) < 2*maxNews {
		w.pending = append(w.pending, string(key))
	}
}

// Keep ends a record that was usable: its new fields count. Those of a broken one may be anything.
func (w *Watch) Keep() {
	if len(w.pending) == 0 {
		return
	}
	for _, name := range w.pending {
		w.noted[name] = name
		w.drift.add(w.drift.columns, name)
	}
	w.pending = w.pending[:0]
}

// Forget ends a record that was not usable.
func (w *Watch) Forget() { w.pending = w.pending[:0] }

// Value takes note of a value that the vocabulary of field does not have.
func (w *Watch) Value(field string, value []byte) {
	w.scratch = append(append(append(w.scratch[:0], field...), '='), value...)
	if _, ok := w.noted[string(w.scratch)]; ok || len(w.noted) >= 2*maxNews {
		return
	}
	name := string(w.scratch)
	w.noted[name] = name
	w.drift.add(w.drift.values, name)
}
