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

// appendText interns one text value.
func (f *Finisher) appendText(c *column, vec *schemas.Vector, v *schemas.Value) *defect {
	if !v.Set || len(v.Bytes) == 0 {
		if !c.hasEmpty {
			c.empty, c.hasEmpty = vec.Dict.Code(nil), true
		}
		vec.Codes = append(vec.Codes, c.empty)
		return nil
	}
	if !c.hasLast || string(vec.Dict.Value(c.last)) != string(v.Bytes) {
		code, bad := f.intern(c, &vec.Dict, v.Bytes)
		if bad != nil {
			return bad
		}
		c.last, c.hasLast = code, true
	}
	vec.Codes = append(vec.Codes, c.last)
	f.buf = binary.LittleEndian.AppendUint32(f.buf, c.tag)
	f.buf = appendPart(f.buf, vec.Dict.Value(c.last))
	return nil
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
func (f *Finisher) appendMap(c *column, vec *schemas.Vector, attrs []schemas.Attr) *defect {
	if len(attrs) > 0 {
		f.attrs = append(f.attrs[:0], attrs...)
		slices.SortStableFunc(f.attrs, func(a, b schemas.Attr) int {
			return strings.Compare(a.Key, b.Key)
		})
		for i, a := range f.attrs {
			if len(a.Value) == 0 || i+1 < len(f.attrs) && f.attrs[i+1].Key == a.Key {
				continue
			}
			if bad := f.appendEntry(c, vec, a); bad != nil {
				return bad
			}
		}
	}
	vec.Offsets = append(vec.Offsets, uint32(len(vec.Keys)))
	return nil
}

func (f *Finisher) appendEntry(c *column, vec *schemas.Vector, a schemas.Attr) *defect {
	f.name = append(f.name[:0], a.Key...)
	key, bad := f.intern(c, &vec.Dict, f.name)
	if bad != nil {
		return bad
	}
	value, bad := f.intern(c, &vec.Dict, a.Value)
	if bad != nil {
		return bad
	}
	vec.Keys, vec.Codes = append(vec.Keys, key), append(vec.Codes, value)
	f.buf = binary.LittleEndian.AppendUint32(f.buf, c.tag)
	f.buf = appendPart(appendPart(f.buf, vec.Dict.Value(key)), vec.Dict.Value(value))
	return nil
}
