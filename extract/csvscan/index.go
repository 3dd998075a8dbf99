package csvscan

import (
	"bytes"
	"math/bits"
	"slices"
)

// window is how many bytes are indexed at a time: what is indexed is still in the nearest cache when it is read.
const window = 16 << 10

// index finds the ends of fields and records in bulk, for text whose quotes are all well placed: an opening one at the
// beginning of a field, a closing one at its end. There, a byte is quoted when the number of quotes before it is odd.
// At the first quote that is not well placed it stops, and the record is read byte by byte.
type index struct {
	data       []byte
	delim, eol uint64 // repeated in every byte
	end        byte   // the byte of eol

	ends  []uint32 // ends of fields, from the first record not yet read on
	rows  []uint32 // ends[:rows[i]] are the fields up to record i
	first int      // where the next record's fields begin in ends
	row   int      // the next record

	scan    int    // data[:scan] is indexed
	inside  uint64 // all ones inside quotes
	fresh   uint64 // 1 when a quote at scan would open a field
	closed  uint64 // 1 when data[scan-1] is a closing quote
	quote   int    // the first quote at or after scan, when it is not before scan
	newline int    // the same for line ends
	stuck   bool   // a quote is not well placed

	// What the records of this window and the one before hold; a record may have begun there.
	quotedLines, wasQuotedLines bool
	unicode, wasUnicode         bool

	tail block // the last bytes of data
}

// begin starts indexing at position from, which begins a record.
func (x *index) begin(from int) {
	x.ends, x.rows, x.first, x.row = x.ends[:0], x.rows[:0], 0, 0
	x.scan, x.inside, x.fresh, x.closed, x.stuck = from, 0, 1, 0, false
	x.quote, x.newline = -1, -1
	x.quotedLines, x.wasQuotedLines, x.unicode, x.wasUnicode = false, false, false, false
}

// fill indexes the next window, or more while it has no end of a record. from is where the record begins that is not
// yet read. Afterwards there are rows, or the index is stuck, or the data is at its end.
func (x *index) fill(from int) {
	x.ends = x.ends[:copy(x.ends, x.ends[x.first:])]
	x.rows, x.first, x.row = x.rows[:0], 0, 0
	x.wasQuotedLines, x.wasUnicode = x.quotedLines, x.unicode
	x.quotedLines, x.unicode = false, false
	for limit := x.scan + window; x.scan < len(x.data) && (x.scan < limit || len(x.rows) == 0); {
		if x.block(); x.stuck {
			return
		}
	}
	if x.scan < len(x.data) {
		return
	}
	if x.inside != 0 {
		x.stuck = true // a quote is not closed
		return
	}
	if n := len(x.rows); n > 0 {
		from = int(x.ends[x.rows[n-1]-1]) + 1
	}
	if from < len(x.data) { // the last record has no line end
		x.ends = append(x.ends, uint32(len(x.data)))
		x.rows = append(x.rows, uint32(len(x.ends)))
	}
}

// block indexes the next 64 bytes.
func (x *index) block() {
	at := x.scan
	b, n := &x.tail, len(x.data)-at
	if n >= blockSize {
		b, n = (*block)(x.data[at:]), blockSize
	} else {
		clear(b[copy(b[:], x.data[at:]):])
	}
	if x.quote < at {
		x.quote = next(x.data, at, '"')
	}
	var seps, quoted uint64
	var ascii bool
	if x.quote < at+n || x.inside != 0 || x.closed != 0 {
		var quotes uint64
		seps, quotes, ascii = marks(b, x.delim, x.eol)
		quoted = x.quotes(quotes, seps, at, n)
	} else {
		seps, ascii = separators(b, x.delim, x.eol)
		x.fresh = seps >> 63
	}
	x.unicode = x.unicode || !ascii
	ends := seps &^ quoted
	if x.stuck {
		return
	}
	if x.newline < at {
		x.newline = next(x.data, at, x.end)
	}
	if x.newline < at+n {
		lines := equal(b, x.eol) & seps
		x.quotedLines = x.quotedLines || lines&quoted != 0
		for lines &^= quoted; lines != 0; lines &= lines - 1 {
			before := lines&-lines - 1
			x.rows = append(x.rows, uint32(len(x.ends)+bits.OnesCount64(ends&before)+1))
		}
	}
	x.flatten(ends, at)
	x.scan = at + n
}

// quotes returns which of the n bytes at at are quoted, by their quotes and separators. When a quote is not well placed
// the index is stuck and keeps what it has.
func (x *index) quotes(quotes, seps uint64, at, n int) uint64 {
	quoted := within(quotes) ^ x.inside
	opening, closing := quotes&quoted, quotes&^quoted
	wrong := opening &^ (seps<<1 | closing<<1 | x.fresh | x.closed)
	after := (closing<<1 | x.closed) &^ (seps | quotes)
	for ; after != 0; after &= after - 1 {
		k := bits.TrailingZeros64(after)
		if p := at + k; k < n && (x.data[p] != '\r' || p+1 < len(x.data) && x.data[p+1] != x.end) {
			wrong |= 1 << k
		}
	}
	if wrong != 0 {
		x.stuck = true
		return quoted
	}
	x.inside = uint64(int64(quoted) >> 63)
	x.closed = closing >> 63
	x.fresh = seps >> 63
	return quoted
}

// next returns the position of c at or after from, len(data) when there is none.
func next(data []byte, from int, c byte) int {
	if i := bytes.IndexByte(data[from:], c); i >= 0 {
		return from + i
	}
	return len(data)
}

// flatten appends the positions of the bits of mask, eight at a time without looking how many there are.
func (x *index) flatten(mask uint64, at int) {
	n := len(x.ends)
	if cap(x.ends)-n < blockSize+8 {
		x.ends = slices.Grow(x.ends, max(blockSize+8, n))
	}
	count := bits.OnesCount64(mask)
	to := x.ends[n : n+blockSize+8]
	for k := 0; k < count; k += 8 {
		p := (*[8]uint32)(to[k:])
		p[0], mask = uint32(at+bits.TrailingZeros64(mask)), mask&(mask-1)
		p[1], mask = uint32(at+bits.TrailingZeros64(mask)), mask&(mask-1)
		p[2], mask = uint32(at+bits.TrailingZeros64(mask)), mask&(mask-1)
		p[3], mask = uint32(at+bits.TrailingZeros64(mask)), mask&(mask-1)
		p[4], mask = uint32(at+bits.TrailingZeros64(mask)), mask&(mask-1)
		p[5], mask = uint32(at+bits.TrailingZeros64(mask)), mask&(mask-1)
		p[6], mask = uint32(at+bits.TrailingZeros64(mask)), mask&(mask-1)
		p[7], mask = uint32(at+bits.TrailingZeros64(mask)), mask&(mask-1)
	}
	x.ends = x.ends[:n+count]
}
