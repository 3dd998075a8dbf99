package journey

import (
	"strings"

	"waymark/schemas"
)

// checkOrder finds the first attribute of a rule that can never apply, because an earlier rule matches all that the rule
// matches and gives the attribute another value. Rules that only overlap are decided by their order.
func checkOrder(rules []Rule) error {
	for j := range rules {
		for _, a := range attributes {
			want := a.of(&rules[j])
			if want == "" {
				continue
			}
			for i := range rules[:j] {
				have := a.of(&rules[i])
				if have == "" || !rules[i].When.covers(rules[j].When) {
					continue
				}
				if have == want {
					break // said twice, which harms nobody
				}
				err := invalid(ruleField(j, a.name), "never applies: "+ruleField(i, "")+" comes first, matches all that it matches and says "+quote(have))
				err.Hint = "put the narrower rule first; the first that matches decides"
				return err
			}
		}
	}
	return nil
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
