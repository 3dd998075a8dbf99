package schemas

import "github.com/zeebo/xxh3"

// Vector holds one column of a Batch; which slice is used follows from the column's Type.
type Vector struct {
	Fixed [][16]byte // UUID
	Int   []int64    // Timestamp, Date, Int32, Int64, UInt64, Bool, Decimal
	Float []float32  // Float32
	Valid []bool     // only for nullable columns, one per row
	Codes []uint32   // String, LowCardinality: one per row; Map: one per entry (the values)
	Dict  Dict       // what Codes (and Keys) point into

	Offsets []uint32 // Map: end of row i's entries
	Keys    []uint32 // Map: one per entry
}

// Batch is a run of finished rows of one table in columns, in input order, of any number of partitions.
// It is filled by the transform and encoded by the lake; it is reused through Reset.
type Batch struct {
	Table *Table
	Rows  int
	Part  []int32 // partition of each row: days since 1970-01-01, or bucket
	Cols  []Vector
}

// NewBatch returns an empty batch of t.
func NewBatch(t *Table) *Batch { return &Batch{Table: t, Cols: make([]Vector, len(t.Columns))} }

// Reset empties b and keeps its memory.
func (b *Batch) Reset() {
	b.Rows, b.Part = 0, b.Part[:0]
	for i := range b.Cols {
		v := &b.Cols[i]
		v.Fixed, v.Int, v.Float, v.Valid = v.Fixed[:0], v.Int[:0], v.Float[:0], v.Valid[:0]
		v.Codes, v.Offsets, v.Keys = v.Codes[:0], v.Offsets[:0], v.Keys[:0]
		v.Dict.Reset()
	}
}

// Dict interns byte strings and numbers them from 0 in order of first use. The zero value is ready.
type Dict struct {
	bytes []byte
	ends  []uint32
	slots []uint32 // code+1, open addressing; length is a power of two
	tags  []uint32 // upper hash bits of each code
}

// Len returns the number of distinct values.
func (d *Dict) Len() int { return len(d.ends) }

// Size returns the total length in bytes of the distinct values.
func (d *Dict) Size() int { return len(d.bytes) }

// Value returns the value of code; it is valid until Reset.
func (d *Dict) Value(code uint32) []byte {
	start := uint32(0)
	if code > 0 {
		start = d.ends[code-1]
	}
	return d.bytes[start:d.ends[code]:d.ends[code]]
}

// Reset forgets every value and keeps the memory. The table becomes smaller where few of many places were used, as all of it is cleared
// each time: one large object must not make thousands of small ones after it slow.
func (d *Dict) Reset() {
	if n := len(d.slots); n >= 1<<16 && 64*len(d.ends) < n {
		d.slots = d.slots[:n/4]
	}
	d.bytes, d.ends, d.tags = d.bytes[:0], d.ends[:0], d.tags[:0]
	clear(d.slots)
}

// Code returns the number of b, adding it when it is new.
func (d *Dict) Code(b []byte) uint32 {
	if len(d.slots) == 0 {
		d.slots = make([]uint32, 64)
	}
	h := xxh3.Hash(b)
	tag, mask := uint32(h>>32), uint32(len(d.slots)-1)
	for i := uint32(h) & mask; ; i = (i + 1) & mask {
		s := d.slots[i]
		if s == 0 {
			return d.add(b, tag, i)
		}
		if d.tags[s-1] == tag && string(d.Value(s-1)) == string(b) {
			return s - 1
		}
	}
}

// Find returns the number of b when it is known.
func (d *Dict) Find(b []byte) (uint32, bool) {
	if len(d.slots) == 0 {
		return 0, false
	}
	h := xxh3.Hash(b)
	tag, mask := uint32(h>>32), uint32(len(d.slots)-1)
	for i := uint32(h) & mask; ; i = (i + 1) & mask {
		s := d.slots[i]
		if s == 0 {
			return 0, false
		}
		if d.tags[s-1] == tag && string(d.Value(s-1)) == string(b) {
			return s - 1, true
		}
	}
}

func (d *Dict) add(b []byte, tag, slot uint32) uint32 {
	code := uint32(len(d.ends))
	d.bytes = append(d.bytes, b...)
	d.ends = append(d.ends, uint32(len(d.bytes)))
	d.tags = append(d.tags, tag)
	d.slots[slot] = code + 1
	if len(d.ends)*2 > len(d.slots) {
		d.grow()
	}
	return code
}

func (d *Dict) grow() {
	slots := make([]uint32, len(d.slots)*4)
	mask := uint32(len(slots) - 1)
	for code := range d.ends {
		i := uint32(xxh3.Hash(d.Value(uint32(code)))) & mask
		for slots[i] != 0 {
			i = (i + 1) & mask
		}
		slots[i] = uint32(code) + 1
	}
	d.slots = slots
}
