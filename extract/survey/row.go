package survey

import "waymark/schemas"

// common parses what all events of the line share.
func (d *decoder) common() {
	d.base.Reset()
	var ok bool
	if d.version, ok = d.Time(updatedAt); !ok {
		d.version = d.modified
	}
	d.base.SetBytes(schemas.EvSurveyID, d.Text(responseID))
	d.Extras(d.base)
	if d.base.Has(schemas.EvAmount) && !d.base.Has(schemas.EvCurrency) {
		d.base.SetBytes(schemas.EvCurrency, d.currency)
	}
}

// event begins an event of the current line.
func (d *decoder) event(eventType []byte, at int64) *schemas.Row {
	row := d.sink.Row(schemas.JourneyEvent)
	row.Inherit(d.base)
	d.Place(row)
	row.Key = append(row.Key[:0], d.base.Vals[schemas.EvSurveyID].Bytes...)
	row.Snapshot = true
	row.SetBytes(schemas.EvEventType, eventType)
	row.SetInt(schemas.EvOccurredAt, at)
	row.SetInt(schemas.EvVersion, d.version)
	return row
}

// wordless takes from an event what is known of the text of its response, which one event of each response has: a text is one text,
// however many scores came with it.
func wordless(row *schemas.Row) {
	row.Drop(1<<schemas.EvSentiment | 1<<schemas.EvTheme)
}
