package lake

import (
	"encoding/binary"
	"errors"
	"math"

	"waymark/schemas"
)

// errLoose cannot happen unless the temporary file was damaged.
var errLoose = errors.New("spooled rows are damaged")

// maxLooseEntries is more than the largest record has attributes.
const maxLooseEntries = 1 << 24

// looseReader reads loose rows back.
type looseReader struct {
	data  []byte
	bad   bool
	codes []uint32 // in the batch, of a run's distinct texts
}

// readLoose appends the rows in data to b; they are all of partition part.
func readLoose(b *schemas.Batch, data []byte, part int32) error {
	r := looseReader{data: data}
	for len(r.data) > 0 {
		n := r.count(looseRows)
		for i := range b.Table.Columns {
			r.column(&b.Table.Columns[i], &b.Cols[i], n)
		}
		if r.bad {
			return errLoose
		}
		for range n {
			b.Part = append(b.Part, part)
		}
		b.Rows += n
	}
	return nil
}

// column reads n values of a column.
func (r *looseReader) column(c *schemas.Column, v *schemas.Vector, n int) {
	if c.Nullable {
		v.Valid = r.valid(v.Valid, n)
	}
	switch c.Type {
	case schemas.UUID:
		v.Fixed = r.uuids(v.Fixed, n)
	case schemas.String, schemas.LowCardinality:
		v.Codes = r.texts(v.Codes, &v.Dict, n)
	case schemas.Float32:
		for range n {
			v.Float = append(v.Float, math.Float32frombits(uint32(r.fixed(4))))
		}
	case schemas.Map:
		r.entries(v, n)
	default:
		v.Int = r.ints(v.Int, n)
	}
}

func (r *looseReader) valid(to []bool, n int) []bool {
	each := r.fixed(1) == uint64(looseEach)
	for range n {
		to = append(to, each && r.fixed(1) == 1)
	}
	return to
}

func (r *looseReader) uuids(to [][uuidSize]byte, n int) [][uuidSize]byte {
	var id [uuidSize]byte
	how := byte(r.fixed(1))
	if how == looseSame {
		copy(id[:], r.take(uuidSize))
	}
	for range n {
		if how == looseEach {
			copy(id[:], r.take(uuidSize))
		}
		to = append(to, id)
	}
	return to
}

func (r *looseReader) ints(to []int64, n int) []int64 {
	value := int64(0)
	how := byte(r.fixed(1))
	if how == looseSame {
		value = int64(r.fixed(8))
	}
	for range n {
		if how == looseEach {
			value = int64(r.fixed(8))
		}
		to = append(to, value)
	}
	return to
}

// texts reads n values and appends their codes in d.
func (r *looseReader) texts(to []uint32, d *schemas.Dict, n int) []uint32 {
	distinct := r.count(len(r.data))
	r.codes = r.codes[:0]
	for range distinct {
		r.codes = append(r.codes, d.Code(r.take(r.uvarint())))
	}
	if r.bad = r.bad || distinct == 0 && n > 0; r.bad {
		return to
	}
	for range n {
		number := uint64(0)
		switch {
		case distinct > 256:
			number = r.uvarint()
		case distinct > 1:
			number = r.fixed(1)
		}
		if number >= uint64(len(r.codes)) {
			r.bad = true
			return to
		}
		to = append(to, r.codes[number])
	}
	return to
}

func (r *looseReader) entries(v *schemas.Vector, n int) {
	end, all := uint32(len(v.Keys)), 0
	each := r.fixed(1) == uint64(looseEach)
	for range n {
		if each {
			entries := r.count(maxLooseEntries)
			end, all = end+uint32(entries), all+entries
		}
		v.Offsets = append(v.Offsets, end)
	}
	if each && !r.bad {
		v.Keys = r.texts(v.Keys, &v.Dict, all)
		v.Codes = r.texts(v.Codes, &v.Dict, all)
	}
}

// count reads how many of something follow; a damaged file must not ask for memory without end.
func (r *looseReader) count(most int) int {
	n := r.uvarint()
	if n > uint64(most) {
		r.bad = true
		return 0
	}
	return int(n)
}

// fixed reads a number of 1, 4 or 8 bytes.
func (r *looseReader) fixed(size uint64) uint64 {
	var word [8]byte
	copy(word[:], r.take(size))
	return binary.LittleEndian.Uint64(word[:])
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

func (r *looseReader) uvarint() uint64 {
	n, size := binary.Uvarint(r.data)
	r.take(uint64(max(size, 0)))
	r.bad = r.bad || size <= 0
	return n
}
