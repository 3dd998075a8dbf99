package lake

import (
	"encoding/binary"
	"math"

	"waymark/schemas"
)

// A run of fewer rows than looseRows is not worth a row group of its own: sixty column chunks for eight rows of a day
// cost thirty times their content. Such rows travel loose, and the spool makes row groups of them when it has enough.
//
// Loose rows come in runs, column by column, so that what is alike in a run is written and interned once:
//
//	run    = rows:uvarint column…
//	column = [validity] (uuids | ints | floats | texts | counts [texts texts])
//	texts  = distinct:uvarint (length:uvarint bytes)… [number of each value: a byte, or uvarint where there are more than 256]
//
// The form lives only between the encoder and the spool.
const looseRows = 512

// How the values of a run are given.
const (
	looseEach byte = iota // one by one
	looseSame             // all are the one that follows
	looseNone             // all are zero, or null
)

// appendLoose appends a run of rows of b.
func (e *Encoder) appendLoose(dst []byte, b *schemas.Batch, rows []uint32) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(rows)))
	for i := range b.Table.Columns {
		v := &b.Cols[i]
		if b.Table.Columns[i].Nullable {
			dst = appendLooseValid(dst, v.Valid, rows)
		}
		switch b.Table.Columns[i].Type {
		case schemas.UUID:
			dst = appendLooseUUIDs(dst, v.Fixed, rows)
		case schemas.String, schemas.LowCardinality:
			dst = e.appendLooseColumn(dst, v, rows)
		case schemas.Float32:
			for _, row := range rows {
				dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v.Float[row]))
			}
		case schemas.Map:
			dst = e.appendLooseMap(dst, v, rows)
		default:
			dst = appendLooseInts(dst, v.Int, rows)
		}
	}
	return dst
}

func appendLooseValid(dst []byte, valid []bool, rows []uint32) []byte {
	some := false
	for _, row := range rows {
		some = some || valid[row]
	}
	if !some {
		return append(dst, looseNone)
	}
	dst = append(dst, looseEach)
	for _, row := range rows {
		if valid[row] {
			dst = append(dst, 1)
		} else {
			dst = append(dst, 0)
		}
	}
	return dst
}

func appendLooseUUIDs(dst []byte, fixed [][uuidSize]byte, rows []uint32) []byte {
	if sameUUID(fixed, rows) {
		if fixed[rows[0]] == ([uuidSize]byte{}) {
			return append(dst, looseNone)
		}
		return append(append(dst, looseSame), fixed[rows[0]][:]...)
	}
	dst = append(dst, looseEach)
	for _, row := range rows {
		dst = append(dst, fixed[row][:]...)
	}
	return dst
}

func appendLooseInts(dst []byte, values []int64, rows []uint32) []byte {
	first, same := values[rows[0]], true
	for _, row := range rows {
		same = same && values[row] == first
	}
	switch {
	case !same:
		dst = append(dst, looseEach)
		for _, row := range rows {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(values[row]))
		}
		return dst
	case first == 0:
		return append(dst, looseNone)
	}
	return binary.LittleEndian.AppendUint64(append(dst, looseSame), uint64(first))
}

func (e *Encoder) appendLooseColumn(dst []byte, v *schemas.Vector, rows []uint32) []byte {
	e.text.gather = resize(e.text.gather, len(rows))
	for i, row := range rows {
		e.text.gather[i] = v.Codes[row]
	}
	return e.appendLooseTexts(dst, &v.Dict, e.text.gather)
}

func (e *Encoder) appendLooseTexts(dst []byte, d *schemas.Dict, codes []uint32) []byte {
	t := &e.text
	t.number(d, codes)
	dst = binary.AppendUvarint(dst, uint64(len(t.locals)))
	for _, code := range t.locals {
		value := d.Value(code)
		dst = append(binary.AppendUvarint(dst, uint64(len(value))), value...)
	}
	switch {
	case len(t.locals) > 256:
		for _, number := range t.codes {
			dst = binary.AppendUvarint(dst, uint64(number))
		}
	case len(t.locals) > 1:
		for _, number := range t.codes {
			dst = append(dst, byte(number))
		}
	}
	return dst
}

func (e *Encoder) appendLooseMap(dst []byte, v *schemas.Vector, rows []uint32) []byte {
	e.entries.gather(v, rows)
	if len(e.entries.keys) == 0 {
		return append(dst, looseNone)
	}
	dst = append(dst, looseEach)
	for _, row := range rows {
		lo, hi := entriesOf(v, row)
		dst = binary.AppendUvarint(dst, uint64(hi-lo))
	}
	dst = e.appendLooseTexts(dst, &v.Dict, e.entries.keys)
	return e.appendLooseTexts(dst, &v.Dict, e.entries.values)
}

// entriesOf returns where the entries of row begin and end.
func entriesOf(v *schemas.Vector, row uint32) (lo, hi uint32) {
	if row > 0 {
		lo = v.Offsets[row-1]
	}
	return lo, v.Offsets[row]
}
