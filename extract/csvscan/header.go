package csvscan

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"waymark/extract"
	"waymark/internal/nearest"
	"waymark/schemas"
)

// Header is the first record of an object and what it tells of the format. It is immutable.
type Header struct {
	names      []string
	index      map[string]int // by folded name; unnamed columns are absent
	delim, eol byte
}

// Len returns the number of columns; 0 for an empty object.
func (h *Header) Len() int { return len(h.names) }

// Names returns the trimmed column names in order; a name may be empty.
func (h *Header) Names() []string { return h.names }

// Delimiter returns the byte between fields.
func (h *Header) Delimiter() byte { return h.delim }

// Col returns the position of the named column, or -1. Case and surrounding space do not matter.
func (h *Header) Col(name string) int {
	if i, ok := h.index[fold(name)]; ok {
		return i
	}
	return -1
}

func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// Missing returns the quarantine for an object that lacks the named column, with the closest header as a hint.
func (h *Header) Missing(name string) *extract.Quarantine {
	msg := "the header lacks this column"
	if near := h.Closest(name); near != "" {
		msg += fmt.Sprintf("; closest is %q", near)
	}
	return &extract.Quarantine{Reason: schemas.MissingRequired, Field: name, Line: 1, Message: msg}
}

// Closest returns the column name most like name, or "" when none is near. Names that hold each other are like: people
// write "Close Date (UTC)" for Close Date.
func (h *Header) Closest(name string) string {
	want, best, found := squeeze(name), 0, ""
	limit := len(want)/3 + 1
	for _, n := range h.names {
		got := squeeze(n)
		if got == "" {
			continue
		}
		d := nearest.Distance(want, got)
		if d > limit && (holds(want, got) || holds(got, want)) {
			d = limit
		}
		if d <= limit && (found == "" || d < best) {
			best, found = d, n
		}
	}
	return found
}

// holds reports whether part is in whole and long enough to mean something.
func holds(whole, part string) bool { return len(part) >= 4 && strings.Contains(whole, part) }

// squeeze lowers a name and drops what people write differently.
func squeeze(name string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "", ".", "").Replace(strings.ToLower(name))
}

// newHeader parses record, the header without its line end.
func newHeader(record []byte, line int64, delim, eol byte) (*Header, error) {
	if !utf8.Valid(record) {
		return nil, &extract.Quarantine{Reason: schemas.InvalidUTF8, Line: line, Message: "the header is not UTF-8 text"}
	}
	h := &Header{delim: delim, eol: eol, index: map[string]int{}}
	for _, field := range headerFields(record, delim) {
		name := strings.TrimSpace(field)
		if name != "" {
			if _, twice := h.index[fold(name)]; twice {
				return nil, &extract.Quarantine{Reason: schemas.Malformed, Field: name, Line: line, Message: "the header names this column twice"}
			}
			h.index[fold(name)] = len(h.names)
		}
		h.names = append(h.names, name)
	}
	return h, nil
}

// headerFields splits and unquotes one record, leniently: a header is read once and its names are checked anyway.
func headerFields(record []byte, delim byte) []string {
	var fields []string
	for {
		if len(record) == 0 || record[0] != '"' {
			i := bytes.IndexByte(record, delim)
			if i < 0 {
				return append(fields, string(record))
			}
			fields, record = append(fields, string(record[:i])), record[i+1:]
			continue
		}
		var name []byte
		rest := record[1:]
		for {
			i := bytes.IndexByte(rest, '"')
			if i < 0 {
				return append(fields, string(append(name, rest...)))
			}
			name = append(name, rest[:i]...)
			rest = rest[i+1:]
			if len(rest) == 0 || rest[0] != '"' {
				break
			}
			name, rest = append(name, '"'), rest[1:]
		}
		i := bytes.IndexByte(rest, delim)
		if i < 0 {
			return append(fields, string(append(name, rest...)))
		}
		fields, record = append(fields, string(append(name, rest[:i]...))), rest[i+1:]
	}
}
