package jsonscan

import (
	"unicode/utf8"

	"waymark/schemas"
)

// MaxDepth is how deep values may be nested; deeper ones are malformed. (encoding/json stops at 10,000.)
const MaxDepth = 512

// Kind is the type of the next value.
type Kind uint8

// The kinds of value. None stands for the end of the text and for anything that begins no value.
const (
	None Kind = iota
	Object
	Array
	String
	Number
	Bool
	Null
)

// Error says why a record cannot be used. It never holds a value from the record.
type Error struct {
	Reason  schemas.Reason
	Field   string // the key whose value is at fault, "" when the record as a whole is
	Pos     int    // byte position in the record
	Message string
	AtEnd   bool // the text ended too early
}

func (e *Error) Error() string {
	if e.Field != "" {
		return string(e.Reason) + ": " + e.Field + ": " + e.Message
	}
	return string(e.Reason) + ": " + e.Message
}

// Cursor walks one JSON value from its start to its end. The zero value is ready for Reset; it is reused for any
// number of records and does not allocate once its scratch has grown.
//
// The first error sticks: from then on every method reports nothing and the walk ends by itself. The caller takes
// what it read as good only when End returns nil.
type Cursor struct {
	data    []byte
	pos     int
	first   bool   // just entered an object or array
	depth   int    // entered and not yet left
	key     []byte // last key
	scratch []byte // unescaped strings of this record
	invalid bool   // a string of this record is not UTF-8
	err     Error
}

// Reset starts c on a new record. Everything c returned for the earlier one stops being valid.
func (c *Cursor) Reset(record []byte) {
	c.data, c.pos, c.first, c.depth, c.invalid = record, 0, false, 0, false
	c.key, c.scratch = nil, c.scratch[:0]
	c.err = Error{}
}

// Pos returns the current byte position in the record.
func (c *Cursor) Pos() int { return c.pos }

// Err returns the first error, or nil.
func (c *Cursor) Err() *Error {
	if c.err.Reason == "" {
		return nil
	}
	return &c.err
}

// End checks that nothing but space follows the value and that the record is UTF-8, and returns the first error of
// the whole walk, or nil.
func (c *Cursor) End() *Error {
	if c.err.Reason == "" {
		for c.pos < len(c.data) && isSpace(c.data[c.pos]) {
			c.pos++
		}
		if c.pos < len(c.data) {
			c.fail("text after the value")
		} else if c.invalid {
			c.Fail(schemas.InvalidUTF8, "", "not UTF-8")
		}
	}
	return c.Err()
}

// Fail ends the walk with an error of the caller's own, such as a required field that is missing. The first error wins.
func (c *Cursor) Fail(reason schemas.Reason, field, message string) {
	if c.err.Reason == "" {
		c.err = Error{Reason: reason, Field: field, Pos: c.pos, Message: message}
	}
	c.pos = len(c.data)
}

// fail reports malformed text at the current position.
func (c *Cursor) fail(message string) {
	if c.err.Reason != "" {
		return
	}
	atEnd := c.pos >= len(c.data)
	if atEnd {
		message = "the record ends too early"
	}
	if !utf8.Valid(c.data) {
		c.Fail(schemas.InvalidUTF8, "", "not UTF-8")
		return
	}
	c.Fail(schemas.Malformed, "", message)
	c.err.AtEnd = atEnd
}

// mistyped reports the next value, when it is well-formed, as one of the wrong type, named by the key it stands under.
func (c *Cursor) mistyped(want string) {
	field := c.key
	if c.Skip(); c.err.Reason == "" {
		c.Fail(schemas.WrongType, string(field), want)
	}
}

// Kind returns the kind of the next value without reading it.
func (c *Cursor) Kind() Kind { return kinds[c.peek()] }

var kinds = [256]Kind{
	'{': Object, '[': Array, '"': String, 't': Bool, 'f': Bool, 'n': Null, '-': Number,
	'0': Number, '1': Number, '2': Number, '3': Number, '4': Number, '5': Number, '6': Number, '7': Number, '8': Number, '9': Number,
}

