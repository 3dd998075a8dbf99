package journey

import (
	"strings"

	"waymark/internal/fault"
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

// Parse compiles exactly these rules. The error is a *fault.Error of kind Invalid that names the rule by its position.
func Parse(rules []Rule) (*Rules, error) {
	r := &Rules{source: rules}
	for i := range rules {
		if err := r.add(&rules[i]); err != nil {
			err.Field = ruleField(i, err.Field)
			return nil, err
		}
	}
	return r, nil
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
	r, err := Parse(all)
	if err != nil {
		return nil, err
	}
	if err := checkOrder(own); err != nil {
		return nil, err
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

func (r *Rules) add(rule *Rule) *fault.Error {
	if err := checkResult(rule); err != nil {
		return err
	}
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
			return invalid(field, "an empty list never matches")
		case reason != "":
			return invalid(field, reason)
		case key == keyEventType:
			if err := checkEventTypes(patterns); err != nil {
				return err
			}
			types = patterns
		default:
			c.conds = append(c.conds, cond{key, patterns})
		}
	}
	for i, name := range schemas.EventTypes {
		if types == nil || matchAny(types, name) {
			r.byType[i] = append(r.byType[i], c)
		}
	}
	return nil
}

func matchAny(patterns []pattern, s string) bool {
	for i := range patterns {
		if patterns[i].match(s) {
			return true
		}
	}
	return false
}

func checkResult(rule *Rule) *fault.Error {
	for name := range rule.When {
		if keyOf(name) < 0 {
			return invalid("when."+name, "unknown condition"+suggest(name, keyNames[:]))
		}
	}
	if rule.Stage == "" && rule.Touchpoint == "" && rule.Channel == "" {
		return invalid("", "gives none of stage, touchpoint and channel")
	}
	if rule.Stage != "" && !contains(schemas.Stages[:], rule.Stage) {
		return invalid("stage", "unknown stage "+quote(rule.Stage)+suggest(rule.Stage, schemas.Stages[:]))
	}
	for _, v := range [...][2]string{{"touchpoint", rule.Touchpoint}, {"channel", rule.Channel}} {
		if !isLabel(v[1]) {
			return invalid(v[0], "must be at most 64 lower-case letters, digits and underscores")
		}
	}
	return nil
}

func checkEventTypes(patterns []pattern) *fault.Error {
	for _, p := range patterns {
		if !matchesSome(p) {
			return invalid("when.event_type", "unknown event type "+quote(p.text)+suggest(p.text, schemas.EventTypes[:]))
		}
	}
	return nil
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
