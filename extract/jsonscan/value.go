package jsonscan

import (
	"math"
	"strconv"
	"unsafe"

	"waymark/schemas"
)

// Every method in this file reads the next value. It returns false for null; a value of another type is an error
// (wrong_type, named by the last key) and returns false too.

// IsNull reads the next value when it is null and says so; any other value is left alone.
func (c *Cursor) IsNull() bool { return c.peek() == 'n' && c.literal('n') }

// String reads a string: a view of the record, or of a scratch where it had escapes; valid until Reset.
func (c *Cursor) String() ([]byte, bool) {
	if c.peek() != '"' {
		if !c.IsNull() {
			c.mistyped("want a string")
		}
		return nil, false
	}
	s := c.text()
	return s, s != nil
}

// Text reads a string, number or bool as text.
func (c *Cursor) Text() ([]byte, bool) {
	if c.pos < len(c.data) && c.data[c.pos] == '"' {
		s := c.text()
		return s, s != nil
	}
	switch b := c.peek(); kinds[b] {
	case String:
		return c.String()
	case Number:
		n := c.number()
		return n, n != nil
	case Bool:
		start := c.pos
		ok := c.literal(b)
		return c.data[start:c.pos:c.pos], ok
	default:
		if !c.IsNull() {
			c.mistyped("want text, a number or a bool")
		}
		return nil, false
	}
}

// Raw skips any value and returns its text as it stands in the record; nil on an error.
func (c *Cursor) Raw() []byte {
	c.peek()
	start := c.pos
	c.Skip()
	if c.err.Reason != "" {
		return nil
	}
	return c.data[start:c.pos:c.pos]
}

// Number reads a number, or a string that holds one, and returns its text.
func (c *Cursor) Number() ([]byte, bool) {
	b := c.peek()
	if b == '"' {
		at := c.pos
		s := c.text()
		if s == nil {
			return nil, false
		}
		if end, ok := scanNumber(s, 0); !ok || end != len(s) {
			c.pos = at
			c.mistyped("want a number")
			return nil, false
		}
		return s, true
	}
	if kinds[b] == Number {
		n := c.number()
		return n, n != nil
	}
	if !c.IsNull() {
		c.mistyped("want a number")
	}
	return nil, false
}

// Int64 reads an integer: a number, or a string that holds one as BigQuery writes it.
func (c *Cursor) Int64() (int64, bool) {
	if n, ok := c.quotedInt(); ok {
		return n, true
	}
	text, ok := c.Number()
	if !ok {
		return 0, false
	}
	n, status := ParseInt(text)
	return n, c.check(status, "want an integer")
}

// quotedInt reads a string of at most 18 digits, with or without a minus; anything else it leaves alone.
func (c *Cursor) quotedInt() (n int64, ok bool) {
	data, i := c.data, c.pos
	if i+1 >= len(data) || data[i] != '"' {
		return 0, false
	}
	i++
	negative := data[i] == '-'
	if negative {
		i++
	}
	from := i
	for i < len(data) && data[i]-'0' <= 9 && i < from+18 {
		n = n*10 + int64(data[i]-'0')
		i++
	}
	if i == from || i >= len(data) || data[i] != '"' || data[from] == '0' && i > from+1 {
		return 0, false
	}
	c.pos = i + 1
	if negative {
		n = -n
	}
	return n, true
}

// Decimal reads a number, or a string that holds one, as units of 1/10000; see ParseDecimal.
func (c *Cursor) Decimal() (int64, bool) {
	text, ok := c.Number()
	if !ok {
		return 0, false
	}
	n, status := ParseDecimal(text)
	return n, c.check(status, "want a number")
}

// Float reads a number, or a string that holds one.
func (c *Cursor) Float() (float64, bool) {
	text, ok := c.Number()
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(text), len(text)), 64) // the text outlives the call
	if err != nil || math.IsInf(f, 0) {
		return 0, c.check(TooBig, "")
	}
	return f, true
}

// Bool reads true or false, or a string that holds one of them.
func (c *Cursor) Bool() (value, ok bool) {
	b := c.peek()
	if b == 't' || b == 'f' {
		return b == 't', c.literal(b)
	}
	if b == '"' {
		at := c.pos
		switch string(c.text()) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
		c.pos = at
	} else if c.IsNull() {
		return false, false
	}
	if c.err.Reason == "" {
		c.mistyped("want true or false")
	}
	return false, false
}

func (c *Cursor) check(status Status, want string) bool {
	switch status {
	case OK:
		return true
	case TooBig:
		c.Fail(schemas.OutOfRange, string(c.key), "number too large")
	default:
		c.Fail(schemas.WrongType, string(c.key), want)
	}
	return false
}
