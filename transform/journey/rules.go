package journey

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"waymark/schemas"
)

// Rules is a compiled, immutable list of rules; goroutines share it.
type Rules struct {
	byType [len(schemas.EventTypes)][]compiled
	source []Rule
}

// compiled is one rule as one event type sees it: its event_type condition already holds.
type compiled struct {
	conds                      []cond
	stage, touchpoint, channel []byte
}

type cond struct {
	key      int
	patterns []pattern
}

// Parse compiles exactly these rules. The error joins a *fault.Error of kind Invalid for each thing that is wrong; their fields name
// the rule by its position.
func Parse(rules []Rule) (*Rules, error) {
	r, m := compile(rules)
	return r.unless(m)
}

func compile(rules []Rule) (*Rules, *mistakes) {
	r, m := &Rules{source: rules}, &mistakes{}
	for i := range rules {
		m.rule = i
		r.add(&rules[i], m)
	}
	return r, m
}

// Extend compiles rules followed by the default ones, so that they decide wherever they match. A rule that can never
// apply, as an earlier one of them always decides before it, is an error too.
func Extend(rules []Rule) (*Rules, error) {
	base := DefaultRules()
	return ordered(rules, append(append(make([]Rule, 0, len(rules)+len(base)), rules...), base...))
}

// Only is Extend without the default rules.
func Only(rules []Rule) (*Rules, error) { return ordered(rules, rules) }

// ordered compiles all, of which own are the first.
func ordered(own, all []Rule) (*Rules, error) {
	r, m := compile(all)
	checkOrder(own, m)
	return r.unless(m)
}

func (r *Rules) unless(m *mistakes) (*Rules, error) {
	if len(m.errs) > 0 {
		return nil, errors.Join(m.errs...)
	}
	return r, nil
}

// Default returns the built-in rules, which fit the exports that Waymark reads.
func Default() *Rules {
	r, err := Parse(DefaultRules())
	if err != nil {
		panic("journey: built-in rules: " + err.Error()) // a defect that any test meets
	}
	return r
}

// Fingerprint identifies the rules that events of an export can meet: a rule that names other systems or exports is no
// part of it, so that changing one leaves everything else as it is.
func (r *Rules) Fingerprint(system, export string) string {
	place := map[string]string{keyNames[keySystem]: system, keyNames[keyExport]: export}
	var able []Rule
	for _, rule := range r.source {
		meets := true
		for key, value := range place {
			if list, ok := rule.When[key]; ok {
				patterns, _ := compilePatterns(list, false) // Parse has compiled them before
				meets = meets && matchAny(patterns, strings.ToLower(value))
			}
		}
		if meets {
			able = append(able, rule)
		}
	}
	return fingerprint(able)
}

// Uncovered lists the event types, in the vocabulary's order, of which an event may be left without a stage or a
// touchpoint because every rule that gives it asks for more than the event type.
func (r *Rules) Uncovered() []string {
	return r.uncovered(func(c *compiled) bool { return len(c.conds) == 0 })
}

// UncoveredAt is Uncovered for the events of one export: rules that ask for no more than its system and its name count.
func (r *Rules) UncoveredAt(system, export string) []string {
	place := [numKeys]string{keySystem: strings.ToLower(system), keyExport: strings.ToLower(export)}
	return r.uncovered(func(c *compiled) bool {
		for _, cond := range c.conds {
			if cond.key != keySystem && cond.key != keyExport || !matchAny(cond.patterns, place[cond.key]) {
				return false
			}
		}
		return true
	})
}

func (r *Rules) uncovered(always func(*compiled) bool) []string {
	var out []string
	for i, name := range schemas.EventTypes {
		stage, touchpoint := false, false
		for k := range r.byType[i] {
			if c := &r.byType[i][k]; always(c) {
				stage = stage || len(c.stage) > 0
				touchpoint = touchpoint || len(c.touchpoint) > 0
			}
		}
		if !stage || !touchpoint {
			out = append(out, name)
		}
	}
	return out
}

// add compiles a rule. One that is wrong is left out, so that every other can be looked at too.
func (r *Rules) add(rule *Rule, m *mistakes) {
	checkResult(rule, m)
	c := compiled{stage: []byte(rule.Stage), touchpoint: []byte(rule.Touchpoint), channel: []byte(rule.Channel)}
	var types []pattern
	for key := range keyNames { // in the order of keys, not of the map
		list, ok := rule.When[keyNames[key]]
		if !ok {
			continue
		}
		field := "when." + keyNames[key]
		patterns, reason := compilePatterns(list, key == keyPagePath)
		switch {
		case len(list) == 0:
			m.add(field, "an empty list never matches", "leave the condition out, or list what it asks for")
		case reason != "":
			m.add(field, reason, "patterns know * ? [a-z] {a,b}, and ** in page_path")
		case key == keyEventType:
			checkEventTypes(list, m)
			types = patterns
		default:
			c.conds = append(c.conds, cond{key, patterns})
		}
	}
	if m.of[m.rule] {
		return
	}
	for i, name := range schemas.EventTypes {
		if types == nil || matchAny(types, name) {
			r.byType[i] = append(r.byType[i], c)
		}
	}
}

func matchAny(patterns []pattern, s string) bool {
	for i := range patterns {
		if patterns[i].match(s) {
			return true
		}
	}
	return false
}

func checkResult(rule *Rule, m *mistakes) {
	for _, name := range slices.Sorted(maps.Keys(rule.When)) {
		if keyOf(name) < 0 {
			m.add("when."+name, "unknown condition"+suggest(name, keyNames[:]), "conditions: "+strings.Join(keyNames[:], ", "))
		}
	}
	if rule.Stage == "" && rule.Touchpoint == "" && rule.Channel == "" {
		m.add("", "gives none of stage, touchpoint and channel", "say what it gives, e.g. touchpoint: help_page")
	}
	if rule.Stage != "" && !contains(schemas.Stages[:], rule.Stage) {
		m.add("stage", "unknown stage "+quote(rule.Stage)+suggest(rule.Stage, schemas.Stages[:]), "stages: "+strings.Join(schemas.Stages[:], ", "))
	}
	for _, v := range [...][2]string{{"touchpoint", rule.Touchpoint}, {"channel", rule.Channel}} {
		if !isLabel(v[1]) {
			m.add(v[0], "must be at most 64 lower-case letters, digits and underscores", "e.g. help_page")
		}
	}
}

// checkEventTypes looks at every alternative, and at each of those that braces hold.
func checkEventTypes(list Patterns, m *mistakes) {
	for i, raw := range list {
		field := "when.event_type"
		if len(list) > 1 {
			field += fmt.Sprintf("[%d]", i)
		}
		patterns, _ := compilePatterns(Patterns{raw}, false) // was compiled before
		for _, p := range patterns {
			if !matchesSome(p) {
				m.add(field, "unknown event type "+quote(p.text)+suggest(p.text, schemas.EventTypes[:]), "docs/journeys.md lists the event types")
			}
		}
	}
}

func matchesSome(p pattern) bool {
	for _, name := range schemas.EventTypes {
		if p.match(name) {
			return true
		}
	}
	return false
}

func isLabel(s string) bool {
	return len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
