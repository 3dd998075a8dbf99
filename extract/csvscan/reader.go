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

	delim, eol byte
	max        int
	slots      []int32 // by column: position in Fields, -1 unwanted; one more than there are columns
	last       int     // the last wanted column
	scratch    []byte  // fields with doubled quotes

	data     []byte
	base     int64 // offset of data[0]
	pos      int
	line     int64 // of data[pos]
	quote    int   // position of the first quote at or after pos, len(data) when there is none
	checked  bool  // data is UTF-8 throughout
	oversize bool  // data is one record that is too large
}

// NewReader returns a reader of records under h. cols[i] is the column that Fields[i] shall hold, -1 for none; a
// column may be asked for once. maxRecord 0 is extract.DefaultMaxRecord.
func NewReader(h *Header, cols []int, maxRecord int) *Reader {
	r := &Reader{Fields: make([][]byte, len(cols)), delim: h.delim, eol: h.eol, max: maxRecord, last: -1}
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
			r.last = max(r.last, c)
		}
	}
	return r
}

// Reset starts at the first record of c.
func (r *Reader) Reset(c extract.Chunk) {
	r.data, r.base, r.pos, r.line = c.Data, c.Offset, 0, c.Line
	r.oversize = c.Part == tooLarge
	r.quote = r.find(0)
	r.checked = utf8.Valid(c.Data)
}

// Next moves to the next record and returns false at the end of the chunk. A record that cannot be used is returned
// with Bad set, and then Fields mean nothing.
func (r *Reader) Next() bool {
	for r.pos < len(r.data) {
		start, line := r.pos, r.line
		end, next := r.lineEnd(start)
		r.Bad.Reason = ""
		if r.quote < end || r.oversize {
			end = r.quoted(start, end)
		} else {
			r.pos, r.line = next, line+1
			if end == start {
				continue // a blank line
			}
			r.plain(r.data[start:end])
		}
		r.Raw, r.Line, r.Offset = r.data[start:end:end], line, r.base+int64(start)
		r.check()
		return true
	}
	return false
}

// check completes the verdict on the current record.
func (r *Reader) check() {
	switch {
	case r.Bad.Reason == schemas.TooLarge:
	case len(r.Raw) > r.max:
		r.bad(schemas.TooLarge, "the record is larger than the limit")
	case !r.checked && !utf8.Valid(r.Raw):
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
	r.bad(schemas.Malformed, "the record has "+strconv.Itoa(n)+" fields, the header has "+strconv.Itoa(len(r.slots)-1))
}

// find returns the position of the first quote at or after from.
func (r *Reader) find(from int) int {
	if i := bytes.IndexByte(r.data[from:], '"'); i >= 0 {
		return from + i
	}
	return len(r.data)
}

// lineEnd returns where the line at from ends without its line end, and where the next begins.
func (r *Reader) lineEnd(from int) (end, next int) {
	end, next = len(r.data), len(r.data)
	if i := bytes.IndexByte(r.data[from:], r.eol); i >= 0 {
		end, next = from+i, from+i+1
	}
	if end > from && r.data[end-1] == '\r' {
		end--
	}
	return end, next
}
