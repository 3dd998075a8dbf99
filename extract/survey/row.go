package survey

import (
	"waymark/extract/field"
	"waymark/schemas"
)

// text returns a column of the current line without surrounding space; nil when it is absent or blank.
func (d *decoder) text(n name) []byte {
	if b := field.Trim(d.reader.Fields[n]); len(b) > 0 {
		return b
	}
	return nil
}

func (d *decoder) time(n name) (us int64, ok bool) {
	b := d.text(n)
	if b == nil {
		return 0, false
	}
	us, why := field.Time(b, d.s.format.Location)
	if why != "" {
		d.bad(int(n), why)
	}
	return us, why == ""
}

// common parses what all events of the line share.
func (d *decoder) common() {
	d.base.Reset()
	var ok bool
	if d.version, ok = d.time(updatedAt); !ok {
		d.version = d.s.modified
	}
	d.base.SetBytes(schemas.EvSurveyID, d.text(responseID))
	for i := range d.s.more {
		e := &d.s.more[i]
		if e.col < 0 {
			d.base.AddAttr(e.attr, field.Trim(d.reader.Fields[e.slot]))
		} else if why := d.s.format.Set(d.base, e.col, d.reader.Fields[e.slot]); why != "" {
			d.bad(e.slot, why)
		}
	}
	if d.base.Vals[schemas.EvAmount].Set && !d.base.Vals[schemas.EvCurrency].Set {
		d.base.SetBytes(schemas.EvCurrency, d.currency)
	}
	if d.base.PhoneCountry = field.Country(d.base.Vals[schemas.EvCountry].Bytes); d.base.PhoneCountry == "" {
		d.base.PhoneCountry = d.s.opt.Country
	}
}

// event begins an event of the current line.
func (d *decoder) event(eventType []byte, at int64) *schemas.Row {
	row := d.sink.Row(schemas.JourneyEvent)
	copy(row.Vals, d.base.Vals)
	row.Attrs = append(row.Attrs, d.base.Attrs...)
	row.PhoneCountry = d.base.PhoneCountry
	row.Line, row.Offset, row.Raw = d.reader.Line, d.reader.Offset, d.reader.Raw
	row.Key = append(row.Key[:0], d.base.Vals[schemas.EvSurveyID].Bytes...)
	row.Snapshot = true
	row.SetBytes(schemas.EvEventType, eventType)
	row.SetInt(schemas.EvOccurredAt, at)
	row.SetInt(schemas.EvVersion, d.version)
	return row
}

// bad notes the first thing that is wrong with the line.
func (d *decoder) bad(slot int, why schemas.Reason) {
	if d.wrong == "" {
		d.slot, d.wrong = slot, why
	}
}

func (d *decoder) reject() error {
	return d.sink.Reject(d.reader.Rejection(d.wrong, d.s.heads[d.slot]))
}
