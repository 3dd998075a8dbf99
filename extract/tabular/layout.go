package tabular

import (
	"slices"
	"strings"

	"waymark/extract/field"
	"waymark/schemas"
)

// Layout says which names an export knows and what becomes of them. It is immutable.
type Layout struct {
	Of      string            // what a record is, for messages: "a survey response"
	Table   *schemas.Table    // whose columns Columns, and what is configured beside the names, go to
	Names   []string          // names that the export reads itself; their positions are their slots
	Columns map[string]int    // names that go to a column of Table as they are
	Kept    []string          // names that are kept as attributes
	Unread  []int             // slots of names that are known and never read
	Raw     []int             // slots that take a JSON array or object as it is written
	Barred  []int             // columns of Table that only a name may set
	Preset  map[string]string // header → name, of a system that has headers of its own
	Ignored []string          // further headers of that system
	Need    []int             // slots that a CSV header cannot do without
	Wrapper []string          // keys under which a page of JSON holds its records
	Grouped bool              // rows that stand together and agree in slot 0 are one record
}

// Known returns every name that a field can be mapped to.
func (l *Layout) Known() []string {
	list := slices.Clone(l.Names)
	for n := range l.Columns {
		list = append(list, n)
	}
	list = append(list, l.Kept...)
	slices.Sort(list)
	return list
}

// target is where a field goes: to a slot, a column of the table, or an attribute.
type target struct {
	slot int // -1
	col  int // -1
	attr string
}

// target resolves a name; explicit ones come from the configuration and may name any column of the table.
func (l *Layout) target(text string, explicit bool) (target, bool) {
	t := target{slot: slices.Index(l.Names, text), col: -1}
	if t.slot >= 0 {
		return t, true
	}
	if col, ok := l.Columns[text]; ok {
		t.col = col
		return t, true
	}
	if slices.Contains(l.Kept, text) {
		t.attr = text
		return t, true
	}
	if !explicit {
		return t, false
	}
	f, ok := field.TargetOf(l.Table, text)
	if !ok || f.Col >= 0 && slices.Contains(l.Barred, f.Col) {
		return t, false
	}
	t.col, t.attr = f.Col, f.Attr
	return t, true
}

// stores reports whether the target keeps a text as it is; an identifier becomes a pseudonym, a slot is the export's.
func (l *Layout) stores(t target) bool {
	if t.col >= 0 {
		return l.Table.Columns[t.col].Identifier == schemas.NotIdentifier
	}
	return t.slot < 0
}

// Canonical is a header as a name would be written.
func Canonical(header string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(header)))
}

// personal reports whether a header says that the field holds what a person is called, where they live, or what they wrote.
func personal(header string) bool {
	switch Canonical(header[strings.LastIndexByte(header, '.')+1:]) {
	case "comment", "comments", "note", "notes", "email", "e_mail", "phone", "mobile", "name", "first_name", "last_name", "full_name", "firstname",
		"lastname", "address", "street", "billing_name", "billing_street", "billing_address1", "billing_address2", "billing_phone", "shipping_name",
		"shipping_street", "shipping_address1", "shipping_address2", "shipping_phone", "recipient":
		return true
	}
	return false
}
