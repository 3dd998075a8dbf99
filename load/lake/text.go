package lake

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"

	"waymark/schemas"
)

// maxBound is the longest text kept as a bound in statistics.
const maxBound = 64

// text gives the values of one column chunk a dictionary of their own: the batch's covers every partition in it.
type text struct {
	slots   []uint64 // by batch code: epoch and number within the chunk
	epoch   uint32
	locals  []uint32 // batch code by number
	lens    []uint32 // length of the value by number
	codes   []int32  // number of each value
	plain   int      // bytes of all values
	dict    int      // bytes of the distinct values
	gather  []uint32 // batch codes in row order
	bytes   []byte   // values of a page, for encodings without a dictionary
	offsets []uint32
}

// number codes the values of one chunk in order of first use.
func (t *text) number(d *schemas.Dict, values []uint32) {
	if t.epoch++; t.epoch == 0 {
		clear(t.slots[:cap(t.slots)])
		t.epoch = 1
	}
	if d.Len() > len(t.slots) {
		t.slots = append(t.slots, make([]uint64, d.Len()-len(t.slots))...)
	}
	t.locals, t.lens, t.plain, t.dict = t.locals[:0], t.lens[:0], 0, 0
	t.codes = resize(t.codes, len(values))
	for i, code := range values {
		slot := t.slots[code]
		if uint32(slot>>32) != t.epoch {
			slot = uint64(t.epoch)<<32 | uint64(len(t.locals))
			t.slots[code] = slot
			n := len(d.Value(code))
			t.locals, t.lens = append(t.locals, code), append(t.lens, uint32(n))
			t.dict += n
		}
		t.codes[i] = int32(uint32(slot))
		t.plain += int(t.lens[uint32(slot)])
	}
}

// worthDictionary compares sizes before compression.
func (t *text) worthDictionary() bool {
	width := bits.Len(uint(max(len(t.locals)-1, 1)))
	return t.dict+4*len(t.locals)+len(t.codes)*width/8 <= t.plain+4*len(t.codes)
}

// bounds returns the least and the greatest value in byte order; nothing where one is too long to keep.
func (t *text) bounds(d *schemas.Dict) (least, greatest []byte) {
	if len(t.locals) == 0 {
		return nil, nil
	}
	least = d.Value(t.locals[0])
	greatest = least
	for _, code := range t.locals[1:] {
		switch value := d.Value(code); {
		case bytes.Compare(value, least) < 0:
			least = value
		case bytes.Compare(value, greatest) > 0:
			greatest = value
		}
	}
	if len(least) > maxBound || len(greatest) > maxBound {
		return nil, nil
	}
	return append([]byte{}, least...), append([]byte{}, greatest...) // never nil: '' is a bound like any other
}

func (e *Encoder) textColumn(c *chunk, v *schemas.Vector, rows []uint32) {
	if v.Dict.Len() == 1 { // most columns, most of the time
		e.constantText(c, v.Dict.Value(0), len(rows))
		return
	}
	t := &e.text
	t.gather = resize(t.gather, len(rows))
	for i, row := range rows {
		t.gather[i] = v.Codes[row]
	}
	t.number(&v.Dict, t.gather)
	c.min, c.max = t.bounds(&v.Dict)
	e.textPages(&v.Dict, nil)
	e.out = e.pages.flush(e.out, c, true)
}

// constantText writes a column of one value, exactly as textPages would.
func (e *Encoder) constantText(c *chunk, value []byte, rows int) {
	if len(value) <= maxBound {
		c.min = append([]byte{}, value...)
		c.max = c.min
	}
	e.appendValue(value)
	e.pages.done(1, format.Plain, true)
	e.pages.raw = appendZeroCodes(e.pages.raw, rows)
	e.pages.done(rows, format.RLEDictionary, false)
	e.out = e.pages.flush(e.out, c, true)
}

// appendValue appends a dictionary entry to the page.
func (e *Encoder) appendValue(value []byte) {
	e.pages.raw = binary.LittleEndian.AppendUint32(e.pages.raw, uint32(len(value)))
	e.pages.raw = append(e.pages.raw, value...)
}

// textPages writes the numbered values as pages. With entries they are the values of a repeated column.
func (e *Encoder) textPages(d *schemas.Dict, in *entries) {
	dictionary := e.text.worthDictionary()
	if dictionary && len(e.text.codes) > 0 {
		for _, code := range e.text.locals {
			e.appendValue(d.Value(code))
		}
		e.pages.done(len(e.text.locals), format.Plain, true)
	}
	if in == nil {
		e.flatPages(d, dictionary)
	} else {
		e.entryPages(d, dictionary, in)
	}
}

// flatPages writes a column of one value per row.
func (e *Encoder) flatPages(d *schemas.Dict, dictionary bool) {
	for lo := 0; lo < len(e.text.codes); {
		hi := e.text.pageEnd(lo, dictionary)
		encoding := e.textPayload(d, lo, hi, dictionary)
		e.pages.done(hi-lo, encoding, false)
		lo = hi
	}
}

// pageEnd returns where a page that begins with value lo must end at the latest.
func (t *text) pageEnd(lo int, dictionary bool) int {
	if dictionary {
		return min(lo+pageValues, len(t.codes))
	}
	size, hi := 0, lo
	for ; hi < len(t.codes); hi++ {
		if size += int(t.lens[t.codes[hi]]) + 4; size > pageBytes && hi > lo {
			break
		}
	}
	return hi
}

// textPayload appends values [lo,hi) to the page and returns how they are encoded.
func (e *Encoder) textPayload(d *schemas.Dict, lo, hi int, dictionary bool) format.Encoding {
	t := &e.text
	switch {
	case lo == hi:
		return format.Plain
	case dictionary && len(t.locals) == 1:
		e.pages.raw = appendZeroCodes(e.pages.raw, hi-lo)
		return format.RLEDictionary
	case dictionary:
		e.codes(t.codes[lo:hi])
		return format.RLEDictionary
	}
	t.bytes, t.offsets = t.bytes[:0], append(t.offsets[:0], 0)
	for _, number := range t.codes[lo:hi] {
		t.bytes = append(t.bytes, d.Value(t.locals[number])...)
		t.offsets = append(t.offsets, uint32(len(t.bytes)))
	}
	var encoding delta.LengthByteArrayEncoding
	e.payload, _ = encoding.EncodeByteArray(e.payload, t.bytes, t.offsets) // never fails
	e.pages.raw = append(e.pages.raw, e.payload...)
	return format.DeltaLengthByteArray
}
