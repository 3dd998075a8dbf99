package billing

import (
	"bytes"
	"context"

	"waymark/extract"
	"waymark/extract/field"
	"waymark/extract/tabular"
	"waymark/schemas"
)

// decoder decodes the chunks that one worker takes; a chunk holds whole contracts.
type decoder struct {
	*tabular.Reader
	sink     schemas.Sink
	each     func() error // row, made once
	modified int64
	currency []byte // of the source
	types    eventTypes
	c        contract
}

func newDecoder(s *tabular.Stream) *decoder {
	d := &decoder{Reader: s.NewReader(), modified: s.Modified(), currency: []byte(s.Options().Currency), types: newEventTypes()}
	d.each = d.row
	d.c.base = schemas.NewRow(schemas.Contract)
	return d
}

// Decode emits the rows and events of every contract in c.
func (d *decoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	d.sink, d.c.open = sink, false
	if err := d.Reader.Decode(ctx, c, sink, d.each); err != nil {
		return err
	}
	return d.finish()
}

// row takes one row: the first of a contract, or a further one.
func (d *decoder) row() error {
	id := d.Text(contractID)
	if id == nil {
		d.Bad(contractID, schemas.MissingRequired)
		return d.Reject(d.sink)
	}
	if !d.c.open || !bytes.Equal(id, d.c.id) {
		if err := d.finish(); err != nil {
			return err
		}
		d.first(id)
	}
	d.term()
	if d.Wrong() {
		d.c.bad = true
		return d.Reject(d.sink)
	}
	return nil
}

// first begins a contract.
func (d *decoder) first(id []byte) {
	c := &d.c
	*c = contract{open: true, base: c.base, arena: c.arena, terms: c.terms[:0]}
	c.arena.Reset()
	c.base.Reset()
	c.id = c.arena.Keep(id)
	d.Need(startedAt)
	c.started = d.instant(startedAt)
	c.money = d.currency
	if text := d.Text(currency); text != nil {
		if c.money = c.arena.Keep(text); !field.IsCurrency(text) {
			d.Bad(currency, schemas.WrongType)
		}
	}
	d.Extras(c.base)
	d.Place(c.base)
	c.base.Own(&c.arena)
}

// instant reads a moment and the day it is on.
func (d *decoder) instant(slot int) (i instant) {
	i.at, i.set = d.Time(slot)
	if i.set {
		i.day, i.set = d.Day(slot)
	}
	return i
}

// term takes what the row at hand says of the contract from a day on.
func (d *decoder) term() {
	c, t := &d.c, term{line: d.Line, offset: d.Offset, raw: d.Raw}
	t.renewed = d.instant(renewedAt)
	switch t.from = d.instant(changedAt); {
	case len(c.terms) == 0:
		t.from = c.started
	case !t.from.set:
		if t.from = t.renewed; !t.from.set {
			d.Bad(changedAt, schemas.MissingRequired)
		}
	}
	if n := len(c.terms); n > 0 && t.from.set && t.from.day <= c.terms[n-1].from.day {
		d.Bad(changedAt, schemas.Contradiction)
	}
	if i := d.instant(startedAt); i.set && i != c.started {
		d.Bad(startedAt, schemas.Contradiction)
	}
	if text := d.Text(currency); text != nil && !bytes.EqualFold(text, c.money) {
		d.Bad(currency, schemas.Contradiction)
	}
	d.end(t.from.day)
	d.value(&t)
	if v, ok := d.Time(updatedAt); ok {
		c.version = max(c.version, v)
	}
	c.deleted = d.Bool(isDeleted) || c.deleted
	c.terms = append(c.terms, t)
}

// end takes the contract's end, which any row may state.
func (d *decoder) end(from int64) {
	c, i := &d.c, d.instant(endedAt)
	switch {
	case !i.set:
	case c.ended.set && i != c.ended:
		d.Bad(endedAt, schemas.Contradiction)
	case i.day < c.started.day:
		d.Bad(endedAt, schemas.OutOfRange)
	default:
		c.ended = i
	}
	if c.ended.set && from > c.ended.day {
		d.Bad(changedAt, schemas.OutOfRange)
	}
}

// value reads the monthly value, in whichever way the row states it; a renewal that states none goes on with the one before.
func (d *decoder) value(t *term) {
	n, ok := d.Decimal(mrr)
	slot := mrr
	if yearly, given := d.Decimal(arr); !ok && given {
		n, ok, slot = divide(yearly, 12), true, arr
	}
	if paid, given := d.Decimal(amount); !ok && given {
		months, stated := d.Int(billingMonths)
		if !stated {
			d.Bad(billingMonths, schemas.MissingRequired)
		} else if months < 1 || months > 1200 {
			d.Bad(billingMonths, schemas.OutOfRange)
		}
		n, ok, slot = divide(paid, max(months, 1)), true, amount
	}
	switch last := len(d.c.terms) - 1; {
	case ok && n < 0:
		d.Bad(slot, schemas.OutOfRange)
	case ok:
		t.mrr = n
	case last >= 0 && t.renewed.set:
		t.mrr = d.c.terms[last].mrr
	default:
		d.Bad(mrr, schemas.MissingRequired)
	}
}

// divide rounds half away from zero.
func divide(n, by int64) int64 {
	q, r := n/by, n%by
	switch {
	case 2*r >= by:
		q++
	case -2*r >= by:
		q--
	}
	return q
}
