package jsonscan

import "encoding/binary"

// Memo remembers one object or array, because what stands in one place of a record often stands there in the next, byte
// for byte: the device of a visitor, the source of a session. Comparing costs a fraction of reading.
//
//	if c.Repeats(&m) {
//		to = value // what was made of it then
//	} else {
//		… read the value into to …
//		if c.Remember(&m) {
//			value = to
//		}
//	}
//
// It is sound because an object or array ends itself: text that begins with a well-formed one holds that one and is well
// formed up to its end. A Memo is a view of the record that it was taken from, and so are views taken then: Forget it
// before that memory is used again. The zero value remembers nothing.
type Memo struct {
	raw     []byte
	depth   int // it is known not to be nested too deep from here
	from    int // where the value starts that is being read
	scratch int // length of the scratch there
}

// Forget empties m.
func (m *Memo) Forget() { m.raw = nil }

// Repeats passes over the next value and says so when it is what m remembers; else the caller reads the value and calls
// Remember.
func (c *Cursor) Repeats(m *Memo) bool {
	c.peek()
	if n := len(m.raw); n > 0 && n <= len(c.data)-c.pos && c.depth <= m.depth && string(c.data[c.pos:c.pos+n]) == string(m.raw) {
		c.pos += n
		return true
	}
	m.from, m.scratch = c.pos, len(c.scratch)
	return false
}

// Remember keeps in m the value that was read since Repeats, and says so. What is not kept: values that do not end
// themselves, and such as had escapes in text that was read, since that text is gone with the record.
func (c *Cursor) Remember(m *Memo) bool {
	m.raw = nil
	if c.err.Reason != "" || c.invalid || len(c.scratch) != m.scratch || m.from == c.pos || c.data[m.from] != '{' && c.data[m.from] != '[' {
		return false
	}
	m.raw, m.depth = c.data[m.from:c.pos:c.pos], c.depth
	return true
}

// SkipAgain is Skip for a value that m may know.
func (c *Cursor) SkipAgain(m *Memo) {
	if b := c.peek(); b != '{' && b != '[' {
		c.Skip()
	} else if !c.Repeats(m) {
		c.Skip()
		c.Remember(m)
	}
}

func isASCII(data []byte) bool {
	i, seen := 0, uint64(0)
	for ; i+8 <= len(data); i += 8 {
		seen |= binary.LittleEndian.Uint64(data[i : i+8])
	}
	for ; i < len(data); i++ {
		seen |= uint64(data[i])
	}
	return seen&highs == 0
}
