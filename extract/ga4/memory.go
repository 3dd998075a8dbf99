package ga4

import (
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// memory holds what the record before said in the places that seldom change from one event of a session to the next.
// It is a view of that record, good within one chunk.
type memory struct {
	device                memo[device]
	geo                   memo[geo]
	firstTouch, collected memo[campaign]
	lastClick             memo[lastClick]
	props                 jsonscan.Memo
	skipped               [16]jsonscan.Memo // by place among the fields that are skipped

	forms schemas.Arena
	form  []byte
}

type memo[T any] struct {
	jsonscan.Memo
	value T
}

// forget empties m and keeps its buffers.
func (m *memory) forget() {
	m.forms.Reset()
	*m = memory{forms: m.forms, form: m.form}
}

// remembered reads a value anew only where it is another than in the record before. What it remembers has its form.
func remembered[T any, P interface {
	*T
	part
}](c *jsonscan.Cursor, all *memory, m *memo[T], to *T, read func(*jsonscan.Cursor, *T)) {
	if c.Repeats(&m.Memo) {
		*to = m.value
		return
	}
	var none T
	*to = none
	read(c, to)
	if c.Remember(&m.Memo) {
		all.form = P(to).texts(all.form[:0])
		P(to).known().bytes = all.forms.Keep(all.form)
		m.value = *to
	}
}
