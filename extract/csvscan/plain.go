package csvscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

const (
	ones = 0x0101010101010101
	low7 = 0x7f7f7f7f7f7f7f7f
)

// plain splits a record without quotes, eight bytes at a time.
func (r *Reader) plain(line []byte) {
	col, begin, pattern := 0, 0, ones*uint64(r.delim)
	slots, last := r.slots, r.last
	i := 0
	for ; i+8 <= len(line) && col <= last; i += 8 {
		x := binary.LittleEndian.Uint64(line[i:]) ^ pattern
		// The high bit of every byte of x that is zero, and of no other.
		for m := ^((x&low7 + low7) | x | low7); m != 0; m &= m - 1 {
			at := i + bits.TrailingZeros64(m)>>3
			if col < len(slots) {
				if s := slots[col]; s >= 0 {
					r.Fields[s] = line[begin:at:at]
				}
			}
			col++
			begin = at + 1
		}
	}
	for ; i < len(line) && col <= last; i++ {
		if line[i] == r.delim {
			if s := slots[col]; s >= 0 {
				r.Fields[s] = line[begin:i:i]
			}
			col++
			begin = i + 1
		}
	}
	if col <= last && col < len(slots) {
		if s := slots[col]; s >= 0 {
			r.Fields[s] = line[begin:]
		}
	}
	if i < len(line) {
		col += bytes.Count(line[i:], []byte{r.delim})
	}
	if col+2 != len(slots) {
		r.ragged(col + 1)
	}
}
