package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

// Skip passes over the next value, whatever it is, and checks its syntax as strictly as reading it would.
func (c *Cursor) Skip() {
	switch c.peek() {
	case '"':
		c.skipString()
	case '{', '[':
		c.skipNested()
	default:
		c.skipScalar()
	}
}

// skipString passes over the string that starts at the current position.
func (c *Cursor) skipString() {
	data, i := c.data, c.pos+1
	for i+8 <= len(data) {
		w := binary.LittleEndian.Uint64(data[i:])
		if w&highs != 0 {
			c.nonASCII = true
		}
		if m := special(w); m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			if data[i] == '"' {
				c.pos = i + 1
				return
			}
			break
		}
		i += 8
	}
	c.skipStringSlow(i)
}

// skipStringSlow goes on inside a string at i: at its tail or at something special.
func (c *Cursor) skipStringSlow(i int) {
	for {
		var seen uint64
		i, seen = plain(c.data, i)
		if seen&highs != 0 {
			c.nonASCII = true
		}
		c.pos = i
		if i >= len(c.data) || c.data[i] < 0x20 {
			c.fail("control character in a string")
			return
		}
		if c.data[i] == '"' {
			c.pos = i + 1
			return
		}
		keep := len(c.scratch)
		if i = c.escape(i); i < 0 {
			return
		}
		c.scratch = c.scratch[:keep]
	}
}

// skipScalar passes over a number or a literal.
func (c *Cursor) skipScalar() {
	b := c.peek()
	switch kinds[b] {
	case Number:
		c.number()
	case Bool, Null:
		c.literal(b)
	default:
		c.fail("want a value")
	}
}

// literal passes over true, false or null, which starts with b, and reports whether it was there.
func (c *Cursor) literal(b byte) bool {
	want := "null"
	switch b {
	case 't':
		want = "true"
	case 'f':
		want = "false"
	}
	if end := c.pos + len(want); end <= len(c.data) && string(c.data[c.pos:end]) == want {
		c.pos = end
		return true
	}
	for i := 0; i < len(want); i++ { // go to the byte at fault
		if c.pos >= len(c.data) || c.data[c.pos] != want[i] {
			break
		}
		c.pos++
	}
	c.fail("unknown literal")
	return false
}

// skipNested passes over the object or array that starts at the current position, without recursion.
func (c *Cursor) skipNested() {
	var objects [MaxDepth/64 + 1]uint64 // one bit per level: it is an object
	level, outer := 0, c.depth
	for {
		b := c.peek()
		switch b {
		case '{', '[':
			if level++; outer+level > MaxDepth {
				c.fail("nested too deep")
				return
			}
			c.pos++
			bit := uint64(1) << (level & 63)
			if b == '{' {
				objects[level>>6] |= bit
				if c.peek() != '}' {
					if !c.skipKey() {
						return
					}
					continue
				}
			} else {
				objects[level>>6] &^= bit
				if c.peek() != ']' {
					continue
				}
			}
			c.pos++
			level--
		case '"':
			c.skipString()
		default:
			c.skipScalar()
		}
		// A value has ended: leave every level that ends here, then go to the next value.
		for {
			if level == 0 {
				return
			}
			inObject := objects[level>>6]>>(level&63)&1 != 0
			b = c.peek()
			if b == ',' {
				c.pos++
				if inObject && !c.skipKey() {
					return
				}
				break
			}
			if inObject && b != '}' || !inObject && b != ']' {
				c.fail("want , or the end of an object or array")
				return
			}
			c.pos++
			level--
		}
	}
}

// skipKey passes over a key and its colon.
func (c *Cursor) skipKey() bool {
	if c.peek() != '"' {
		c.fail("want a key")
		return false
	}
	c.skipString()
	if c.peek() != ':' {
		c.fail("want : after a key")
		return false
	}
	c.pos++
	return true
}
