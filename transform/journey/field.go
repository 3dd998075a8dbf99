package journey

import (
	"strings"

	"waymark/schemas"
)

// field is one field of the events with every condition that some rule puts on it, and what it remembers of the values
// it has seen.
type field struct {
	conds [][]pattern // by number; a rule's conditions are alike for all its event types and have one number
	seen  schemas.Dict
	holds []uint64 // of each value, a bit per condition
}

// add numbers a condition.
func (f *field) add(patterns []pattern) int {
	for i, c := range f.conds {
		if &c[0] == &patterns[0] {
			return i
		}
	}
	f.conds = append(f.conds, patterns)
	return len(f.conds) - 1
}

// holding returns the conditions that hold for a value, a bit per number; it is valid until the next call.
func (f *field) holding(value []byte) []uint64 {
	words := (len(f.conds) + 63) / 64
	if f.seen.Len() >= cachePlaces || f.seen.Size() >= cacheBytes {
		f.seen.Reset()
		f.holds = f.holds[:0]
	}
	at := int(f.seen.Code(value)) * words
	if at < len(f.holds) {
		return f.holds[at : at+words]
	}
	text := strings.ToLower(string(value[:min(len(value), maxMatched)]))
	for range words {
		f.holds = append(f.holds, 0)
	}
	for i, patterns := range f.conds {
		if matchAny(patterns, text) {
			f.holds[at+i/64] |= 1 << (i % 64)
		}
	}
	return f.holds[at : at+words]
}
