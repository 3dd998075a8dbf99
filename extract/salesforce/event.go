package salesforce

import (
	"waymark/extract/field"
	"waymark/schemas"
)

// copied is a column that an event takes over from its entity.
type copied struct{ from, to int }

// copiesOf pairs the columns of an entity with those of the event that mean the same: by name, and by the few names
// that differ.
func copiesOf(t *schemas.Table) []copied {
	other := map[string]string{"owner_id": "agent_id", "campaign_id": "campaign", "lead_source": "source"}
	var list []copied
	for i, c := range t.Columns {
		name := c.Name
		if o, ok := other[name]; ok {
			name = o
		}
		target, ok := field.TargetOf(schemas.JourneyEvent, name)
		if ok && alike(c.Type, schemas.JourneyEvent.Columns[target.Col].Type) {
			list = append(list, copied{i, target.Col})
		}
	}
	return list
}

// alike reports whether a value of one type is a value of the other: the same, or both text.
func alike(a, b schemas.Type) bool {
	text := func(t schemas.Type) bool { return t == schemas.String || t == schemas.LowCardinality }
	return a == b || text(a) && text(b)
}

// bare begins an event of the current record at the moment at.
func (d *decoder) bare(t eventType, at int64) *schemas.Row {
	row := d.sink.Row(schemas.JourneyEvent)
	d.locate(row)
	row.Key = append(row.Key[:0], identity(d.text(srcID))...)
	row.Snapshot = !d.o.history
	row.SetBytes(schemas.EvEventType, d.names[t])
	row.SetInt(schemas.EvOccurredAt, at)
	row.SetInt(schemas.EvVersion, d.version)
	return row
}

// event is bare with what the entity states.
func (d *decoder) event(t eventType, at int64) *schemas.Row {
	row := d.bare(t, at)
	if d.entity != nil {
		for _, c := range d.copies {
			if d.entity.Has(c.from) {
				row.Put(c.to, d.entity.Vals[c.from])
			}
		}
		row.PhoneCountry = d.entity.PhoneCountry
	}
	return row
}

// send applies the mapped columns and emits an event.
func (d *decoder) send(row *schemas.Row) error {
	for i := range d.s.mappings {
		switch m := &d.s.mappings[i]; {
		case m.event >= 0 && d.mapped.Has(m.event):
			row.Put(m.event, d.mapped.Vals[m.event])
		case m.attr != "":
			row.AddAttr(m.attr, field.Trim(d.reader.Fields[m.slot]))
		}
	}
	if row.Has(schemas.EvAmount) && !row.Has(schemas.EvCurrency) {
		row.SetBytes(schemas.EvCurrency, d.currency)
	}
	if d.o.history {
		row.SetBool(schemas.EvDeleted, d.deleted)
	}
	d.emitted++
	return d.sink.Emit(row)
}

// person sets the identifiers that a record states of the customer it concerns.
func (d *decoder) person(row *schemas.Row, contact, email, phone []byte) {
	row.SetBytes(schemas.EvContactID, identity(contact))
	row.SetBytes(schemas.EvEmailID, email)
	row.SetBytes(schemas.EvPhoneID, phone)
}
