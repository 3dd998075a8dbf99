package sampledata

import (
	"strconv"
	"unicode/utf8"
)

// appendJSON appends s as a JSON string.
func appendJSON(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		from = i + 1
	}
	return append(append(b, s[from:]...), '"')
}

// members appends the members of one JSON object after another; the zero value has written none.
type members struct {
	b     []byte
	begun bool
}

func (m *members) key(k string) {
	if m.begun {
		m.b = append(m.b, ',')
	}
	m.begun = true
	m.b = append(appendJSON(m.b, k), ':')
}

func (m *members) text(k, v string) {
	m.key(k)
	m.b = appendJSON(m.b, v)
}

// maybe writes text that is not empty: BigQuery's export leaves nulls out.
func (m *members) maybe(k, v string) {
	if v != "" {
		m.text(k, v)
	}
}

func (m *members) number(k string, v int64) {
	m.key(k)
	m.b = strconv.AppendInt(m.b, v, 10)
}

// quoted writes an integer as BigQuery does: in quotes.
func (m *members) quoted(k string, v int64) {
	m.key(k)
	m.b = append(strconv.AppendInt(append(m.b, '"'), v, 10), '"')
}

// cents writes an amount with as few decimals as it has, and at least one.
func (m *members) cents(k string, v int64) {
	m.key(k)
	m.b = appendCents(m.b, v)
}

func appendCents(b []byte, v int64) []byte {
	f := float64(v) / 100
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if v%100 == 0 {
		b = append(b, ".0"...)
	}
	return b
}

func (m *members) raw(k, v string) {
	m.key(k)
	m.b = append(m.b, v...)
}

func (m *members) boolean(k string, v bool) { m.raw(k, strconv.FormatBool(v)) }

// open begins a member that is an object or array; what follows it begins afresh until close.
func (m *members) open(k string, bracket byte) {
	m.key(k)
	m.b, m.begun = append(m.b, bracket), false
}

// element begins an object in an array.
func (m *members) element() {
	if m.begun {
		m.b = append(m.b, ',')
	}
	m.b, m.begun = append(m.b, '{'), false
}

func (m *members) close(bracket byte) { m.b, m.begun = append(m.b, bracket), true }

// truncated cuts a record in the middle, at a character's border.
func truncated(record []byte) []byte {
	cut := len(record) / 2
	for cut > 0 && !utf8.RuneStart(record[cut]) {
		cut--
	}
	return record[:cut]
}
