package ga4

import (
	"math"
	"strconv"

	"waymark/extract/jsonscan"
)

// takes reports whether a value of kind k counts beside what p already has: text before integer before double.
func (p *param) takes(k kind) bool { return p.kind == none || k <= p.kind }

// int returns p as an integer; text that holds one counts.
func (p *param) int() (int64, bool) {
	if p == nil {
		return 0, false
	}
	switch p.kind {
	case isInt:
		return p.number, true
	case isText:
		n, status := jsonscan.ParseInt(p.text)
		return n, status == jsonscan.OK
	case isDouble:
		if p.double == math.Trunc(p.double) && math.Abs(p.double) < 1<<53 {
			return int64(p.double), true
		}
	}
	return 0, false
}

// float returns p as a number; text that holds one counts.
func (p *param) float() (float64, bool) {
	if p == nil {
		return 0, false
	}
	switch p.kind {
	case isInt:
		return float64(p.number), true
	case isDouble:
		return p.double, true
	case isText:
		n, status := jsonscan.ParseDecimal(p.text)
		return float64(n) / 10_000, status == jsonscan.OK
	}
	return 0, false
}

// text returns p as text, made in d's scratch where it is a number.
func (d *drafter) text(p *param) []byte {
	if p == nil {
		return nil
	}
	from := len(d.scratch)
	switch p.kind {
	case isText:
		return p.text
	case isInt:
		d.scratch = strconv.AppendInt(d.scratch, p.number, 10)
	case isDouble:
		d.scratch = strconv.AppendFloat(d.scratch, p.double, 'f', -1, 64)
	}
	return d.scratch[from:len(d.scratch):len(d.scratch)]
}
