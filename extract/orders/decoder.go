package orders

import (
	"bytes"
	"context"

	"waymark/extract"
	"waymark/extract/field"
	"waymark/extract/tabular"
	"waymark/schemas"
)

// decoder decodes the chunks that one worker takes; a chunk holds whole orders.
type decoder struct {
	*tabular.Reader
	sink     schemas.Sink
	each     func() error // row, made once
	modified int64
	currency []byte // of the source
	hash     bool

	placed, refunded []byte // event types
	o                order
}

func newDecoder(s stream) *decoder {
	d := &decoder{Reader: s.NewReader(), modified: s.Modified(), currency: []byte(s.Options().Currency), hash: s.hash,
		placed: []byte("order_placed"), refunded: []byte("order_refunded")}
	d.each = d.row
	d.o.base = schemas.NewRow(schemas.JourneyEvent)
	return d
}

// Decode emits the events of every order in c.
func (d *decoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	d.sink, d.o.open = sink, false
	if err := d.Reader.Decode(ctx, c, sink, d.each); err != nil {
		return err
	}
	return d.finish()
}

// row takes one row: the first of an order, or a further line of it.
func (d *decoder) row() error {
	id := d.Text(orderID)
	if id == nil {
		d.Bad(orderID, schemas.MissingRequired)
		return d.Reject(d.sink)
	}
	if d.o.open && bytes.Equal(id, d.o.id) {
		d.further()
	} else {
		if err := d.finish(); err != nil {
			return err
		}
		d.first(id)
	}
	if d.Wrong() {
		d.o.bad = true
		return d.Reject(d.sink)
	}
	return nil
}

// first begins an order.
func (d *decoder) first(id []byte) {
	o := &d.o
	*o = order{open: true, base: o.base, arena: o.arena}
	o.arena.Reset()
	o.base.Reset()
	o.id = o.arena.Keep(id)
	var dated bool
	if o.at, dated = d.Time(orderedAt); !dated {
		d.Bad(orderedAt, schemas.MissingRequired)
	}
	if o.version, dated = d.Time(updatedAt); !dated {
		o.version = d.modified
	}
	if o.refundAt, dated = d.Time(refundedAt); !dated {
		o.refundAt = o.at
	}
	if at, cancelled := d.Time(cancelledAt); cancelled {
		o.cancelled = true
		if !dated {
			o.refundAt = at
		}
	}
	o.deleted = d.Bool(isDeleted)
	o.amount, o.stated = d.Decimal(amount)
	o.back, o.backStated = d.Decimal(refundedAmount)
	if o.amount < 0 {
		d.Bad(amount, schemas.OutOfRange)
	}
	if o.back < 0 {
		d.Bad(refundedAmount, schemas.OutOfRange)
	}
	o.money = d.currency
	if text := d.Text(currency); text != nil {
		if o.money = o.arena.Keep(text); !field.IsCurrency(text) {
			d.Bad(currency, schemas.WrongType)
		}
	}
	o.status = o.arena.Keep(d.Text(status))
	d.Extras(o.base)
	d.Place(o.base)
	o.base.Own(&o.arena)
	d.line()
}

// further takes another line of the order at hand.
func (d *decoder) further() {
	o := &d.o
	if n, ok := d.Decimal(amount); ok && o.stated && n != o.amount {
		d.Bad(amount, schemas.Contradiction)
	}
	if n, ok := d.Decimal(refundedAmount); ok && o.backStated && n != o.back {
		d.Bad(refundedAmount, schemas.Contradiction)
	}
	if text := d.Text(currency); text != nil && !bytes.EqualFold(text, o.money) {
		d.Bad(currency, schemas.Contradiction)
	}
	d.line()
}

// line adds up what each row has.
func (d *decoder) line() {
	o := &d.o
	if n, ok := d.Int(quantity); ok {
		if o.pieces += n; n < -maxPieces || o.pieces > maxPieces || n > maxPieces {
			d.Bad(quantity, schemas.OutOfRange)
		}
	}
	if n, ok := d.Decimal(lineAmount); ok {
		if o.lines, o.lined = o.lines+n, true; n > maxAmount || n < -maxAmount || o.lines > maxAmount || o.lines < -maxAmount {
			d.Bad(lineAmount, schemas.OutOfRange)
			o.lines = 0
		}
	}
}

const (
	maxPieces = 1<<31 - 1
	maxAmount = 999_999_999_999_999_999
)

// paid reports whether a payment status says that money came in.
func paid(status []byte) bool {
	for _, s := range [...]string{"paid", "partially_paid", "partially_refunded", "refunded"} {
		if field.Is(status, s) {
			return true
		}
	}
	return false
}
