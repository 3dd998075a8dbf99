package ga4

import "waymark/extract/jsonscan"

// memory holds what the record before said in the places that seldom change from one event of a session to the next.
// It is a view of that record, good within one chunk.
type memory struct {
	device                memo[device]
	geo                   memo[geo]
	firstTouch, collected memo[campaign]
	lastClick             memo[lastClick]
	props                 jsonscan.Memo
	params                [24]memo[param]   // by place in the array
	skipped               [16]jsonscan.Memo // by place among the fields that are skipped
}

type memo[T any] struct {
	jsonscan.Memo
	value T
}

func (m *memory) forget() { *m = memory{} }

// remembered reads a value anew only where it is another than in the record before.
func remembered[T any](c *jsonscan.Cursor, m *memo[T], to *T, read func(*jsonscan.Cursor, *T)) {
	if c.Repeats(&m.Memo) {
		*to = m.value
		return
	}
	var none T
	*to = none
	read(c, to)
	if c.Remember(&m.Memo) {
		m.value = *to
	}
}

// readParams reads the parameters of an event.
func (m *memory) readParams(c *jsonscan.Cursor, params []param) []param {
	if !c.Array() {
		return params
	}
	for i := 0; c.NextElem(); i++ {
		params = append(params, param{})
		if p := &params[i]; i < len(m.params) {
			remembered(c, &m.params[i], p, readParam)
		} else {
			readParam(c, p)
		}
	}
	return params
}
