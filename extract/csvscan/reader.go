package csvscan

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"waymark/extract"
	"waymark/schemas"
)

// Reader walks the records of one chunk after another. It serves one goroutine and allocates nothing per record.
type Reader struct {
	// Fields holds the wanted columns of the current record in the order asked for, unquoted; nil where the header
	// has no such column. They are valid until the next call of Next.
	Fields [][]byte
	// Line, Offset and Raw locate the current record; Raw is without its line end.
	Line, Offset int64
	Raw          []byte
	// Bad tells why the current record cannot be used; its Reason is "" for a good one.
	Bad schemas.Reject

	max     int
	columns int
	wanted  []wanted
	slots   []int32 // by column: position in Fields, -1 unwanted; one more than there are columns
	scratch []byte  // fields with doubled quotes

	index
	sep      byte
	base     int64 // offset of data[0]
	pos      int   // the next record
	line     int64 // of data[pos]
	oversize bool  // data is one record that is too large
}

// wanted is a column and where it goes.
type wanted struct{ col, slot int32 }

// NewReader returns a reader of records under h. cols[i] is the column that Fields[i] shall hold, -1 for none; a
// column may be asked for once. maxRecord 0 is extract.DefaultMaxRecord.
func NewReader(h *Header, cols []int, maxRecord int) *Reader {
	r := &Reader{Fields: make([][]byte, len(cols)), max: maxRecord, columns: h.Len(), sep: h.delim}
	r.index = index{delim: ones * uint64(h.delim), eol: ones * uint64(h.eol), end: h.eol}
	if r.max <= 0 {
		r.max = extract.DefaultMaxRecord
	}
	r.slots = make([]int32, h.Len()+1)
	for i := range r.slots {
		r.slots[i] = -1
	}
	for i, c := range cols {
		if c >= 0 {
			r.slots[c] = int32(i)
			r.wanted = append(r.wanted, wanted{int32(c), int32(i)})
		}
	}
	return r
}

// Reset starts at the first record of c.
func (r *Reader) Reset(c extract.Chunk) {
	r.data, r.base, r.pos, r.line = c.Data, c.Offset, 0, c.Line
	r.oversize = c.Part == tooLarge
	r.begin(0)
}

// Next moves to the next record and returns false at the end of the chunk. A record that cannot be used is returned
// with Bad set, and then Fields mean nothing.
func (r *Reader) Next() bool {
	for r.pos < len(r.data) {
		switch {
		case r.oversize:
			r.whole()
			return true
		case r.row < len(r.rows):
			if r.indexed() {
				return true
			}
		case r.stuck:
			if r.quoted() {
				return true
			}
		default:
			r.fill(r.pos)
		}
	}
	return false
}

// indexed reads the next record of the index; false when it is a blank line.
func (r *Reader) indexed() bool {
	fields := r.ends[r.first:r.rows[r.row]]
	r.first, r.row = int(r.rows[r.row]), r.row+1
	start, end, line := r.pos, int(fields[len(fields)-1]), r.line
	r.pos, r.line = min(end+1, len(r.data)), line+1
	if end > start && r.data[end-1] == '\r' {
		end--
		fields[len(fields)-1] = uint32(end)
	}
	if end == start {
		return false
	}
	if r.quotedLines || r.wasQuotedLines {
		r.line += int64(bytes.Count(r.data[start:end], []byte{r.end}))
	}
	r.Bad.Reason = ""
	if len(fields) == r.columns {
		r.take(fields, start)
	} else {
		r.ragged(len(fields))
	}
	r.found(start, end, line, r.unicode || r.wasUnicode)
	return true
}

// take sets Fields from the ends of a record's fields.
func (r *Reader) take(ends []uint32, start int) {
	r.scratch = r.scratch[:0]
	for _, w := range r.wanted {
		from, to := start, int(ends[w.col])
		if w.col > 0 {
			from = int(ends[w.col-1]) + 1
		}
		value := r.data[from:to:to]
		if len(value) > 0 && value[0] == '"' {
			value = value[1 : len(value)-1]
			if bytes.IndexByte(value, '"') >= 0 {
				value = r.unescape(value)
			}
		}
		r.Fields[w.slot] = value
	}
}

// whole reads a chunk that is one record, which is too large.
func (r *Reader) whole() {
	r.pos = len(r.data)
	r.bad(schemas.TooLarge, "the record is larger than the limit")
	r.found(0, len(r.data), r.line, false)
}

// found locates the current record and completes the verdict on it. mixed says that it may hold more than ASCII.
func (r *Reader) found(start, end int, line int64, mixed bool) {
	r.Raw, r.Line, r.Offset = r.data[start:end:end], line, r.base+int64(start)
	switch {
	case r.Bad.Reason == schemas.TooLarge:
	case len(r.Raw) > r.max:
		r.bad(schemas.TooLarge, "the record is larger than the limit")
	case mixed && !utf8.Valid(r.Raw):
		r.bad(schemas.InvalidUTF8, "the record is not UTF-8 text")
	}
	if r.Bad.Reason != "" {
		r.Bad.Line, r.Bad.Offset, r.Bad.Record = r.Line, r.Offset, r.Raw
	}
}

func (r *Reader) bad(reason schemas.Reason, message string) {
	r.Bad = schemas.Reject{Reason: reason, Message: message}
}

// ragged marks a record of n fields.
func (r *Reader) ragged(n int) {
	r.bad(schemas.Malformed, "the record has "+strconv.Itoa(n)+" fields, the header has "+strconv.Itoa(r.columns))
}

// lineEnd returns where the line at from ends without its line end, and where the next begins.
func (r *Reader) lineEnd(from int) (end, after int) {
	end = next(r.data, from, r.end)
	after = min(end+1, len(r.data))
	if end > from && r.data[end-1] == '\r' {
		end--
	}
	return end, after
}
