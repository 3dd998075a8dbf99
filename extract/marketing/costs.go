package marketing

import (
	"context"
	"errors"
	"strconv"

	"waymark/extract"
	"waymark/extract/field"
	"waymark/extract/tabular"
	"waymark/schemas"
)

// System is the name of the system in configurations and rows.
const System = "marketing"

// The slots of a line, in the order of the layout's names.
const (
	costDate = iota
	cost
	currency
	impressions
	clicks
	costID
	updatedAt
	day
	date
)

var layout = &tabular.Layout{
	Of: "a line of marketing cost", Table: schemas.CostLine,
	Names: []string{"cost_date", "cost", "currency", "impressions", "clicks", "cost_id", "updated_at", "day", "date"},
	Columns: map[string]int{
		"channel": schemas.CoChannel, "source": schemas.CoSource, "medium": schemas.CoMedium, "campaign": schemas.CoCampaign, "content": schemas.CoContent, "term": schemas.CoTerm,
	},
	Barred: []int{schemas.CoCampaignDay, schemas.CoCostDate, schemas.CoCost, schemas.CoCurrency, schemas.CoCostID},
	Need:   []int{cost},
}

// Exports returns the one export there is, costs.
func Exports() []extract.Export {
	return []extract.Export{{
		System: System, Name: "costs", Tables: []*schemas.Table{schemas.CostLine},
		Open: func(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
			s, err := tabular.Open(ctx, in, opt, layout)
			if err != nil {
				return nil, err
			}
			if s.Lacks(costDate) && s.Lacks(day) && s.Lacks(date) {
				return nil, errors.Join(s.Missing(costDate), s.Close())
			}
			return stream{s}, nil
		},
	}}
}

type stream struct{ *tabular.Stream }

func (s stream) NewDecoder() extract.Decoder {
	d := &decoder{Reader: s.NewReader(), modified: s.Modified(), currency: []byte(s.Options().Currency), when: costDate}
	for _, slot := range [...]int{date, day, costDate} {
		if !s.Lacks(slot) {
			d.when = slot
		}
	}
	d.each = d.line
	return d
}

type decoder struct {
	*tabular.Reader
	sink     schemas.Sink
	each     func() error // line, made once
	modified int64
	currency []byte
	when     int // slot to name when a line has no day
	key      []byte
}

// Decode emits the row of every line in c.
func (d *decoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	d.sink = sink
	return d.Reader.Decode(ctx, c, sink, d.each)
}

func (d *decoder) line() error {
	row := d.sink.Row(schemas.CostLine)
	d.Place(row)
	d.Extras(row)
	on, dated := int64(0), false
	for _, slot := range [...]int{costDate, day, date} {
		if n, ok := d.Day(slot); ok && !dated {
			on, dated = n, true
		}
	}
	if !dated {
		d.Bad(d.when, schemas.MissingRequired)
	}
	d.Need(cost)
	d.amounts(row)
	version, ok := d.Time(updatedAt)
	if !ok {
		version = d.modified
	}
	if d.Wrong() {
		return d.Reject(d.sink)
	}
	row.SetInt(schemas.CoCostDate, on)
	row.SetInt(schemas.CoVersion, version)
	d.identify(row, on)
	return d.sink.Emit(row)
}

// amounts sets money and counts.
func (d *decoder) amounts(row *schemas.Row) {
	for _, c := range [...]struct {
		slot, col int
		whole     bool
	}{{cost, schemas.CoCost, false}, {impressions, schemas.CoImpressions, true}, {clicks, schemas.CoClicks, true}} {
		n, ok := int64(0), false
		if c.whole {
			n, ok = d.Int(c.slot)
		} else {
			n, ok = d.Decimal(c.slot)
		}
		if ok {
			row.SetInt(c.col, n)
		}
		if n < 0 {
			d.Bad(c.slot, schemas.OutOfRange)
		}
	}
	row.SetBytes(schemas.CoCurrency, d.currency)
	if text := d.Text(currency); text != nil {
		row.SetBytes(schemas.CoCurrency, text)
		if !field.IsCurrency(text) {
			d.Bad(currency, schemas.WrongType)
		}
	}
}

// identify makes the keys: of the campaign's day, and of the line within it.
func (d *decoder) identify(row *schemas.Row, on int64) {
	d.key = strconv.AppendInt(d.key[:0], on, 10)
	for _, col := range [...]int{schemas.CoChannel, schemas.CoSource, schemas.CoMedium, schemas.CoCampaign} {
		d.key = append(append(d.key, '|'), row.Vals[col].Bytes...)
	}
	n := len(d.key)
	if id := d.Text(costID); id != nil {
		d.key = append(d.key, id...)
	} else {
		d.key = strconv.AppendInt(append(d.key, "line "...), d.Line, 10)
	}
	row.SetBytes(schemas.CoCampaignDay, d.key[:n:n])
	row.SetBytes(schemas.CoCostID, d.key[n:])
}
