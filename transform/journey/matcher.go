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
type Matcher struct {
	rules  [len(schemas.EventTypes)]typeRules
	types  map[string]int
	seen   schemas.Dict
	places []Place
	key    []byte
}

// typeRules are the rules of one event type that the system and export do not rule out.
type typeRules struct {
	rules []compiled
	uses  [numKeys]bool // fields that some condition asks for: the others are no part of the cache key
	fixed bool          // no condition is left: every event has the same place
	place Place
}

// Matcher returns a Matcher for one export of one system.
func (r *Rules) Matcher(system, export string) *Matcher {
	m := &Matcher{types: make(map[string]int, len(schemas.EventTypes))}
	system, export = strings.ToLower(system), strings.ToLower(export)
	for i, name := range schemas.EventTypes {
		m.types[name] = i
		t := &m.rules[i]
		for _, c := range r.byType[i] {
			if rest, ok := c.within(system, export); ok {
				t.add(rest)
			}
		}
		t.fixed = t.uses == [numKeys]bool{}
		if t.fixed {
			t.place = t.eval(&Event{})
		}
	}
	return m
}

// within drops the conditions on system and export, which are known; false when they do not hold.
func (c compiled) within(system, export string) (compiled, bool) {
	rest := make([]cond, 0, len(c.conds))
	for _, k := range c.conds {
		switch {
		case k.key == keySystem && !matchAny(k.patterns, system), k.key == keyExport && !matchAny(k.patterns, export):
			return c, false
		case k.key != keySystem && k.key != keyExport:
			rest = append(rest, k)
		}
	}
	c.conds = rest
	return c, true
}

func (t *typeRules) add(c compiled) {
	t.rules = append(t.rules, c)
	for _, k := range c.conds {
		t.uses[k.key] = true
	}
}

// Type gives the position of an event type in the vocabulary, -1 when it is not there.
func (m *Matcher) Type(name []byte) int {
	if i, ok := m.types[string(name)]; ok {
		return i
	}
	return -1
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
	place := t.eval(e)
	m.places = append(m.places, place)
	if len(m.places) >= cachePlaces || m.seen.Size() >= cacheBytes {
		m.seen.Reset()
		m.places = m.places[:0]
	}
	return place
}

func (t *typeRules) eval(e *Event) (p Place) {
	for i := range t.rules {
		c := &t.rules[i]
		gives := p.Stage == nil && len(c.stage) > 0 || p.Touchpoint == nil && len(c.touchpoint) > 0 ||
			p.Channel == nil && len(c.channel) > 0
		if !gives || !c.match(e) {
			continue
		}
		p.Stage, p.Touchpoint = first(p.Stage, c.stage), first(p.Touchpoint, c.touchpoint)
		p.Channel = first(p.Channel, c.channel)
	}
	return p
}

func first(have, next []byte) []byte {
	if have == nil && len(next) > 0 {
		return next
	}
	return have
}

func (c *compiled) match(e *Event) bool {
	for i := range c.conds {
		k := &c.conds[i]
		text := e.field(k.key)
		if !matchAny(k.patterns, strings.ToLower(string(text[:min(len(text), maxMatched)]))) {
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