// peek skips space and returns the next byte, 0 at the end.
func (c *Cursor) peek() byte {
	if c.pos < len(c.data) && c.data[c.pos] > ' ' {
		return c.data[c.pos]
	}
	return c.peekSpace()
}

func (c *Cursor) peekSpace() byte {
	for c.pos < len(c.data) {
		if b := c.data[c.pos]; !isSpace(b) {
			return b
		}
		c.pos++
	}
	return 0
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// Object enters the object that comes next: call NextKey until it returns false. For null, and for a value that is no
// object (wrong_type), it returns false.
func (c *Cursor) Object() bool { return c.enter('{', "want an object") }

// Array enters the array that comes next: call NextElem until it returns false. For null, and for a value that is no
// array (wrong_type), it returns false.
func (c *Cursor) Array() bool { return c.enter('[', "want an array") }

func (c *Cursor) enter(open byte, want string) bool {
	if c.peek() != open {
		if !c.IsNull() {
			c.mistyped(want)
		}
		return false
	}
	if c.depth++; c.depth > MaxDepth {
		c.fail("nested too deep")
		return false
	}
	c.pos++
	c.first = true
	return true
}

// NextKey moves to the next key of the object, which Key then returns; the caller reads or skips its value before
// it calls NextKey again. It returns false, and leaves the object, at its end.
func (c *Cursor) NextKey() bool {
	if i := c.pos; !c.first && i+1 < len(c.data) && c.data[i] == ',' && c.data[i+1] == '"' {
		c.pos = i + 1 // as machines write it
	} else if !c.toKey() {
		return false
	}
	c.key = c.text()
	if c.peek() != ':' {
		c.fail("want : after a key")
		return false
	}
	c.pos++
	return true
}

// toKey moves to the quote of the next key.
func (c *Cursor) toKey() bool {
	b, more := c.separated('}', "want , or } in an object")
	if more && b != '"' {
		c.fail("want a key")
		return false
	}
	return more
}

// separated passes the comma before all but the first item of an object or array and returns what the item begins with;
// more is false, and the object or array left, at its end.
func (c *Cursor) separated(end byte, want string) (b byte, more bool) {
	b = c.peek()
	switch {
	case b == end:
		c.leave()
		return 0, false
	case c.first:
		c.first = false
	case b != ',':
		c.fail(want)
		return 0, false
	default:
		c.pos++
		b = c.peek()
	}
	return b, true
}

// NextElem moves to the next element of the array; the caller reads or skips it before it calls NextElem again.
// It returns false, and leaves the array, at its end.
func (c *Cursor) NextElem() bool {
	b, more := c.separated(']', "want , or ] in an array")
	if more && (b == 0 || b == ']') {
		c.fail("want a value")
		return false
	}
	return more
}

func (c *Cursor) leave() {
	c.pos++
	c.depth--
	c.first = false
}

// Key returns the key that NextKey moved to, unescaped; valid until Reset.
func (c *Cursor) Key() []byte { return c.key }

// Mark is a place in a record that Rewind can go back to.
type Mark struct {
	pos, scratch int
	first        bool
}

// Mark returns the current place.
func (c *Cursor) Mark() Mark { return Mark{c.pos, len(c.scratch), c.first} }

// Rewind goes back to m, on the same level of nesting, unless there was an error.
func (c *Cursor) Rewind(m Mark) {
	if c.err.Reason == "" {
		c.pos, c.scratch, c.first = m.pos, c.scratch[:m.scratch], m.first
	}
}

// Pass moves over text when the record goes on with exactly that, and says so. It is for what machines always write
// alike: text is any run of whole tokens, brackets included, and the caller sees to it that what it opens gets closed.
func (c *Cursor) Pass(text string) bool {
	if end := c.pos + len(text); end <= len(c.data) && string(c.data[c.pos:end]) == text {
		c.pos = end
		return true
	}
	return false
}
