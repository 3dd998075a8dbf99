package schemas

import (
	"math"
	"math/bits"
)

// Value is one field of a draft row. Text and raw identifiers are in Bytes; everything else in Num
// (floats as IEEE 754 bits of a float64). An absent value is the zero Value.
type Value struct {
	Bytes []byte
	Num   int64
}

// Attr is one entry of a row's attributes map.
type Attr struct {
	Key   string
	Value []byte
}

// Row is a draft: one row of Table as its source states it, with raw identifiers and without derived columns.
// It is reused: every byte slice in it must stay valid only until Sink.Emit returns.
type Row struct {
	Table  *Table
	Vals   []Value // by column position; to be read: Put changes one
	Stated uint64  // which of them are there: bits by column position
	Attrs  []Attr

	// Key is the natural key within (system, export) and Ordinal tells events of one record apart; with the event
	// type they make the event_id. Only for journey_event.
	Key     []byte
	Ordinal uint32
	// Snapshot is true when the event was read off a record's current state, so that a newer version of the record
	// replaces every event of the older one, wherever in time it was. Only for journey_event.
	Snapshot bool
	// PhoneCountry is the ISO 3166 alpha-2 country that national phone numbers of this row belong to; "" is unknown.
	PhoneCountry string

	// Where the record starts, for rejects: 1-based line and 0-based byte offset in the decompressed object.
	Line, Offset int64
	// Raw is the whole record, for rejects; it may be nil.
	Raw []byte
}

// NewRow returns an empty draft for t.
func NewRow(t *Table) *Row { return &Row{Table: t, Vals: make([]Value, len(t.Columns))} }

// Reset empties r for the next record; it keeps its buffers.
func (r *Row) Reset() {
	r.Drop(r.Stated)
	r.Attrs = r.Attrs[:0]
	r.Key, r.Ordinal, r.Snapshot, r.PhoneCountry, r.Line, r.Offset, r.Raw = r.Key[:0], 0, false, "", 0, 0, nil
}

// Drop makes a set of columns absent, bits by column position.
func (r *Row) Drop(set uint64) {
	for gone := r.Stated & set; gone != 0; gone &= gone - 1 {
		r.Vals[bits.TrailingZeros64(gone)] = Value{}
	}
	r.Stated &^= set
}

// Has reports whether column col has a value.
func (r *Row) Has(col int) bool { return r.Stated>>col&1 != 0 }

// Put gives column col a value.
func (r *Row) Put(col int, v Value) {
	r.Vals[col] = v
	r.Stated |= 1 << col
}

// Inherit adds what base, a row of the same table, states: its columns, its attributes and its country.
func (r *Row) Inherit(base *Row) {
	for stated := base.Stated; stated != 0; stated &= stated - 1 {
		col := bits.TrailingZeros64(stated)
		r.Vals[col] = base.Vals[col]
	}
	r.Stated |= base.Stated
	r.Attrs = append(r.Attrs, base.Attrs...)
	r.PhoneCountry = base.PhoneCountry
}

// Arena keeps copies of texts for as long as something lasts longer than the record it was read from.
type Arena struct{ bytes []byte }

// Reset forgets the copies and keeps the memory.
func (a *Arena) Reset() { a.bytes = a.bytes[:0] }

// Keep returns a copy of b.
func (a *Arena) Keep(b []byte) []byte {
	from := len(a.bytes)
	a.bytes = append(a.bytes, b...)
	return a.bytes[from:len(a.bytes):len(a.bytes)]
}

// Own copies the texts of r's columns and attributes into a.
func (r *Row) Own(a *Arena) {
	for stated := r.Stated; stated != 0; stated &= stated - 1 {
		if v := &r.Vals[bits.TrailingZeros64(stated)]; v.Bytes != nil {
			v.Bytes = a.Keep(v.Bytes)
		}
	}
	for i := range r.Attrs {
		r.Attrs[i].Value = a.Keep(r.Attrs[i].Value)
	}
}

// SetBytes sets column col to text; empty text counts as absent.
func (r *Row) SetBytes(col int, b []byte) {
	if len(b) > 0 {
		r.Put(col, Value{Bytes: b})
	}
}

// SetInt sets an integer, timestamp (µs), date (days), bool (0/1) or decimal (1/10000) column.
func (r *Row) SetInt(col int, n int64) { r.Put(col, Value{Num: n}) }

// SetBool sets a Bool column.
func (r *Row) SetBool(col int, b bool) {
	if b {
		r.Put(col, Value{Num: 1})
	} else {
		r.Put(col, Value{})
	}
}

// SetFloat sets a Float32 column.
func (r *Row) SetFloat(col int, f float64) {
	r.Put(col, Value{Num: int64(math.Float64bits(f))})
}

// Float returns the value of a Float32 column.
func (v Value) Float() float32 { return float32(math.Float64frombits(uint64(v.Num))) }

// AddAttr adds one entry to the attributes; an empty value is not added.
func (r *Row) AddAttr(key string, value []byte) {
	if len(value) > 0 {
		r.Attrs = append(r.Attrs, Attr{Key: key, Value: value})
	}
}

// Reason is the stable code of why a record was rejected or an object quarantined.
type Reason string

// The reasons. They appear in the reject table, in status and in the documentation.
const (
	Malformed       Reason = "malformed"        // not valid JSON, CSV or Parquet at this place
	InvalidUTF8     Reason = "invalid_utf8"     // text that is not UTF-8
	TooLarge        Reason = "too_large"        // record above the size limit
	MissingRequired Reason = "missing_required" // a required field is absent or empty
	WrongType       Reason = "wrong_type"       // a field does not parse as its type
	OutOfRange      Reason = "out_of_range"     // a value outside what the column can hold
	Contradiction   Reason = "contradiction"    // the record says something else than an earlier one of the same thing
	Truncated       Reason = "truncated"        // the object ends inside a record or an archive
	TooManyRejects  Reason = "too_many_rejects" // the share of rejected records is above the source's limit
)

// Reject tells of one record that could not be used.
type Reject struct {
	Line, Offset int64 // 1-based line and 0-based byte offset in the decompressed object
	Reason       Reason
	Field        string // the source's own name of the field, "" when the record as a whole is at fault
	Message      string // what is wrong, without any value from the record
	Record       []byte // the raw record; the transform truncates and redacts it before it is stored
}

// Sink receives what a decoder finds. A Sink serves one goroutine.
type Sink interface {
	// Row returns the reusable draft of table t, reset and with system and export left to the sink.
	Row(t *Table) *Row
	// Emit takes the draft; its bytes may be reused once it returns. A row that the transform cannot use becomes a
	// reject, not an error; an error means that the object cannot go on.
	Emit(r *Row) error
	// Reject records one record that was not usable.
	Reject(r Reject) error
	// Records counts n records read from the source (rejected ones included); the reject rate is measured against it.
	Records(n int64)
}
