package lake

import (
	"encoding/binary"
	"errors"
	"math"

	"waymark/schemas"
)

// A run of fewer rows than looseRows is not worth a row group of its own: sixty column chunks for eight rows of a day
// cost thirty times their content. Such rows travel loose, row by row, and the spool makes row groups of them when it
// has enough.
const looseRows = 512

// errLoose cannot happen unless the temporary file was damaged.
var errLoose = errors.New("spooled rows are damaged")

// appendLoose appends rows of b. The form lives only between the encoder and the spool.
func appendLoose(dst []byte, b *schemas.Batch, rows []uint32) []byte {
	for _, row := range rows {
		for i := range b.Table.Columns {
			dst = appendLooseCell(dst, &b.Table.Columns[i], &b.Cols[i], row)
		}
	}
	return dst
}

func appendLooseCell(dst []byte, c *schemas.Column, v *schemas.Vector, row uint32) []byte {
	if c.Nullable {
		if !v.Valid[row] {
			return append(dst, 0)
		}
		dst = append(dst, 1)
	}
	switch c.Type {
	case schemas.UUID:
		if v.Fixed[row] == ([uuidSize]byte{}) {
			return append(dst, 0)
		}
		return append(append(dst, 1), v.Fixed[row][:]...)
	case schemas.String, schemas.LowCardinality:
		return appendLooseText(dst, &v.Dict, v.Codes[row])
	case schemas.Float32:
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(v.Float[row]))
	case schemas.Map:
		lo, hi := entriesOf(v, row)
		dst = binary.AppendUvarint(dst, uint64(hi-lo))
		for i := lo; i < hi; i++ {
			dst = appendLooseText(appendLooseText(dst, &v.Dict, v.Keys[i]), &v.Dict, v.Codes[i])
		}
		return dst
	}
	return binary.AppendVarint(dst, v.Int[row])
}

func appendLooseText(dst []byte, d *schemas.Dict, code uint32) []byte {
	value := d.Value(code)
	return append(binary.AppendUvarint(dst, uint64(len(value))), value...)
}

// entriesOf returns where the entries of row begin and end.
func entriesOf(v *schemas.Vector, row uint32) (lo, hi uint32) {
	if row > 0 {
		lo = v.Offsets[row-1]
	}
	return lo, v.Offsets[row]
}

// looseReader reads loose rows back.
type looseReader struct {
	data []byte
	bad  bool
}

// readLoose appends the rows in data to b; they are all of partition part.
func readLoose(b *schemas.Batch, data []byte, part int32) error {
	r := looseReader{data: data}
	for len(r.data) > 0 {
		for i := range b.Table.Columns {
			r.cell(&b.Table.Columns[i], &b.Cols[i])
		}
		if r.bad {
			return errLoose
		}
		b.Part = append(b.Part, part)
		b.Rows++
	}
	return nil
}

func (r *looseReader) cell(c *schemas.Column, v *schemas.Vector) {
	valid := true
	if c.Nullable {
		valid = r.flag()
		v.Valid = append(v.Valid, valid)
	}
	switch c.Type {
	case schemas.UUID:
		var id [uuidSize]byte
		if r.flag() {
			copy(id[:], r.take(uuidSize))
		}
		v.Fixed = append(v.Fixed, id)
	case schemas.String, schemas.LowCardinality:
		v.Codes = append(v.Codes, r.text(&v.Dict))
	case schemas.Float32:
		f := float32(0)
		if valid {
			if bits := r.take(4); bits != nil {
				f = math.Float32frombits(binary.LittleEndian.Uint32(bits))
			}
		}
		v.Float = append(v.Float, f)
	case schemas.Map:
		for n := r.uvarint(); n > 0 && !r.bad; n-- {
			v.Keys = append(v.Keys, r.text(&v.Dict))
			v.Codes = append(v.Codes, r.text(&v.Dict))
		}
		v.Offsets = append(v.Offsets, uint32(len(v.Keys)))
	default:
		n := int64(0)
		if valid {
			n = r.varint()
		}
		v.Int = append(v.Int, n)
	}
}

// take returns the next n bytes, or nil when there are fewer.
func (r *looseReader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.data)) {
		r.bad = true
		return nil
	}
	out := r.data[:n]
	r.data = r.data[n:]
	return out
}

func (r *looseReader) flag() bool {
	b := r.take(1)
	return b != nil && b[0] == 1
}

func (r *looseReader) text(d *schemas.Dict) uint32 { return d.Code(r.take(r.uvarint())) }

func (r *looseReader) uvarint() uint64 {
	n, size := binary.Uvarint(r.data)
	r.take(uint64(max(size, 0)))
	r.bad = r.bad || size <= 0
	return n
}

func (r *looseReader) varint() int64 {
	n, size := binary.Varint(r.data)
	r.take(uint64(max(size, 0)))
	r.bad = r.bad || size <= 0
	return n
}
