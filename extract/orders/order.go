package orders

import (
	"waymark/extract/csvscan"
	"waymark/extract/field"
	"waymark/schemas"
)

// order is the one that is being read; its bytes are its own, as rows are gone when the next one is read.
type order struct {
	open, bad     bool
	id            []byte
	at, version   int64
	amount        int64
	stated        bool
	lines         int64 // sum of line amounts
	lined         bool
	pieces        int64
	money, status []byte
	back          int64
	backStated    bool
	refundAt      int64
	cancelled     bool
	deleted       bool
	base          *schemas.Row
	arena         schemas.Arena
}

// void reports whether an order was never paid and never will be.
func (o *order) void() bool {
	if field.Is(o.status, "voided") || field.Is(o.status, "expired") {
		return true
	}
	return o.cancelled && !paid(o.status) && (len(o.status) > 0 || !o.backStated)
}

// finish emits the events of the order at hand.
func (d *decoder) finish() error {
	o := &d.o
	if !o.open {
		return nil
	}
	o.open = false
	switch {
	case o.bad:
		return nil // a row of it was rejected
	case o.deleted:
		return d.tombstone()
	case !o.stated && !o.lined:
		return d.give(schemas.MissingRequired, amount)
	case !o.stated:
		if o.amount = o.lines; o.amount < 0 {
			return d.give(schemas.OutOfRange, lineAmount)
		}
	}
	row := d.event(d.placed, o.at)
	row.SetInt(schemas.EvAmount, o.amount)
	row.SetInt(schemas.EvQuantity, o.pieces)
	if err := d.sink.Emit(row); err != nil {
		return err
	}
	if o.back == 0 && !o.void() {
		return nil
	}
	row = d.event(d.refunded, o.refundAt)
	if o.back > 0 {
		row.SetInt(schemas.EvAmount, o.back)
	}
	return d.sink.Emit(row)
}

// give rejects the order as a whole.
func (d *decoder) give(why schemas.Reason, slot int) error {
	b := d.o.base
	return d.sink.Reject(schemas.Reject{Line: b.Line, Offset: b.Offset, Reason: why, Field: d.Head(slot), Message: csvscan.Explain(why), Record: b.Raw})
}

// event begins an event of the order.
func (d *decoder) event(eventType []byte, at int64) *schemas.Row {
	o := &d.o
	row := d.sink.Row(schemas.JourneyEvent)
	row.Inherit(o.base)
	row.AddAttr("status", o.status)
	row.SetBytes(schemas.EvOrderID, d.number())
	row.SetBytes(schemas.EvCurrency, o.money)
	d.identify(row, eventType, at)
	return row
}

// tombstone takes the order back.
func (d *decoder) tombstone() error {
	row := d.sink.Row(schemas.JourneyEvent)
	row.SetBool(schemas.EvDeleted, true)
	d.identify(row, d.placed, d.o.at)
	return d.sink.Emit(row)
}

func (d *decoder) identify(row *schemas.Row, eventType []byte, at int64) {
	o := &d.o
	row.Line, row.Offset, row.Raw = o.base.Line, o.base.Offset, o.base.Raw
	row.Key, row.Snapshot = append(row.Key[:0], o.id...), true
	row.SetBytes(schemas.EvEventType, eventType)
	row.SetInt(schemas.EvOccurredAt, at)
	row.SetInt(schemas.EvVersion, o.version)
}

// number is the order's number as other systems write it: without Shopify's #.
func (d *decoder) number() []byte {
	id := d.o.id
	if d.hash && len(id) > 1 && id[0] == '#' {
		id = id[1:]
	}
	return id
}
