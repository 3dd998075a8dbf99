package lake

import (
	"encoding/binary"
	"math"

	"github.com/parquet-go/parquet-go/encoding/bytestreamsplit"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"

	"waymark/schemas"
)

// nulls fills e.valid with the definition levels of rows, appends them to the page and returns how many rows are
// null. A column that cannot be null has no levels.
func (e *Encoder) nulls(v *schemas.Vector, rows []uint32, nullable bool) int {
	if !nullable {
		return 0
	}
	e.valid = resize(e.valid, len(rows))
	n := 0
	for i, row := range rows {
		e.valid[i] = 1
		if !v.Valid[row] {
			e.valid[i] = 0
			n++
		}
	}
	e.pages.levels(e.valid)
	return n
}

// gather copies the values of rows that are not null to e.ints.
func (e *Encoder) gather(v *schemas.Vector, rows []uint32, nullable bool) []int64 {
	out := e.ints[:0]
	if nullable {
		for _, row := range rows {
			if v.Valid[row] {
				out = append(out, v.Int[row])
			}
		}
	} else {
		out = resize(out, len(rows))
		for i, row := range rows {
			out[i] = v.Int[row]
		}
	}
	e.ints = out
	return out
}

func (e *Encoder) intColumn(c *chunk, v *schemas.Vector, rows []uint32, nullable, unsigned, hash bool) {
	values := e.gather(v, rows, nullable)
	flip := uint64(signBit)
	if unsigned {
		flip = 0
	}
	least, greatest := intRange(values, flip)
	if len(values) > 0 {
		c.min, c.max = binary.LittleEndian.AppendUint64(nil, least), binary.LittleEndian.AppendUint64(nil, greatest)
		if least == greatest {
			e.constant(c, v, rows, nullable, c.min, !hash)
			return
		}
	}
	c.nulls = int64(e.nulls(v, rows, nullable))
	encoding := format.Plain
	if len(values) > 0 && !hash {
		var packed delta.BinaryPackedEncoding
		e.payload, _ = packed.EncodeInt64(e.payload, values) // never fails
		if len(e.payload) < 8*len(values) {
			encoding = format.DeltaBinaryPacked
		}
	}
	if encoding == format.Plain {
		e.payload = e.payload[:0]
		for _, n := range values {
			e.payload = binary.LittleEndian.AppendUint64(e.payload, uint64(n))
		}
	}
	e.pages.raw = append(e.pages.raw, e.payload...)
	e.pages.done(len(rows), encoding, false)
	e.out = e.pages.flush(e.out, c, !hash)
}

func intRange(values []int64, flip uint64) (least, greatest uint64) {
	least, greatest = math.MaxUint64, 0
	for _, n := range values {
		least, greatest = min(least, uint64(n)^flip), max(greatest, uint64(n)^flip)
	}
	return least ^ flip, greatest ^ flip
}

func (e *Encoder) int32Column(c *chunk, v *schemas.Vector, rows []uint32, nullable bool) {
	values := e.gather(v, rows, nullable)
	if len(values) > 0 {
		least, greatest := intRange(values, signBit)
		c.min = binary.LittleEndian.AppendUint32(nil, uint32(least))
		c.max = binary.LittleEndian.AppendUint32(nil, uint32(greatest))
		if least == greatest {
			e.constant(c, v, rows, nullable, c.min, true)
			return
		}
	}
	c.nulls = int64(e.nulls(v, rows, nullable))
	encoding := format.Plain
	if len(values) > 0 {
		e.ints32 = resize(e.ints32, len(values))
		for i, n := range values {
			e.ints32[i] = int32(n)
		}
		var packed delta.BinaryPackedEncoding
		e.payload, _ = packed.EncodeInt32(e.payload, e.ints32) // never fails
		e.pages.raw = append(e.pages.raw, e.payload...)
		encoding = format.DeltaBinaryPacked
	}
	e.pages.done(len(rows), encoding, false)
	e.out = e.pages.flush(e.out, c, true)
}

// constant writes a column whose values, nulls apart, are all the same: a dictionary of one.
func (e *Encoder) constant(c *chunk, v *schemas.Vector, rows []uint32, nullable bool, value []byte, compress bool) {
	e.pages.raw = append(e.pages.raw, value...)
	e.pages.done(1, format.Plain, true)
	c.nulls = int64(e.nulls(v, rows, nullable))
	e.pages.raw = appendZeroCodes(e.pages.raw, len(rows)-int(c.nulls))
	e.pages.done(len(rows), format.RLEDictionary, false)
	e.out = e.pages.flush(e.out, c, compress)
}

// appendZeroCodes appends n dictionary codes 0: one run. A width of 0 bits would do, but not every reader takes it.
func appendZeroCodes(dst []byte, n int) []byte {
	dst = binary.AppendUvarint(append(dst, 1), uint64(n)<<1)
	return append(dst, 0)
}

func (e *Encoder) boolColumn(c *chunk, v *schemas.Vector, rows []uint32) {
	raw, trues := e.pages.raw, 0
	for i := 0; i < len(rows); i += 8 {
		var packed byte
		for bit, row := range rows[i:min(i+8, len(rows))] {
			set := byte(v.Int[row] & 1)
			packed |= set << bit
			trues += int(set)
		}
		raw = append(raw, packed)
	}
	e.pages.raw = raw
	c.min, c.max = []byte{0}, []byte{0}
	if trues > 0 {
		c.max[0] = 1
	}
	if trues == len(rows) {
		c.min[0] = 1
	}
	e.pages.done(len(rows), format.Plain, false)
	e.out = e.pages.flush(e.out, c, true)
}

func (e *Encoder) floatColumn(c *chunk, v *schemas.Vector, rows []uint32, nullable bool) {
	c.nulls = int64(e.nulls(v, rows, nullable))
	e.floats = e.floats[:0]
	for _, row := range rows {
		if !nullable || v.Valid[row] {
			e.floats = append(e.floats, v.Float[row])
		}
	}
	encoding := format.Plain
	if len(e.floats) > 0 {
		c.min, c.max = floatRange(e.floats)
		var split bytestreamsplit.Encoding
		e.payload, _ = split.EncodeFloat(e.payload, e.floats) // never fails
		e.pages.raw = append(e.pages.raw, e.payload...)
		encoding = format.ByteStreamSplit
	}
	e.pages.done(len(rows), encoding, false)
	e.out = e.pages.flush(e.out, c, true)
}

// floatRange returns nothing where there is a NaN: Parquet's order does not place it. Zeros count as -0 below and +0
// above, as the format asks.
func floatRange(values []float32) (least, greatest []byte) {
	lo, hi := float32(math.Inf(1)), float32(math.Inf(-1))
	for _, f := range values {
		if f != f {
			return nil, nil
		}
		lo, hi = min(lo, f), max(hi, f)
	}
	if lo == 0 {
		lo = float32(math.Copysign(0, -1))
	}
	if hi == 0 {
		hi = 0
	}
	return binary.LittleEndian.AppendUint32(nil, math.Float32bits(lo)), binary.LittleEndian.AppendUint32(nil, math.Float32bits(hi))
}
