package salesforce

import (
	"waymark/extract/field"
	"waymark/schemas"
)

// text returns a source column of the current record without surrounding space; nil when it is absent or blank.
func (d *decoder) text(s src) []byte {
	if b := field.Trim(d.reader.Fields[s]); len(b) > 0 {
		return b
	}
	return nil
}

// first returns the first of the columns that is not blank.
func (d *decoder) first(list ...src) []byte {
	for _, s := range list {
		if b := d.text(s); b != nil {
			return b
		}
	}
	return nil
}

func (d *decoder) boolean(s src) bool {
	yes, why := field.Bool(d.reader.Fields[s])
	if why != "" {
		d.bad(srcNames[s], why)
	}
	return yes
}

// time returns a moment in µs; ok is false when the column is blank or wrong, which is noted.
func (d *decoder) time(s src) (us int64, ok bool) {
	b := d.text(s)
	if b == nil {
		return 0, false
	}
	us, why := field.Time(b, d.s.format.Location)
	if why != "" {
		d.bad(srcNames[s], why)
	}
	return us, why == ""
}

// identity returns the 15-character form of a Salesforce id, whose last three of 18 are a checksum.
func identity(id []byte) []byte {
	if len(id) != 18 {
		return id
	}
	for _, c := range id {
		if c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z' {
			return id
		}
	}
	return id[:15]
}

// isID reports whether b is an id of the kind that prefix names ("005" is a user).
func isID(b []byte, prefix string) bool {
	if len(b) != 15 && len(b) != 18 || string(b[:3]) != prefix {
		return false
	}
	for _, c := range b {
		if c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// set puts b into column col of row by the column's type.
func (d *decoder) set(row *schemas.Row, col int, name string, b []byte) {
	switch row.Table.Columns[col].Identifier {
	case schemas.Contact, schemas.Account:
		b = identity(field.Trim(b))
	}
	if why := d.s.format.Set(row, col, b); why != "" {
		d.bad(name, why)
	}
}

// fill parses the record into the entity and the mapped event columns, mapped columns first, and emits nothing.
func (d *decoder) fill() {
	if d.o.entity != nil {
		d.entity = d.sink.Row(d.o.entity)
		d.locate(d.entity)
	}
	d.mapped.Reset()
	for i := range d.s.mappings {
		m := &d.s.mappings[i]
		switch b := d.reader.Fields[m.slot]; {
		case m.entity >= 0:
			d.set(d.entity, m.entity, m.name, b)
		case m.event >= 0:
			d.set(d.mapped, m.event, m.name, b)
		case d.entity != nil:
			d.entity.AddAttr(m.attr, field.Trim(b))
		}
	}
	if d.entity == nil {
		return
	}
	for _, b := range d.o.bindings {
		if d.s.cols[b.from] >= 0 && !d.entity.Has(b.col) {
			d.set(d.entity, b.col, srcNames[b.from], d.reader.Fields[b.from])
		}
	}
	if d.o.kind != "" {
		d.entity.SetBytes(schemas.CuKind, d.kind)
	}
	if d.o.derive != nil {
		d.o.derive(d)
	}
	d.complete()
}

// complete sets the currency of an amount that carries none and the country of national phone numbers.
func (d *decoder) complete() {
	if d.location >= 0 {
		d.entity.PhoneCountry = d.country(d.entity.Vals[d.location].Bytes)
	}
	if d.entityCur < 0 || d.entity.Has(d.entityCur) {
		return
	}
	for _, col := range d.entityMoney {
		if d.entity.Has(col) {
			d.entity.SetBytes(d.entityCur, d.currency)
			return
		}
	}
}

func (d *decoder) country(name []byte) string {
	if code := field.Country(name); code != "" {
		return code
	}
	return d.s.opt.Country
}

func (d *decoder) locate(row *schemas.Row) {
	row.Line, row.Offset, row.Raw = d.reader.Line, d.reader.Offset, d.reader.Raw
	row.PhoneCountry = d.s.opt.Country
}
