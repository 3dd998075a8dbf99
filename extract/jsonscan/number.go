package jsonscan

import "strconv"

// number passes over the number at the current position and returns its text, nil on an error.
func (c *Cursor) number() []byte {
	start := c.pos
	end, ok := scanNumber(c.data, start)
	c.pos = end
	if !ok {
		c.fail("not a number")
		return nil
	}
	return c.data[start:end:end]
}

// scanNumber returns the end of the JSON number at i; ok is false, and end the place at fault, when it is none.
func scanNumber(data []byte, i int) (end int, ok bool) {
	if i < len(data) && data[i] == '-' {
		i++
	}
	switch {
	case i >= len(data):
		return i, false
	case data[i] == '0':
		i++
	default:
		from := i
		if i = digits(data, i); i == from {
			return i, false
		}
	}
	if i < len(data) && data[i] == '.' {
		from := i + 1
		if i = digits(data, from); i == from {
			return i, false
		}
	}
	if i < len(data) && (data[i] == 'e' || data[i] == 'E') {
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		from := i
		if i = digits(data, from); i == from {
			return i, false
		}
	}
	return i, true
}

func digits(data []byte, i int) int {
	for i < len(data) && data[i]-'0' <= 9 {
		i++
	}
	return i
}

// Status says how the reading of a number's text went.
type Status uint8

// The statuses.
const (
	OK         Status = iota
	NotANumber        // not a JSON number
	TooBig            // outside what the type holds
)

// ParseInt reads a decimal integer. A fraction of zeros ("12.0", as some exporters write) is accepted.
func ParseInt(text []byte) (int64, Status) {
	i, negative := 0, false
	if len(text) > 0 && text[0] == '-' {
		i, negative = 1, true
	}
	from := i
	var n uint64
	for i < len(text) && text[i]-'0' <= 9 {
		d := uint64(text[i] - '0')
		if n > (1<<63-d)/10 {
			return 0, TooBig
		}
		n = n*10 + d
		i++
	}
	if i == from || i < len(text) && !zeroFraction(text[i:]) {
		return 0, NotANumber
	}
	if negative {
		return -int64(n), OK
	}
	if n == 1<<63 {
		return 0, TooBig
	}
	return int64(n), OK
}

func zeroFraction(text []byte) bool {
	if len(text) < 2 || text[0] != '.' {
		return false
	}
	for _, b := range text[1:] {
		if b != '0' {
			return false
		}
	}
	return true
}

// maxDecimal is the first magnitude that a Decimal(18,4) cannot hold, in units of 1/10000.
const maxDecimal = 1_000_000_000_000_000_000

// ParseDecimal reads a JSON number, exponent included, as units of 1/10000, exactly; digits beyond the fourth decimal
// are rounded half away from zero.
func ParseDecimal(text []byte) (int64, Status) {
	if end, ok := scanNumber(text, 0); !ok || end != len(text) {
		return 0, NotANumber
	}
	mantissa, exponent := splitExponent(text)
	negative := mantissa[0] == '-'
	if negative {
		mantissa = mantissa[1:]
	}
	point := len(mantissa) // position of the decimal point among the digits
	for i, b := range mantissa {
		if b == '.' {
			point = i
		}
	}
	keep := point + exponent + 4 // digits that count, from the first one
	if keep < 0 {                // below a tenth of a unit
		return 0, OK
	}
	n, seen := uint64(0), 0
	for _, b := range mantissa {
		if b == '.' {
			continue
		}
		if seen == keep {
			if b >= '5' {
				n++
			}
			break
		}
		n = n*10 + uint64(b-'0')
		seen++
		if n >= maxDecimal {
			return 0, TooBig
		}
	}
	for ; seen < keep && n != 0; seen++ {
		if n *= 10; n >= maxDecimal {
			return 0, TooBig
		}
	}
	if n >= maxDecimal {
		return 0, TooBig
	}
	if negative {
		return -int64(n), OK
	}
	return int64(n), OK
}

// splitExponent parts a valid number into mantissa and exponent; the exponent is clipped to ±100,000.
func splitExponent(text []byte) (mantissa []byte, exponent int) {
	for i, b := range text {
		if b != 'e' && b != 'E' {
			continue
		}
		negative := false
		for _, d := range text[i+1:] {
			switch {
			case d == '-':
				negative = true
			case d != '+' && exponent < 100_000:
				exponent = exponent*10 + int(d-'0')
			}
		}
		if negative {
			exponent = -exponent
		}
		return text[:i], exponent
	}
	return text, 0
}

// DecimalOf is ParseDecimal of the shortest number that reads as f; ok is false when f does not fit or is no number.
func DecimalOf(f float64) (n int64, ok bool) {
	var buf [32]byte
	n, status := ParseDecimal(strconv.AppendFloat(buf[:0], f, 'e', -1, 64))
	return n, status == OK
}
