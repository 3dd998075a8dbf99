package survey

import (
	"waymark/extract/field"
	"waymark/schemas"
)

// answer is one score of a response.
type answer struct {
	set     bool
	kind    int // position in scored
	value   float64
	ordinal uint32
}

// scores parses every score of the current line: the one of score and kind, then those of one kind each.
func (d *decoder) scores() (list [1 + len(scored)]answer, count int) {
	if b := d.Text(score); b != nil {
		list[0] = d.score(score, b, d.kindOf())
		count++
	}
	for i, n := range scored {
		if b := d.Text(n); b != nil {
			list[1+i] = d.score(n, b, i)
			list[1+i].ordinal = uint32(i + 1)
			count++
		}
	}
	return list, count
}

// kindOf returns the position in scored of the line's kind.
func (d *decoder) kindOf() int {
	b := d.Text(kind)
	for i, s := range d.scales {
		if field.Is(b, s.Kind) {
			return i
		}
	}
	why := schemas.WrongType
	if b == nil {
		why = schemas.MissingRequired
	}
	d.Bad(kind, why)
	return 0
}

func (d *decoder) score(slot int, b []byte, kind int) answer {
	a := answer{set: true, kind: kind}
	switch csat := scored[kind] == scoreCSAT; {
	case csat && field.Is(b, "good"):
		a.value = schemas.GoodScore
	case csat && field.Is(b, "bad"):
		a.value = schemas.BadScore
	default:
		n, why := field.Decimal(b, d.DecimalComma(slot))
		if a.value = float64(n) / field.Scale; why == "" && !d.scales[kind].Holds(a.value) {
			why = schemas.OutOfRange
		}
		if why != "" {
			d.Bad(slot, why)
		}
	}
	return a
}
