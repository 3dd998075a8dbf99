package lake

import (
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"

	"waymark/schemas"
)

// After identitySample rows a column of UUIDs that are mostly distinct is no longer taken for a dictionary.
const identitySample = 4096

// identities numbers the distinct UUIDs of a row group.
type identities struct {
	slots  []uint32 // number+1, open addressing
	values [][16]byte
	codes  []int32
}

// number codes the UUIDs of rows; it gives up, returning false, when a dictionary would not pay.
func (d *identities) number(fixed [][16]byte, rows []uint32) bool {
	d.values, d.codes = d.values[:0], d.codes[:0]
	shift := 64 - bits.Len(uint(2*len(rows)))
	d.slots = resize(d.slots, 1<<(64-shift))
	clear(d.slots)
	mask := uint64(len(d.slots) - 1)
	for i, row := range rows {
		if i == identitySample && len(d.values) > identitySample*3/4 {
			return false
		}
		id := &fixed[row]
		h := (binary.LittleEndian.Uint64(id[:8]) ^ binary.LittleEndian.Uint64(id[8:])) * 0x9E3779B97F4A7C15 >> shift
		for ; ; h = (h + 1) & mask {
			slot := d.slots[h]
			if slot == 0 {
				d.values = append(d.values, *id)
				slot = uint32(len(d.values))
				d.slots[h] = slot
			} else if d.values[slot-1] != *id {
				continue
			}
			d.codes = append(d.codes, int32(slot-1))
			break
		}
	}
	width := bits.Len(uint(len(d.values) - 1))
	return uuidSize*len(d.values)+len(rows)*width/8 < uuidSize*len(rows)
}

// uuidColumn compresses nothing, the values being random, and keeps no bounds: they would not help, and readers do not agree on the order of UUIDs.
func (e *Encoder) uuidColumn(c *chunk, v *schemas.Vector, rows []uint32) {
	if sameUUID(v.Fixed, rows) {
		e.constant(c, v, rows, false, v.Fixed[rows[0]][:], false)
		return
	}
	if e.ids.number(v.Fixed, rows) {
		for i := range e.ids.values {
			e.pages.raw = append(e.pages.raw, e.ids.values[i][:]...)
		}
		e.pages.done(len(e.ids.values), format.Plain, true)
		e.codes(e.ids.codes)
		e.pages.done(len(rows), format.RLEDictionary, false)
		e.out = e.pages.flush(e.out, c, false)
		return
	}
	for i, row := range rows {
		e.pages.raw = append(e.pages.raw, v.Fixed[row][:]...)
		if n := i%(pageBytes/uuidSize) + 1; n == pageBytes/uuidSize || i == len(rows)-1 {
			e.pages.done(n, format.Plain, false)
		}
	}
	e.out = e.pages.flush(e.out, c, false)
}

func sameUUID(fixed [][16]byte, rows []uint32) bool {
	for _, row := range rows {
		if fixed[row] != fixed[rows[0]] {
			return false
		}
	}
	return true
}

// codes appends dictionary codes to the page.
func (e *Encoder) codes(codes []int32) {
	var encoding rle.DictionaryEncoding
	e.payload, _ = encoding.EncodeInt32(e.payload, codes) // codes are below 2^31
	e.pages.raw = append(e.pages.raw, e.payload...)
}
