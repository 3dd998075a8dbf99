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

// appendTexts interns the text columns. A value equal to the row before costs a comparison.
func (f *Finisher) appendTexts(t *table, r *schemas.Row, buf []byte) ([]byte, *defect) {
	for i := range t.texts {
		c := &t.texts[i]
		v, vec := c.value(t, r), c.vec
		if len(v.Bytes) == 0 {
			if !c.hasEmpty {
				c.empty, c.hasEmpty = vec.Dict.Code(nil), true
			}
			vec.Codes = append(vec.Codes, c.empty)
			continue
		}
		stored := v.Bytes
		if !c.hasLast || string(vec.Dict.Value(c.last)) != string(stored) {
			code, bad := f.intern(&c.column, &vec.Dict, stored)
			if bad != nil {
				return buf, bad
			}
			c.last, c.hasLast = code, true
			stored = vec.Dict.Value(code)
		}
		vec.Codes = append(vec.Codes, c.last)
		buf = appendPart(binary.LittleEndian.AppendUint32(buf, c.tag), stored)
	}
	return buf, nil
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
func (f *Finisher) appendMap(c *textColumn, attrs []schemas.Attr, buf []byte) ([]byte, *defect) {
	vec := c.vec
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
		buf = appendPart(binary.LittleEndian.AppendUint32(buf, c.tag), vec.Dict.Value(key))
		buf = appendPart(buf, vec.Dict.Value(value))
	}
	vec.Offsets = append(vec.Offsets, uint32(len(vec.Keys)))
	return buf, nil
}
