package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks, in the top bit of each byte of w, the bytes that end a run of plain text in a string: quote,
// backslash and control characters. The lowest mark is exact; a borrow may set false ones above it. Bytes above 0x7f
// would be marked too and are masked at the end.
func special(w uint64) uint64 {
	return (((w ^ ones*'"') - ones) | ((w ^ ones*'\\') - ones) | (w - ones*0x20)) &^ w & highs
}

// plain returns the position of the first quote, backslash or control character at or after i, len(data) when there
// is none, and the OR of the bytes it passed (and of at most seven behind them).
func plain(data []byte, i int) (end int, seen uint64) {
	for i+8 <= len(data) {
		w := binary.LittleEndian.Uint64(data[i:])
		seen |= w
		if m := special(w); m != 0 {
			return i + bits.TrailingZeros64(m)>>3, seen
		}
		i += 8
	}
	for ; i < len(data); i++ {
		b := data[i]
		if b == '"' || b == '\\' || b < 0x20 {
			return i, seen
		}
		seen |= uint64(b)
	}
	return i, seen
}

// plain passes over plain text in a string and looks at its encoding.
func (c *Cursor) plain(start int) (end int) {
	end, seen := plain(c.data, start)
	if seen&highs != 0 {
		c.mixed(c.data[start:end])
	}
	return end
}

// mixed looks at the encoding of text in a string that may hold more than ASCII.
func (c *Cursor) mixed(text []byte) {
	if !utf8.Valid(text) {
		c.invalid = true
	}
}

// text reads the string that starts at the current position (a quote): a view of the record, or of the scratch when
// there are escapes. On an error it returns nil.
func (c *Cursor) text() []byte {
	data, start, all := c.data, c.pos+1, uint64(0)
	for i := start; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i : i+8])
		all |= w
		if m := special(w); m != 0 {
			if i += bits.TrailingZeros64(m) >> 3; i >= len(data) || data[i] != '"' {
				break
			}
			if all&highs != 0 {
				c.mixed(data[start:i])
			}
			c.pos = i + 1
			return data[start:i:i]
		}
	}
	end := c.plain(start)
	if end < len(data) && data[end] == '"' {
		c.pos = end + 1
		return data[start:end:end]
	}
	return c.escapedText(start, end)
}

// escapedText goes on with a string that starts at start and is plain up to i. It unescapes as encoding/json does:
// a surrogate without its partner becomes U+FFFD.
func (c *Cursor) escapedText(start, i int) []byte {
	from := len(c.scratch)
	for {
		c.scratch = append(c.scratch, c.data[start:i]...)
		c.pos = i
		if i >= len(c.data) || c.data[i] < 0x20 {
			c.fail("control character in a string")
			return nil
		}
		if c.data[i] == '"' {
			c.pos = i + 1
			return c.scratch[from:len(c.scratch):len(c.scratch)]
		}
		if i = c.escape(i); i < 0 {
			return nil
		}
		start = i
		i = c.plain(start)
	}
}

// escape appends what the escape sequence at i stands for to the scratch and returns the position behind it, or -1.
func (c *Cursor) escape(i int) int {
	if i+1 >= len(c.data) {
		c.pos = len(c.data)
		c.fail("")
		return -1
	}
	b := c.data[i+1]
	if b != 'u' {
		if b = escapes[b]; b == 0 {
			c.fail("unknown escape in a string")
			return -1
		}
		c.scratch = append(c.scratch, b)
		return i + 2
	}
	r := hex4(c.data, i+2)
	if r < 0 {
		if len(c.data) < i+6 {
			c.pos = len(c.data)
		}
		c.fail("bad \\u escape in a string")
		return -1
	}
	i += 6
	if utf16.IsSurrogate(r) {
		low := rune(-1)
		if i+1 < len(c.data) && c.data[i] == '\\' && c.data[i+1] == 'u' {
			low = hex4(c.data, i+2)
		}
		if r = utf16.DecodeRune(r, low); r != unicode.ReplacementChar {
			i += 6
		}
	}
	c.scratch = utf8.AppendRune(c.scratch, r)
	return i
}

var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// hex4 reads four hexadecimal digits at i, or returns -1.
func hex4(data []byte, i int) rune {
	if i+4 > len(data) {
		return -1
	}
	var r rune
	for _, b := range data[i : i+4] {
		switch {
		case '0' <= b && b <= '9':
			b -= '0'
		case 'a' <= b && b <= 'f':
			b -= 'a' - 10
		case 'A' <= b && b <= 'F':
			b -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(b)
	}
	return r
}
