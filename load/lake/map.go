package lake

import (
	"waymark/schemas"
)

// entries are the entries of a map column in row order, with Parquet's levels: one pair per entry, and one pair of
// zeros for an empty map.
type entries struct {
	keys, values []uint32
	repetition   []uint8 // 0 where a row begins
	definition   []uint8 // 1 where there is an entry
}

func (in *entries) gather(v *schemas.Vector, rows []uint32) {
	in.keys, in.values = in.keys[:0], in.values[:0]
	in.repetition, in.definition = in.repetition[:0], in.definition[:0]
	for _, row := range rows {
		lo, hi := entriesOf(v, row)
		if lo == hi {
			in.repetition, in.definition = append(in.repetition, 0), append(in.definition, 0)
			continue
		}
		in.keys, in.values = append(in.keys, v.Keys[lo:hi]...), append(in.values, v.Codes[lo:hi]...)
		for i := lo; i < hi; i++ {
			in.repetition, in.definition = append(in.repetition, min(uint8(i-lo), 1)), append(in.definition, 1)
		}
	}
}

// mapColumn encodes a map as its two leaves.
func (e *Encoder) mapColumn(chunks []chunk, v *schemas.Vector, rows []uint32) []chunk {
	e.entries.gather(v, rows)
	for _, codes := range [][]uint32{e.entries.keys, e.entries.values} {
		c := chunk{values: int64(len(e.entries.repetition))}
		c.nulls = c.values - int64(len(codes))
		e.text.number(&v.Dict, codes)
		c.min, c.max = e.text.bounds(&v.Dict)
		e.pages.reset()
		e.textPages(&v.Dict, &e.entries)
		e.out = e.pages.flush(e.out, &c, true)
		chunks = append(chunks, c)
	}
	return chunks
}

// entryPages writes a leaf of a map in pages that end where a row ends.
func (e *Encoder) entryPages(d *schemas.Dict, dictionary bool, in *entries) {
	value := 0
	for lo := 0; lo < len(in.repetition); {
		limit := e.text.pageEnd(value, dictionary)
		hi, next := lo, value
		for hi < len(in.repetition) && hi-lo < pageValues && next <= limit {
			rowEnd, rowNext := in.row(hi, next)
			if hi > lo && (rowNext > limit || rowEnd-lo > pageValues) {
				break
			}
			hi, next = rowEnd, rowNext
		}
		e.pages.levels(in.repetition[lo:hi])
		e.pages.levels(in.definition[lo:hi])
		encoding := e.textPayload(d, value, next, dictionary)
		e.pages.done(hi-lo, encoding, false)
		lo, value = hi, next
	}
}

// row returns where the row at level i, whose entries begin with value next, ends, in levels and in values.
func (in *entries) row(i, next int) (int, int) {
	for first := i; i < len(in.repetition) && (i == first || in.repetition[i] == 1); i++ {
		next += int(in.definition[i])
	}
	return i, next
}
