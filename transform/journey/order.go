package journey

import (
	"maps"
	"strings"

	"waymark/schemas"
)

// checkOrder finds what can never apply: an attribute of a rule where an earlier rule matches all that the rule matches and
// gives the attribute another value. Rules that only overlap are decided by their order. Of one rule and one that comes before
// it the first attribute is told; wrong rules are not looked at.
func checkOrder(rules []Rule, m *mistakes) {
	wrong := maps.Clone(m.of)
	for j := range rules {
		if wrong[j] {
			continue
		}
		m.rule = j
		told := map[int]bool{}
		for _, a := range attributes {
			i := decidedBefore(rules[:j], wrong, &rules[j], a.of)
			if i < 0 || told[i] {
				continue
			}
			told[i] = true
			m.add(a.name, "never applies: "+ruleField(i, "")+" comes first, matches all that it matches and says "+quote(a.of(&rules[i])),
				"put the narrower rule first; the first that matches decides")
		}
	}
}

// decidedBefore returns which earlier rule says something else whenever rule matches, -1 when none does.
func decidedBefore(earlier []Rule, wrong map[int]bool, rule *Rule, of func(*Rule) string) int {
	want := of(rule)
	for i := range earlier {
		have := of(&earlier[i])
		if want == "" || have == "" || wrong[i] || !earlier[i].When.covers(rule.When) {
			continue
		}
		if have == want {
			return -1 // said twice, which harms nobody
		}
		return i
	}
	return -1
}

// attributes are what rules give.
var attributes = [...]struct {
	name string
	of   func(*Rule) string
}{
	{"stage", func(r *Rule) string { return r.Stage }},
	{"touchpoint", func(r *Rule) string { return r.Touchpoint }},
	{"channel", func(r *Rule) string { return r.Channel }},
}

// covers reports whether every event that meets other surely meets c. Both have been compiled before.
func (c Condition) covers(other Condition) bool {
	for name, list := range c {
		narrower, ok := other[name]
		if name == keyNames[keyEventType] {
			if !coversTypes(list, narrower) {
				return false
			}
			continue
		}
		path := name == keyNames[keyPagePath]
		if !ok || !coversAll(list, narrower, path) {
			return false
		}
	}
	return true
}

// coversTypes holds two lists of event types against the vocabulary; an absent list is all types.
func coversTypes(list, narrower Patterns) bool {
	all, _ := compilePatterns(list, false)
	some, _ := compilePatterns(narrower, false)
	for _, name := range schemas.EventTypes {
		if (narrower == nil || matchAny(some, name)) && !matchAny(all, name) {
			return false
		}
	}
	return true
}

func coversAll(list, narrower Patterns, path bool) bool {
	all, _ := compilePatterns(list, path)
	some, _ := compilePatterns(narrower, path)
	for _, n := range some {
		covered := false
		for i := range all {
			w := &all[i]
			covered = covered || w.text == n.text || n.plain && w.match(n.text) || w.text == "**" || w.text == "*" && !path ||
				w.under && strings.HasPrefix(n.text, strings.TrimSuffix(w.text, "**"))
		}
		if !covered {
			return false
		}
	}
	return true
}
