package salesforce

import (
	"maps"
	"slices"
	"strings"

	"waymark/extract/csvscan"
	"waymark/extract/field"
	"waymark/internal/fault"
	"waymark/schemas"
)

// mapping puts a configured column where the configuration says.
type mapping struct {
	name   string // the source's name of it
	slot   int
	entity int // column of the entity, -1
	event  int // column of the event, when the entity has none of that name, -1
	attr   string
}

// bindMappings resolves the configured fields. A column that the object lacks quarantines it: what the configuration
// asks for must not be absent in silence.
func (s *stream) bindMappings(h *csvscan.Header) error {
	for _, name := range slices.Sorted(maps.Keys(s.opt.Fields)) {
		m, ok := s.object.target(s.opt.Fields[name])
		if !ok {
			return fault.New(fault.Invalid, "field %s is mapped to %q, which %s cannot fill", name, s.opt.Fields[name], s.object.name)
		}
		if m.stores(s.object) && personal(name) {
			return fault.New(fault.Invalid, "field %s of %s is personal and is never stored; it can only be mapped to an identifier", name, s.object.name)
		}
		if h.Len() == 0 {
			continue // an empty object is valid, a wrong mapping is not
		}
		col := h.Col(name)
		if col < 0 {
			return h.Missing(name)
		}
		m.name = name
		if m.slot = slices.Index(s.cols, col); m.slot < 0 {
			m.slot = len(s.cols)
			s.cols = append(s.cols, col)
		}
		s.mappings = append(s.mappings, m)
	}
	return nil
}

// target resolves a configured name: a column of the entity, else of the event, or an attribute.
func (o *object) target(name string) (mapping, bool) {
	m := mapping{entity: -1, event: -1}
	if o.entity != nil {
		if t, ok := field.TargetOf(o.entity, name); ok {
			m.entity, m.attr = t.Col, t.Attr
			return m, true
		}
	}
	t, ok := field.TargetOf(schemas.JourneyEvent, name)
	if !ok || o.events == nil || o.entity != nil && t.Col == schemas.EvOccurredAt {
		return m, false
	}
	m.event, m.attr = t.Col, t.Attr
	return m, true
}

// stores reports whether the mapping keeps the value as it is; an identifier becomes a pseudonym.
func (m mapping) stores(o *object) bool {
	switch {
	case m.entity >= 0:
		return o.entity.Columns[m.entity].Identifier == schemas.NotIdentifier
	case m.event >= 0:
		return schemas.JourneyEvent.Columns[m.event].Identifier == schemas.NotIdentifier
	}
	return true
}

// personal reports whether a standard column names or describes a person; custom columns are the configuration's to
// judge.
func personal(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, end := range [...]string{"street", "postalcode", "latitude", "longitude", "address", "phone", "mobile", "fax", "email"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	switch name {
	case "name", "firstname", "lastname", "middlename", "suffix", "suppliedname", "assistantname", "subject", "description", "comments", "birthdate",
		"title", "companyoraccount", "photourl", "emailbouncedreason", "calldisposition", "nextstep", "genderidentity", "pronouns", "salutation":
		return true
	}
	return false
}
