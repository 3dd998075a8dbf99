package zendesk

import (
	"maps"
	"slices"
	"strings"

	"waymark/extract/field"
	"waymark/extract/jsonscan"
	"waymark/internal/fault"
	"waymark/schemas"
)

// mapping takes a configured field to a column or an attribute. A field is a member of the record ("brand_id"), a
// member of a member ("user_fields.tier", "via.source"), or an element of a list by its id ("custom_fields.36001").
type mapping struct {
	field    string
	top, sub string
	table    *schemas.Table
	target   field.Target
}

// personal are the members that name a person or hold what people wrote: they can fill a column of pseudonyms at most.
var personal = [...]string{"name", "alias", "email", "phone", "details", "notes", "signature", "photo", "subject",
	"raw_subject", "description", "comment", "comments", "body", "html_body", "plain_body", "recipient", "collaborators",
	"email_ccs", "events", "via", "metadata"}

func parseMappings(k kind, fields map[string]string) ([]mapping, error) {
	var out []mapping
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		m := mapping{field: name}
		m.top, m.sub, _ = strings.Cut(name, ".")
		if m.top == "" || k.full {
			return nil, invalid(name, "no such field of "+k.name)
		}
		if !m.resolve(k.tables, fields[name]) {
			return nil, invalid(name, "mapped to "+fields[name]+", which "+k.name+" cannot fill")
		}
		identifier := m.target.Col >= 0 && m.table.Columns[m.target.Col].Identifier != schemas.NotIdentifier
		if slices.Contains(personal[:], m.top) && !identifier {
			return nil, invalid(name, "it holds personal data, which may only fill a column of pseudonyms")
		}
		out = append(out, m)
	}
	return out, nil
}

func (m *mapping) resolve(tables []*schemas.Table, name string) bool {
	for _, t := range tables {
		if target, ok := field.TargetOf(t, name); ok && target.Col != t.PartitionCol {
			m.table, m.target = t, target
			return true
		}
	}
	return false
}

func invalid(field, message string) error {
	err := fault.New(fault.Invalid, "%s", message)
	err.Field, err.Hint = "fields."+field, "use attributes.NAME or a column of the table"
	return err
}

// capture reads the values of the configured fields in a second walk over the record, which begin has found well-formed.
func (b *base) capture(rec *jsonscan.Record, sink schemas.Sink) (bool, error) {
	if len(b.mappings) == 0 {
		return true, nil
	}
	b.values = append(b.values[:0], make([][]byte, len(b.mappings))...)
	b.scratch = b.scratch[:0]
	c := &b.extra
	c.Reset(rec.Data)
	if c.Object() {
		for c.NextKey() {
			b.captureMember(c)
		}
	}
	if err := c.End(); err != nil {
		return false, sink.Reject(rec.Rejection(err))
	}
	return true, nil
}

func (b *base) captureMember(c *jsonscan.Cursor) {
	top := string(c.Key())
	switch c.Kind() {
	case jsonscan.Object:
		for ok := c.Object() && c.NextKey(); ok; ok = c.NextKey() {
			sub := string(c.Key())
			b.store(top, sub, b.scalar(c))
		}
	case jsonscan.Array:
		b.captureList(c, top)
	default:
		b.store(top, "", b.scalar(c))
	}
}

// captureList takes a list of {"id":…,"value":…} apart, and joins a list of scalars.
func (b *base) captureList(c *jsonscan.Cursor, top string) {
	from := len(b.scratch)
	for ok := c.Array() && c.NextElem(); ok; ok = c.NextElem() {
		if c.Kind() != jsonscan.Object {
			b.join(from, b.scalar(c))
			continue
		}
		var id, value []byte
		for ok := c.Object() && c.NextKey(); ok; ok = c.NextKey() {
			switch string(c.Key()) {
			case "id":
				id = b.scalar(c)
			case "value":
				value = b.scalar(c)
			default:
				c.Skip()
			}
		}
		b.store(top, string(id), value)
	}
	b.store(top, "", b.scratch[from:len(b.scratch):len(b.scratch)])
}

// scalar reads any value: a list of scalars joined with commas, other containers as nothing.
func (b *base) scalar(c *jsonscan.Cursor) []byte {
	switch c.Kind() {
	case jsonscan.Object:
		c.Skip()
		return nil
	case jsonscan.Array:
		from := len(b.scratch)
		for ok := c.Array() && c.NextElem(); ok; ok = c.NextElem() {
			if k := c.Kind(); k == jsonscan.Object || k == jsonscan.Array {
				c.Skip()
				continue
			}
			text, _ := c.Text()
			b.join(from, text)
		}
		return b.scratch[from:len(b.scratch):len(b.scratch)]
	}
	text, _ := c.Text()
	return text
}

func (b *base) join(from int, text []byte) {
	if len(text) == 0 {
		return
	}
	if len(b.scratch) > from {
		b.scratch = append(b.scratch, ',')
	}
	b.scratch = append(b.scratch, text...)
}

func (b *base) store(top, sub string, value []byte) {
	for i := range b.mappings {
		if m := &b.mappings[i]; m.top == top && m.sub == sub {
			b.values[i] = value
		}
	}
}

// fill puts the configured fields that belong to r's table into it; the field at fault is named when one does not fit.
func (b *base) fill(r *schemas.Row) (fieldName string, why schemas.Reason) {
	for i := range b.mappings {
		m := &b.mappings[i]
		if m.table != r.Table {
			continue
		}
		if m.target.Col < 0 {
			r.AddAttr(m.target.Attr, b.values[i])
		} else if why := b.format.Set(r, m.target.Col, b.values[i]); why != "" {
			return m.field, why
		}
	}
	return "", ""
}

// emit fills in the configured fields and emits r.
func (b *base) emit(r *schemas.Row, rec *jsonscan.Record, sink schemas.Sink) error {
	if name, why := b.fill(r); why != "" {
		return reject(rec, sink, why, name, "does not fit the column it is mapped to")
	}
	return sink.Emit(r)
}
