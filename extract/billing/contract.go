package billing

import "waymark/schemas"

// instant is a moment and its day in the source's zone.
type instant struct {
	at, day int64
	set     bool
}

// term is what a contract is worth from a day on.
type term struct {
	from, renewed instant
	mrr           int64
	line, offset  int64
	raw           []byte
}

// contract is the one that is being read; its bytes are its own, as rows are gone when the next one is read.
type contract struct {
	open, bad, deleted bool
	id, money          []byte
	started, ended     instant
	version            int64
	terms              []term
	base               *schemas.Row
	arena              schemas.Arena
}

// eventTypes as bytes.
type eventTypes struct{ started, renewed, expanded, contracted, ended []byte }

func newEventTypes() eventTypes {
	return eventTypes{[]byte("contract_started"), []byte("contract_renewed"), []byte("contract_expanded"), []byte("contract_contracted"), []byte("contract_ended")}
}

// finish emits the rows and events of the contract at hand.
func (d *decoder) finish() error {
	c := &d.c
	if !c.open {
		return nil
	}
	if c.open = false; c.bad {
		return nil // a row of it was rejected
	}
	if c.version == 0 {
		c.version = d.modified
	}
	for i := range c.terms {
		if err := d.emitTerm(&c.terms[i]); err != nil {
			return err
		}
	}
	if c.deleted || c.started.at > d.modified { // nothing has happened yet: what an older version said goes
		return d.sink.Emit(d.tombstone())
	}
	return d.events()
}

func (d *decoder) emitTerm(t *term) error {
	c, row := &d.c, d.sink.Row(schemas.Contract)
	row.Inherit(c.base)
	row.Line, row.Offset, row.Raw = t.line, t.offset, t.raw
	row.SetBytes(schemas.CnContractID, c.id)
	row.SetInt(schemas.CnValidFrom, t.from.day)
	row.SetInt(schemas.CnStartedOn, c.started.day)
	if t.renewed.set {
		row.SetInt(schemas.CnRenewedOn, t.renewed.day)
	}
	if c.ended.set {
		row.SetInt(schemas.CnEndedOn, c.ended.day)
	}
	row.SetInt(schemas.CnMRR, t.mrr)
	row.SetBytes(schemas.CnCurrency, c.money)
	row.SetInt(schemas.CnVersion, c.version)
	if c.deleted {
		row.SetBool(schemas.CnDeleted, true)
	}
	return d.sink.Emit(row)
}

// events emits what happened to the contract.
func (d *decoder) events() error {
	c := &d.c
	for i := range c.terms {
		t := &c.terms[i]
		row := d.event(d.types.started, t, t.from.at, t.mrr)
		if i > 0 {
			switch change := t.mrr - c.terms[i-1].mrr; {
			case change > 0:
				row = d.event(d.types.expanded, t, t.from.at, change)
			case change < 0:
				row = d.event(d.types.contracted, t, t.from.at, change)
			default:
				row = nil
			}
		}
		if row != nil && t.from.at <= d.modified { // what is agreed for later has not happened yet
			row.Ordinal = uint32(i)
			if err := d.sink.Emit(row); err != nil {
				return err
			}
		}
		if t.renewed.set && t.renewed.at <= d.modified {
			row := d.event(d.types.renewed, t, t.renewed.at, t.mrr)
			row.Ordinal = uint32(i)
			if err := d.sink.Emit(row); err != nil {
				return err
			}
		}
	}
	if last := &c.terms[len(c.terms)-1]; c.ended.set && c.ended.at <= d.modified {
		return d.sink.Emit(d.event(d.types.ended, last, c.ended.at, last.mrr))
	}
	return nil
}

// tombstone is an event that only says which version of the contract this is.
func (d *decoder) tombstone() *schemas.Row {
	row := d.bare(d.types.started, &d.c.terms[0], d.c.started.at)
	row.SetBool(schemas.EvDeleted, true)
	return row
}

// bare begins a row that says what an event is of.
func (d *decoder) bare(eventType []byte, t *term, at int64) *schemas.Row {
	row := d.sink.Row(schemas.JourneyEvent)
	row.Line, row.Offset, row.Raw = t.line, t.offset, t.raw
	row.Key, row.Snapshot = append(row.Key[:0], d.c.id...), true
	row.SetBytes(schemas.EvEventType, eventType)
	row.SetInt(schemas.EvOccurredAt, at)
	row.SetInt(schemas.EvVersion, d.c.version)
	return row
}

// event begins an event of the contract.
func (d *decoder) event(eventType []byte, t *term, at, amount int64) *schemas.Row {
	c, row := &d.c, d.bare(eventType, t, at)
	row.Attrs = append(row.Attrs, c.base.Attrs...)
	row.AddAttr("contract_id", c.id)
	row.AddAttr("plan", c.base.Vals[schemas.CnPlan].Bytes)
	for _, p := range [...][2]int{{schemas.CnEmailID, schemas.EvEmailID}, {schemas.CnUserID, schemas.EvUserID}, {schemas.CnContactID, schemas.EvContactID}, {schemas.CnAccountID, schemas.EvAccountID}} {
		row.SetBytes(p[1], c.base.Vals[p[0]].Bytes)
	}
	row.SetInt(schemas.EvAmount, amount)
	row.SetBytes(schemas.EvCurrency, c.money)
	return row
}
