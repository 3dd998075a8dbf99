package fx

import (
	"context"
	"slices"

	"waymark/extract"
	"waymark/extract/csvscan"
	"waymark/extract/field"
	"waymark/schemas"
)

// decoder decodes one publication.
type decoder struct {
	s      *stream
	reader *csvscan.Reader
	pivot  []byte
	seen   map[int64][]value // by day
	line   []value
}

// value is a rate of the line at hand, or of an earlier one: units cost price in units of 1/10000; zero units is none.
type value struct{ units, price int64 }

func newDecoder(s *stream) *decoder {
	cols := []int{-1}
	if s.Header().Len() > 0 {
		cols[0] = 0
	}
	for _, r := range s.rates {
		cols = append(cols, r.col)
	}
	return &decoder{s: s, reader: csvscan.NewReader(s.Header(), cols, s.opt.MaxRecord), pivot: []byte(s.t.pivot), seen: map[int64][]value{},
		line: make([]value, len(s.rates))}
}

// Decode emits the rates of every day in c.
func (d *decoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	records := int64(0)
	for d.reader.Reset(c); d.reader.Next(); {
		if d.s.t.skip(d.reader.Raw) {
			continue // however many fields it has
		}
		if records++; records%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var err error
		if d.reader.Bad.Reason != "" {
			err = sink.Reject(d.reader.Bad)
		} else {
			err = d.day(sink)
		}
		if err != nil {
			return err
		}
	}
	sink.Records(records)
	return nil
}

// day emits the rates of the current line, as far as they are good.
func (d *decoder) day(sink schemas.Sink) error {
	day, why := d.s.t.day(d.reader.Fields[0])
	if len(field.Trim(d.reader.Fields[0])) == 0 {
		why = schemas.MissingRequired
	}
	if why != "" {
		return sink.Reject(d.reader.Rejection(why, dayHead(d.s.t)))
	}
	for i := range d.s.rates {
		var why schemas.Reason
		if d.line[i], why = d.value(i); why != "" {
			if err := sink.Reject(d.reader.Rejection(why, d.s.rates[i].head)); err != nil {
				return err
			}
		}
	}
	if earlier, ok := d.seen[day]; ok {
		return d.again(earlier, sink)
	}
	d.seen[day] = slices.Clone(d.line)
	for i, v := range d.line {
		if v.units == 0 {
			continue
		}
		if err := d.emit(sink, day, &d.s.rates[i], v); err != nil {
			return err
		}
	}
	return nil
}

// again holds a day that came before to what was said then; what is new in it is rejected too, as nothing says which line is right.
func (d *decoder) again(earlier []value, sink schemas.Sink) error {
	for i, v := range d.line {
		if v.units > 0 && v != earlier[i] {
			return sink.Reject(d.reader.Rejection(schemas.Contradiction, d.s.rates[i].head))
		}
	}
	return nil
}

// value reads a rate; a field that is empty or N/A is none.
func (d *decoder) value(i int) (value, schemas.Reason) {
	text := field.Trim(d.reader.Fields[i+1])
	if len(text) == 0 || field.Is(text, "n/a") || field.Is(text, "-") {
		return value{}, ""
	}
	price, more, why := parse(text, d.s.t.comma)
	switch units := d.s.rates[i].units * more; {
	case why != "":
		return value{}, why
	case price <= 0, units > maxUnits:
		return value{}, schemas.OutOfRange
	default:
		return value{units, price}, ""
	}
}

func (d *decoder) emit(sink schemas.Sink, day int64, r *rate, v value) error {
	row := sink.Row(schemas.FxRate)
	row.Line, row.Offset, row.Raw = d.reader.Line, d.reader.Offset, d.reader.Raw
	from, to := r.currency, d.pivot
	if d.s.t.outward {
		from, to = to, from
	}
	row.SetInt(schemas.FxRateDate, day)
	row.SetBytes(schemas.FxFrom, from)
	row.SetBytes(schemas.FxTo, to)
	row.SetInt(schemas.FxUnits, v.units)
	row.SetInt(schemas.FxRateCol, v.price)
	return sink.Emit(row)
}
