package field

import (
	"bytes"
	"math"

	"waymark/schemas"
)

// Scale is the number of units in 1: decimals are in units of 1/10000.
const Scale = 10_000

// maxDecimal is the largest Decimal(18,4) in units.
const maxDecimal = 999_999_999_999_999_999

// Decimal parses a number into units of 1/10000, exact to four fractional digits; further digits are rounded half
// away from zero. With comma set the number is written 1.234,56 (or 1 234,56), else 1,234.56. Thousands are separated
// by the other mark, a space of any kind or an apostrophe, in groups of three. An exponent is allowed, as Salesforce
// writes one for large numbers.
func Decimal(b []byte, comma bool) (int64, schemas.Reason) {
	point, group := byte('.'), byte(',')
	if comma {
		point, group = group, point
	}
	p := number{rest: trim(b), point: point, group: group}
	return p.parse()
}

// Percent parses a percentage (`10`, `12,5 %`) and returns the fraction: 10 gives 0.1.
func Percent(b []byte, comma bool) (float64, schemas.Reason) {
	b = trim(b)
	if n := len(b); n > 0 && b[n-1] == '%' {
		b = b[:n-1]
	}
	v, why := Decimal(b, comma)
	return float64(v) / (100 * Scale), why
}

// Int parses a whole number; `12.0` is one too.
func Int(b []byte, comma bool) (int64, schemas.Reason) {
	v, why := Decimal(b, comma)
	if why == "" && v%Scale != 0 {
		return 0, schemas.WrongType
	}
	return v / Scale, why
}

// Int32 parses a whole number that an Int32 column can hold.
func Int32(b []byte, comma bool) (int64, schemas.Reason) {
	v, why := Int(b, comma)
	if why == "" && (v > math.MaxInt32 || v < math.MinInt32) {
		return 0, schemas.OutOfRange
	}
	return v, why
}

type number struct {
	rest         []byte
	point, group byte
	digits       uint64 // up to 19 significant digits
	exp          int    // of ten
	seen         int    // digits read, leading zeros included
	next         byte   // first digit that did not fit into digits, plus one
}

func (p *number) parse() (int64, schemas.Reason) {
	negative := false
	if len(p.rest) > 0 && (p.rest[0] == '-' || p.rest[0] == '+') {
		negative, p.rest = p.rest[0] == '-', p.rest[1:]
	}
	if !p.whole() {
		return 0, schemas.WrongType
	}
	if len(p.rest) > 0 && p.rest[0] == p.point {
		p.rest = p.rest[1:]
		for len(p.rest) > 0 && isDigit(p.rest[0]) {
			p.digit(p.rest[0]-'0', -1)
			p.rest = p.rest[1:]
		}
	}
	if p.seen == 0 || !p.exponent() || len(p.rest) > 0 {
		return 0, schemas.WrongType
	}
	v, ok := p.scaled()
	if !ok {
		return 0, schemas.OutOfRange
	}
	if negative {
		v = -v
	}
	return v, ""
}

// whole reads the digits before the point, with groups of three when they are separated.
func (p *number) whole() bool {
	var sep []byte
	for run := 0; ; {
		if len(p.rest) > 0 && isDigit(p.rest[0]) {
			p.digit(p.rest[0]-'0', 0)
			p.rest = p.rest[1:]
			run++
			continue
		}
		if sep != nil && run != 3 {
			return false
		}
		s := p.separator()
		if s == nil || run == 0 || len(p.rest) <= len(s) || !isDigit(p.rest[len(s)]) {
			return true
		}
		if sep == nil && run > 3 || sep != nil && !bytes.Equal(s, sep) {
			return false
		}
		sep, run, p.rest = s, 0, p.rest[len(s):]
	}
}

// separator returns the thousands separator at the front, or nil.
func (p *number) separator() []byte {
	b := p.rest
	switch {
	case len(b) > 0 && (b[0] == p.group || b[0] == ' ' || b[0] == '\''):
		return b[:1]
	case len(b) > 1 && b[0] == 0xc2 && b[1] == 0xa0: // no-break space
		return b[:2]
	case len(b) > 2 && b[0] == 0xe2 && b[1] == 0x80 && (b[2] == 0xaf || b[2] == 0x89 || b[2] == 0x99): // narrow, thin, ’
		return b[:3]
	}
	return nil
}

// digit takes one digit; exp is -1 after the point.
func (p *number) digit(d byte, exp int) {
	p.seen++
	switch {
	case p.digits < 1e18:
		p.digits = p.digits*10 + uint64(d)
		p.exp += exp
	case p.next == 0:
		p.next = d + 1
		p.exp += exp + 1
	default:
		p.exp += exp + 1
	}
}

// exponent reads e±n, if it is there.
func (p *number) exponent() bool {
	if len(p.rest) == 0 || p.rest[0]|0x20 != 'e' {
		return true
	}
	b := p.rest[1:]
	negative := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative, b = b[0] == '-', b[1:]
	}
	if len(b) == 0 || len(b) > 4 {
		return false
	}
	n := 0
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
		n = n*10 + int(c-'0')
	}
	if negative {
		n = -n
	}
	p.exp, p.rest = p.exp+n, nil
	return true
}

// scaled returns digits·10^exp in units of 1/10000.
func (p *number) scaled() (int64, bool) {
	v, exp := p.digits, p.exp+4
	if v == 0 {
		return 0, true
	}
	for ; exp > 0; exp-- {
		if v > maxDecimal/10 || p.next > 1 {
			return 0, false
		}
		v *= 10
	}
	up := p.next > 5 && exp == 0
	for ; exp < 0 && v > 0; exp++ {
		up, v = v%10 >= 5, v/10
	}
	up = up && exp == 0
	if up {
		v++
	}
	return int64(v), v <= maxDecimal
}

func isDigit(c byte) bool { return c-'0' <= 9 }

// trim drops surrounding spaces, the no-break space included.
func trim(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	for len(b) > 1 && b[len(b)-2] == 0xc2 && b[len(b)-1] == 0xa0 {
		b = trim(b[:len(b)-2])
	}
	for len(b) > 1 && b[0] == 0xc2 && b[1] == 0xa0 {
		b = trim(b[2:])
	}
	return b
}
