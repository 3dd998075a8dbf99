package transform

import (
	"math/bits"

	"waymark/schemas"
)

// Most rows leave most columns unset, so a row costs what it states and not what its table could hold: sets of columns
// are bits by position, and only the columns of a row that have a value are visited. A column that was left out is
// shorter than the batch; it is made level before its next value and when the batch is handed out.

// group is the columns of one kind in order of position, and where they are.
type group[C any] struct {
	list  []C
	mask  uint64
	index [schemas.MaxColumns]uint8 // in list, by position
}

func (g *group[C]) add(pos int, c C) {
	g.index[pos] = uint8(len(g.list))
	g.list = append(g.list, c)
	g.mask |= 1 << pos
}

// at returns the first column of a set that is not empty.
func (g *group[C]) at(set uint64) *C { return &g.list[g.index[bits.TrailingZeros64(set)]] }

// set returns the columns that have a value in r or in t.over, and those that always count.
func (t *table) set(r *schemas.Row) uint64 {
	return r.Stated&^t.overs | t.decided | t.always
}

// decide gives a column of t.over its value in the next row; an empty one is none.
func (t *table) decide(col int, value []byte) {
	t.over[col].Bytes = value
	t.decided &^= 1 << col
	if len(value) > 0 {
		t.decided |= 1 << col
	}
}

// decideInt is decide for a number.
func (t *table) decideInt(col int, value int64) {
	t.over[col].Num = value
	t.decided |= 1 << col
}

// level lengthens values to n with the value of an unset column.
func level[T any](values []T, n int, unset T) []T {
	for len(values) < n {
		values = append(values, unset)
	}
	return values
}

func (c *textColumn) level(n int) {
	if len(c.vec.Codes) < n {
		c.vec.Codes = level(c.vec.Codes, n, c.vec.Dict.Code(nil))
	}
}

func (c *textColumn) levelMap(n int) {
	c.vec.Offsets = level(c.vec.Offsets, n, uint32(len(c.vec.Keys)))
}

// level makes every column as long as the batch.
func (t *table) level() {
	n := t.batch.Rows
	for i := range t.texts.list {
		t.texts.list[i].level(n)
	}
	for i := range t.people.list {
		c := &t.people.list[i]
		c.vec.Fixed = level(c.vec.Fixed, n, [16]byte{})
	}
	for i := range t.ids.list {
		c := &t.ids.list[i]
		c.vec.Fixed = level(c.vec.Fixed, n, [16]byte{})
	}
	for i := range t.ints.list {
		c := &t.ints.list[i]
		c.vec.Int = level(c.vec.Int, n, 0)
		if c.nullable {
			c.vec.Valid = level(c.vec.Valid, n, false)
		}
	}
	for i := range t.floats.list {
		c := &t.floats.list[i]
		c.vec.Float = level(c.vec.Float, n, 0)
		if c.nullable {
			c.vec.Valid = level(c.vec.Valid, n, false)
		}
	}
	for i := range t.maps.list {
		t.maps.list[i].levelMap(n)
	}
}
