package journey

import (
	"encoding/hex"
	"fmt"
	"sort"
	"strconv"

	"github.com/zeebo/xxh3"

	"waymark/internal/fault"
	"waymark/internal/nearest"
)

// mistakes gathers what is wrong with a list of rules, so that all of it is told at once.
type mistakes struct {
	rule int // the one being looked at
	errs []error
	of   map[int]bool // rules with a mistake
}

func (m *mistakes) add(field, message, hint string) {
	e := fault.New(fault.Invalid, "%s", message)
	e.Field, e.Hint = ruleField(m.rule, field), hint
	m.errs = append(m.errs, e)
	if m.of == nil {
		m.of = map[int]bool{}
	}
	m.of[m.rule] = true
}

// ruleField names a part of rule i (from 0) as the configuration spells it.
func ruleField(i int, field string) string {
	if field == "" {
		return fmt.Sprintf("rules[%d]", i)
	}
	return fmt.Sprintf("rules[%d].%s", i, field)
}

func quote(s string) string { return strconv.Quote(s) }

// suggest names the candidate that s was meant to be, if one is near.
func suggest(s string, candidates []string) string {
	best := nearest.Of(s, candidates)
	if best == "" {
		return ""
	}
	return "; did you mean " + quote(best) + "?"
}

// fingerprint hashes the rules in a canonical, length-prefixed form.
func fingerprint(rules []Rule) string {
	var b []byte
	add := func(s string) { b = append(strconv.AppendInt(b, int64(len(s)), 10), ':'); b = append(b, s...) }
	for _, r := range rules {
		names := make([]string, 0, len(r.When))
		for name := range r.When {
			names = append(names, name)
		}
		sort.Strings(names)
		b = strconv.AppendInt(append(b, 'R'), int64(len(names)), 10)
		for _, name := range names {
			add(name)
			b = strconv.AppendInt(append(b, 'P'), int64(len(r.When[name])), 10)
			for _, p := range r.When[name] {
				add(p)
			}
		}
		add(r.Stage)
		add(r.Touchpoint)
		add(r.Channel)
	}
	sum := xxh3.Hash128(b).Bytes()
	return hex.EncodeToString(sum[:])
}
