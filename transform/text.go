package transform

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"

	"waymark/schemas"
)

// MaxText is the longest text in bytes that a column or attribute holds.
const MaxText = 64 << 10

// appendTexts interns the text columns. A value that came a few rows before costs a comparison.
func (f *Finisher) appendTexts(t *table, r *schemas.Row, set uint64, buf []byte) ([]byte, *defect) {
	for ; set != 0; set &= set - 1 {
		c := t.texts.at(set)
		text, vec := c.value(t, r).Bytes, c.vec
		if len(text) == 0 {
			c.level(t.batch.Rows + 1) // a key's emptiness is looked at
			continue
		}
		known := c.at(text)
		if string(known.text) != string(text) {
			code, bad := f.intern(&c.column, &vec.Dict, text)
			if bad != nil {
				return buf, bad
			}
			*known = interned{vec.Dict.Value(code), code}
		}
		c.level(t.batch.Rows)
		vec.Codes = append(vec.Codes, known.code)
		buf = appendText(buf, c.tag, known.text)
	}
	return buf, nil
}

// appendText appends a column's tag, the length of its text, and the text.
func appendText(buf []byte, tag uint32, text []byte) []byte {
	n := len(buf)
	buf = slices.Grow(buf, 8+len(text))[:n+8+len(text)]
	binary.LittleEndian.PutUint64(buf[n:], uint64(tag)|uint64(len(text))<<32) // tag and length in one
	copy(buf[n+8:], text)
	return buf
}

// intern gives the code of text in d. What d knows was looked at when it came in; anything else is cleaned first.
func (f *Finisher) intern(c *column, d *schemas.Dict, text []byte) (uint32, *defect) {
	if code, ok := d.Find(text); ok {
		return code, nil
	}
	if !utf8.Valid(text) {
		return 0, f.defect(schemas.InvalidUTF8, c.name, "text is not valid UTF-8")
	}
	text = f.withoutAddresses(text)
	if len(text) > MaxText {
		if c.key {
			return 0, f.defect(schemas.OutOfRange, c.name, "key is longer than 64 KiB")
		}
		text = cutText(text)
	}
	return d.Code(text), nil
}

func cutText(text []byte) []byte {
	n := MaxText
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// appendMap appends the attributes sorted by key; of equal keys the last wins, an empty value is absent.
func (f *Finisher) appendMap(t *table, c *textColumn, attrs []schemas.Attr, buf []byte) ([]byte, *defect) {
	vec := c.vec
	c.levelMap(t.batch.Rows)
	if len(attrs) > 1 {
		f.attrs = append(f.attrs[:0], attrs...)
		attrs = f.attrs
		slices.SortStableFunc(attrs, func(a, b schemas.Attr) int { return strings.Compare(a.Key, b.Key) })
	}
	for i, a := range attrs {
		if len(a.Value) == 0 || i+1 < len(attrs) && attrs[i+1].Key == a.Key {
			continue
		}
		f.name = append(f.name[:0], a.Key...)
		key, bad := f.intern(&c.column, &vec.Dict, f.name)
		if bad != nil {
			return buf, bad
		}
		value, bad := f.intern(&c.column, &vec.Dict, a.Value)
		if bad != nil {
			return buf, bad
		}
		vec.Keys, vec.Codes = append(vec.Keys, key), append(vec.Codes, value)
		buf = appendText(buf, c.tag, vec.Dict.Value(key))
		buf = appendPart(buf, vec.Dict.Value(value))
	}
	vec.Offsets = append(vec.Offsets, uint32(len(vec.Keys)))
	return buf, nil
}
