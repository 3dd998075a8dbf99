package tabular

import (
	"waymark/extract/csvscan"
	"waymark/extract/field"
	"waymark/schemas"
)

// Every method of this file that reads a slot notes the first thing that is wrong with the record; Wrong tells.

// Text returns a field without surrounding space; nil when it is absent or blank.
func (r *Reader) Text(slot int) []byte {
	if b := field.Trim(r.Fields[slot]); len(b) > 0 {
		return b
	}
	return nil
}

// Time reads a moment in µs; false when it is absent or wrong.
func (r *Reader) Time(slot int) (us int64, ok bool) {
	b := r.Text(slot)
	if b == nil {
		return 0, false
	}
	us, why := field.Time(b, r.s.format.Location)
	return us, r.good(slot, why)
}

// Day reads a date in days since 1970; of a moment it is the day in the source's zone.
func (r *Reader) Day(slot int) (day int64, ok bool) {
	b := r.Text(slot)
	if b == nil {
		return 0, false
	}
	day, why := field.Day(b, r.s.format.Location)
	return day, r.good(slot, why)
}

// Decimal reads a number in units of 1/10000.
func (r *Reader) Decimal(slot int) (n int64, ok bool) {
	b := r.Text(slot)
	if b == nil {
		return 0, false
	}
	n, why := field.Decimal(b, r.format(slot).DecimalComma)
	return n, r.good(slot, why)
}

// Int reads a whole number.
func (r *Reader) Int(slot int) (n int64, ok bool) {
	b := r.Text(slot)
	if b == nil {
		return 0, false
	}
	n, why := field.Int(b, r.format(slot).DecimalComma)
	return n, r.good(slot, why)
}

// Bool reads yes or no; absent is no.
func (r *Reader) Bool(slot int) bool {
	yes, why := field.Bool(r.Fields[slot])
	return r.good(slot, why) && yes
}

// DecimalComma reports whether the number in slot is written with a comma.
func (r *Reader) DecimalComma(slot int) bool { return r.format(slot).DecimalComma }

func (r *Reader) good(slot int, why schemas.Reason) bool {
	if why != "" {
		r.Bad(slot, why)
	}
	return why == ""
}

// Bad notes that the field in slot makes the record unusable.
func (r *Reader) Bad(slot int, why schemas.Reason) {
	if r.wrong == "" {
		r.slot, r.wrong = slot, why
	}
}

// Need notes slots that are absent or blank.
func (r *Reader) Need(slots ...int) {
	for _, slot := range slots {
		if r.Text(slot) == nil {
			r.Bad(slot, schemas.MissingRequired)
		}
	}
}

// Wrong reports whether the current record is unusable.
func (r *Reader) Wrong() bool { return r.wrong != "" }

// Reject gives up the current record for the first thing that was noted.
func (r *Reader) Reject(sink schemas.Sink) error {
	return sink.Reject(schemas.Reject{Line: r.Line, Offset: r.Offset, Reason: r.wrong, Field: r.s.b.heads[r.slot],
		Message: csvscan.Explain(r.wrong), Record: r.Raw})
}

// Head returns the source's own name of what is in slot.
func (r *Reader) Head(slot int) string { return r.s.b.heads[slot] }

// Extras sets the columns and attributes of row that are mapped beside the names, and the country of its phone numbers.
func (r *Reader) Extras(row *schemas.Row) {
	for i := range r.s.b.more {
		e := &r.s.b.more[i]
		if e.col < 0 {
			row.AddAttr(e.attr, field.Trim(r.Fields[e.slot]))
		} else if why := r.format(e.slot).Set(row, e.col, r.Fields[e.slot]); why != "" {
			r.Bad(e.slot, why)
		}
	}
	row.PhoneCountry = r.s.opt.Country
	if col := row.Table.Col("country"); col >= 0 {
		if c := field.Country(row.Vals[col].Bytes); c != "" {
			row.PhoneCountry = c
		}
	}
}

// Place says where the record of row stands.
func (r *Reader) Place(row *schemas.Row) { row.Line, row.Offset, row.Raw = r.Line, r.Offset, r.Raw }
