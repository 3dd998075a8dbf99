package models

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Refresh says which part of a model a run builds when its inputs changed.
type Refresh string

// The refresh rules.
const (
	// Full models are built whole: when an input changed at all, or, with touched lines, when a change touches them.
	Full Refresh = "full"
	// ByKey models are built for the keys that the change touched: rows with one value of Key stand and fall together, so
	// all other rows stay as they are, wherever in the table they lie.
	ByKey Refresh = "by"
)

// Touch finds keys that a change of inputs touches: a SELECT of one column, named key (of a Full model: no row at all when it
// does not touch the model), or their days: one named day. In it waymark_delta.x stands for the rows that
// the input x lost and got, each changed row as it was and as it is.
type Touch struct {
	SQL       string
	Deltas    []string // the inputs whose deltas it reads, sorted
	DependsOn []string // the models that it reads, sorted
	Params    []Param
}

// A marker in a SELECT's WHERE says where rows can be left out, and by which expression: /* touched EXPR */. Of several
// (/* touched EXPR or EXPR */) one has to be touched. One that ends in "on COLUMN" leaves out all days but the model's Days too.
var (
	marker   = regexp.MustCompile(`/\*\s*touched\s+(.+?)(?:\s+on\s+([a-z_0-9.]+))?\s*\*/`)
	deltaRef = regexp.MustCompile(`\bwaymark_delta\.([a-z_0-9]+)\b`)
)

// ForKeys is the SELECT that gives the rows of the keys in table (a quoted name) alone; delta is that of Keys.
func (m *Model) ForKeys(table string, delta func(input string) string) string {
	days := narrow(union(m.Days, delta), table, "")
	return narrow(m.SQL, table, days)
}

// narrow puts conditions where the markers are.
func narrow(sql, table, days string) string {
	return marker.ReplaceAllStringFunc(sql, func(s string) string {
		found := marker.FindStringSubmatch(s)
		var any []string
		for expr := range strings.SplitSeq(found[1], " or ") {
			any = append(any, fmt.Sprintf("%s IN (SELECT key FROM %s)", expr, table))
		}
		condition := "AND " + any[0]
		if len(any) > 1 {
			condition = "AND (" + strings.Join(any, " OR ") + ")"
		}
		if found[2] != "" {
			condition += fmt.Sprintf(" AND %s IN (%s)", found[2], days)
		}
		return condition
	})
}

// Covers reports whether a change of the input can be narrowed down to keys.
func (m *Model) Covers(input string) bool {
	return slices.ContainsFunc(m.Touched, func(t Touch) bool { return slices.Contains(t.Deltas, input) })
}

// Keys is a SELECT of the distinct keys, named key, that the deltas touch; delta gives the quoted table that holds an
// input's, "" when it did not change. It returns "" when none of them did.
func (m *Model) Keys(delta func(input string) string) string {
	keys := union(m.Touched, delta)
	if keys == "" {
		return ""
	}
	return "SELECT DISTINCT assumeNotNull(key) AS key FROM (\n" + keys + "\n)"
}

// union joins those of the SELECTs whose inputs all changed.
func union(selects []Touch, delta func(input string) string) string {
	var parts []string
	for _, t := range selects {
		if slices.ContainsFunc(t.Deltas, func(input string) bool { return delta(input) == "" }) {
			continue
		}
		parts = append(parts, deltaRef.ReplaceAllStringFunc(t.SQL, func(s string) string {
			return delta(deltaRef.FindStringSubmatch(s)[1])
		}))
	}
	return strings.Join(parts, "\nUNION ALL ")
}

// refresh reads full, or by EXPR.
func (p *parser) refresh(value string) {
	kind, key, _ := strings.Cut(value, " ")
	p.m.Refresh, p.m.Key = Refresh(kind), strings.TrimSpace(key)
	switch {
	case p.m.Refresh == Full && p.m.Key == "", p.m.Refresh == ByKey && p.m.Key != "":
	default:
		p.failf("refresh", "want full, or by and an expression over the output columns%s", suggestion(kind, []string{string(Full), string(ByKey)}))
	}
}

