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

func (c *Cursor) skipString() {
	if end := c.stringEnd(c.pos); end >= 0 {
		c.pos = end
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

// skipNested passes over the object or array that starts at the current position, without recursion. It keeps its
// state in local variables and goes back to the cursor only for what is rare: escapes, space, scalars and errors.
func (c *Cursor) skipNested() {
	var objects [MaxDepth/64 + 1]uint64 // one bit per level: it is an object
	data, i, level := c.data, c.pos, 0
	for {
		// A value starts at i.
		if i >= len(data) || data[i] <= ' ' {
			if i = c.space(i); i == len(data) {
				c.failAt(i, "")
				return
			}
		}
		b := data[i]
		switch b {
		case '"':
			if i = c.stringEnd(i); i < 0 {
				return
			}
		case '{', '[':
			if level++; c.depth+level > MaxDepth {
				c.failAt(i, "nested too deep")
				return
			}
			bit := uint64(1) << (level & 63)
			i = c.space(i + 1)
			if i < len(data) && data[i] == b+2 { // the brackets are two apart in ASCII
				level--
				i++
				break
			}
			if b == '[' {
				objects[level>>6] &^= bit
				continue
			}
			objects[level>>6] |= bit
			if i = c.keyEnd(i); i < 0 {
				return
			}
			continue
		default:
			c.pos = i
			c.skipScalar()
			i = c.pos
		}
		// A value has ended at i: leave every level that ends here, then go to the next value.
		for {
			if level == 0 {
				c.pos = i
				return
			}
			if i >= len(data) || data[i] <= ' ' {
				if i = c.space(i); i == len(data) {
					c.failAt(i, "")
					return
				}
			}
			closing := byte(']')
			if objects[level>>6]>>(level&63)&1 != 0 {
				closing = '}'
			}
			if b = data[i]; b == closing {
				i++
				level--
				continue
			}
			if b != ',' {
				c.failAt(i, "want , or the end of an object or array")
				return
			}
			i++
			if closing == '}' {
				if i = c.keyEnd(i); i < 0 {
					return
				}
			}
			break
		}
	}
}

// space returns the position of the first byte at or after i that is no space.
func (c *Cursor) space(i int) int {
	for i < len(c.data) && isSpace(c.data[i]) {
		i++
	}
	return i
}

func (c *Cursor) failAt(i int, message string) {
	c.pos = i
	c.fail(message)
}

// stringEnd returns the position behind the string that starts at i, or -1.
func (c *Cursor) stringEnd(i int) int {
	data, all, start := c.data, uint64(0), i+1
	for i = start; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i : i+8])
		all |= w
		if m := special(w); m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			if i < len(data) && data[i] == '"' {
				if all&highs != 0 {
					c.mixed(data[start:i])
				}
				return i + 1
			}
			break
		}
	}
	return c.stringEndSlow(start)
}

// stringEndSlow is stringEnd for a string at the record's tail or with something special, from its first character on.
func (c *Cursor) stringEndSlow(i int) int {
	for {
		i = c.plain(i)
		if i >= len(c.data) || c.data[i] < 0x20 {
			c.failAt(i, "control character in a string")
			return -1
		}
		if c.data[i] == '"' {
			return i + 1
		}
		keep := len(c.scratch)
		c.pos = i
		if i = c.escape(i); i < 0 {
			return -1
		}
		c.scratch = c.scratch[:keep]
	}
}

// keyEnd returns the position behind the key and colon at i, or -1.
func (c *Cursor) keyEnd(i int) int {
	if i = c.space(i); i >= len(c.data) || c.data[i] != '"' {
		c.failAt(i, "want a key")
		return -1
	}
	if i = c.stringEnd(i); i < 0 {
		return -1
	}
	if i < len(c.data) && c.data[i] == ':' {
		return i + 1
	}
	if i = c.space(i); i >= len(c.data) || c.data[i] != ':' {
		c.failAt(i, "want : after a key")
		return -1
	}
	return i + 1
}
