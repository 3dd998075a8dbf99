package journey

import (
	"encoding/binary"
	"strings"

	"waymark/schemas"
)

// Event is what rules look at. Absent values are empty.
type Event struct {
	Type                                                              int // position in schemas.EventTypes
	SourceEvent, PagePath, PageHost, Medium, Source, Channel, StateTo []byte
}

// Place is where an event stands on the journey. The slices are shared and must not be changed; Channel is nil where
// no rule gives one and the source's own stays.
type Place struct{ Stage, Touchpoint, Channel []byte }

// Bounds of what a Matcher remembers; beyond them it starts anew.
const (
	cachePlaces = 1 << 16
	cacheBytes  = 8 << 20
)

// Matcher applies rules to the events of one export. It serves one goroutine.
//
// What it looks at repeats, so it remembers twice: the place of each combination of fields, and of each field's value
// which conditions hold. A combination that is new costs no pattern unless one of its values is new.
type Matcher struct {
	rules  [len(schemas.EventTypes)]typeRules
	fields [numKeys]field
	types  map[string]int
	recent [16]int // types that were asked for last, by their position
	seen   schemas.Dict
	places []Place
	key    []byte
}

// typeRules are the rules of one event type that the system and export do not rule out.
type typeRules struct {
	rules []rule
	uses  [numKeys]bool // fields that some condition asks for: the others are no part of the cache key
	fixed bool          // no condition is left: every event has the same place
	place Place
}

// rule is a compiled rule whose conditions are numbered within their fields.
type rule struct {
	conds []numbered
	Place
}

type numbered struct{ key, number int }

// Matcher returns a Matcher for one export of one system.
func (r *Rules) Matcher(system, export string) *Matcher {
	m := &Matcher{types: make(map[string]int, len(schemas.EventTypes))}
	system, export = strings.ToLower(system), strings.ToLower(export)
	for i, name := range schemas.EventTypes {
		m.types[name] = i
		t := &m.rules[i]
		for _, c := range r.byType[i] {
			if c.within(system, export) {
				m.add(t, c)
			}
		}
		t.fixed = t.uses == [numKeys]bool{}
		if t.fixed {
			t.place = m.eval(t, &Event{})
		}
	}
	return m
}

// within reports whether the conditions on system and export, which are known, hold.
func (c *compiled) within(system, export string) bool {
	for _, k := range c.conds {
		if k.key == keySystem && !matchAny(k.patterns, system) || k.key == keyExport && !matchAny(k.patterns, export) {
			return false
		}
	}
	return true
}

// add takes over a rule with the conditions that are left to ask of an event.
func (m *Matcher) add(t *typeRules, c compiled) {
	out := rule{Place: Place{c.stage, c.touchpoint, c.channel}}
	for _, k := range c.conds {
		if k.key != keySystem && k.key != keyExport {
			t.uses[k.key] = true
			out.conds = append(out.conds, numbered{k.key, m.fields[k.key].add(k.patterns)})
		}
	}
	t.rules = append(t.rules, out)
}

// Type gives the position of an event type in the vocabulary, -1 when it is not there.
func (m *Matcher) Type(name []byte) int {
	n := uint(len(name))
	if n == 0 {
		return -1
	}
	at := &m.recent[(n+3*uint(name[0])+5*uint(name[n-1]))%uint(len(m.recent))]
	if schemas.EventTypes[*at] != string(name) {
		i, ok := m.types[string(name)]
		if !ok {
			return -1
		}
		*at = i
	}
	return *at
}

// Match places e.
func (m *Matcher) Match(e *Event) Place {
	t := &m.rules[e.Type]
	if t.fixed {
		return t.place
	}
	m.key = append(m.key[:0], byte(e.Type))
	for key := keySourceEvent; key < numKeys; key++ {
		if t.uses[key] {
			v := e.field(key)
			m.key = binary.LittleEndian.AppendUint32(m.key, uint32(len(v)))
			m.key = append(m.key, v...)
		}
	}
	code := m.seen.Code(m.key)
	if int(code) < len(m.places) {
		return m.places[code]
	}
	place := m.eval(t, e)
	m.places = append(m.places, place)
	if len(m.places) >= cachePlaces || m.seen.Size() >= cacheBytes {
		m.seen.Reset()
		m.places = m.places[:0]
	}
	return place
}

func (m *Matcher) eval(t *typeRules, e *Event) (p Place) {
	var known [numKeys][]uint64 // the conditions that hold, of the fields asked for so far
	for i := range t.rules {
		r := &t.rules[i]
		gives := p.Stage == nil && len(r.Stage) > 0 || p.Touchpoint == nil && len(r.Touchpoint) > 0 ||
			p.Channel == nil && len(r.Channel) > 0
		if !gives || !m.match(r, e, &known) {
			continue
		}
		p.Stage, p.Touchpoint = first(p.Stage, r.Stage), first(p.Touchpoint, r.Touchpoint)
		p.Channel = first(p.Channel, r.Channel)
	}
	return p
}

func first(have, next []byte) []byte {
	if have == nil && len(next) > 0 {
		return next
	}
	return have
}

func (m *Matcher) match(r *rule, e *Event, known *[numKeys][]uint64) bool {
	for _, c := range r.conds {
		if known[c.key] == nil {
			known[c.key] = m.fields[c.key].holding(e.field(c.key))
		}
		if known[c.key][c.number/64]>>(c.number%64)&1 == 0 {
			return false
		}
	}
	return true
}

func (e *Event) field(key int) []byte {
	switch key {
	case keySourceEvent:
		return e.SourceEvent
	case keyPagePath:
		return e.PagePath
	case keyPageHost:
		return e.PageHost
	case keyMedium:
		return e.Medium
	case keySource:
		return e.Source
	case keyChannel:
		return e.Channel
	case keyStateTo:
		return e.StateTo
	}
	return nil
}