// touch reads one touched line.
func (p *parser) touch(value string) {
	t := p.changes("touched", value)
	if len(t.Deltas) == 0 || !strings.Contains(value, " AS key ") || marker.MatchString(value) {
		p.failf("touched", "want SELECT … AS key FROM … with waymark_delta.x in it")
	}
	p.m.Touched = append(p.m.Touched, t)
}

// days reads one days line: of a delta, or of the model's own rows of the keys.
func (p *parser) days(value string) {
	t := p.changes("days", value)
	found := marker.FindAllStringSubmatch(value, -1)
	own := len(t.Deltas) == 0 && slices.Equal(t.DependsOn, []string{p.m.Name}) && len(found) == 1 && found[0][1] == p.m.Key && found[0][2] == ""
	if delta := len(t.Deltas) == 1 && len(found) == 0; !strings.Contains(value, " AS day ") || len(t.Params) > 0 || !delta && !own {
		p.failf("days", "want SELECT … AS day, without parameters, FROM waymark_delta.x, or FROM waymark_mart.%s and with /* touched %s */, as refresh: has it", p.m.Name, p.m.Key)
	}
	p.m.Days = append(p.m.Days, t)
}

// changes reads a SELECT that may read deltas.
func (p *parser) changes(field, value string) Touch {
	inner := &parser{file: p.file, deltas: true}
	inner.selectStatement(value)
	for _, err := range inner.errs {
		p.failf(field, "%w", err)
	}
	t := Touch{SQL: value, DependsOn: inner.m.DependsOn, Params: inner.m.Params}
	for _, ref := range deltaRef.FindAllStringSubmatch(value, -1) {
		t.Deltas = added(t.Deltas, ref[1])
	}
	return t
}

// increment checks that what a ByKey model needs is there.
func (p *parser) increment() {
	marked, dated := false, false
	for _, found := range marker.FindAllStringSubmatch(p.m.SQL, -1) {
		marked, dated = true, dated || found[2] != ""
		if strings.Contains(found[1], " on ") {
			p.failf("", "what stands behind on in a marker is the name of a column: %s", found[0])
		}
	}
	if by := p.m.Refresh == ByKey; by != marked || by && len(p.m.Touched) == 0 {
		p.failf("refresh", "refresh: by goes together with touched: lines and a marker /* touched EXPR */ in the SELECT")
	}
	if dated != (len(p.m.Days) > 0) {
		p.failf("days", "days: lines go together with a marker /* touched EXPR on COLUMN */ in the SELECT")
	}
	p.deltasOf("touched", p.m.Touched)
	if p.deltasOf("days", p.m.Days); dated {
		p.allDays()
	}
}

// deltasOf checks that the deltas are those of inputs.
func (p *parser) deltasOf(field string, lines []Touch) {
	p.line = p.seen[field]
	inputs := slices.Concat(p.m.Reads, p.m.DependsOn)
	for _, t := range lines {
		for _, d := range t.Deltas {
			if !slices.Contains(inputs, d) {
				p.failf(field, "the model does not read %s%s", d, suggestion(d, inputs))
			}
		}
	}
}

// allDays checks that the days lines leave nothing out: rows of a touched key are published already, or in a delta.
func (p *parser) allDays() {
	if !slices.ContainsFunc(p.m.Days, func(t Touch) bool { return len(t.Deltas) == 0 }) {
		p.failf("days", "one line has to read waymark_mart.%s, with /* touched %s */", p.m.Name, p.m.Key)
	}
	for _, t := range p.m.Touched {
		for _, d := range t.Deltas {
			if !slices.ContainsFunc(p.m.Days, func(t Touch) bool { return slices.Contains(t.Deltas, d) }) {
				p.failf("days", "touched: lines read waymark_delta.%s, so one days: line has to", d)
			}
		}
	}
}

// needs checks the needs line; without one the model needs any of its inputs.
func (p *parser) needs() {
	inputs := slices.Concat(p.m.Reads, p.m.DependsOn)
	for _, n := range p.m.Needs {
		if !slices.Contains(inputs, n) {
			p.failf("needs", "the model does not read %s%s", n, suggestion(n, inputs))
		}
	}
	if len(p.m.Needs) == 0 {
		p.m.Needs = inputs
	}
}

// TouchedParams are the parameters of the touched lines.
func (m *Model) TouchedParams() []Param {
	var out []Param
	for _, t := range m.Touched {
		for _, p := range t.Params {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}
