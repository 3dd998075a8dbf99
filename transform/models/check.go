package models

import (
	"slices"
	"strings"

	"waymark/schemas"
)

// impure are functions whose result does not follow from the inputs.
var impure = []string{"now", "now64", "today", "yesterday", "rand", "rand32", "rand64", "generateuuidv4", "generateuuidv7",
	"rowNumberInAllBlocks", "any", "anylast", "first_value_respect_nulls", "hostname", "currentuser", "version", "uptime", "file", "url", "s3",
	"remote", "executable", "mysql", "postgresql", "current_timestamp", "randcanonical", "randuniform", "fuzzbits"}

// statements are words that a plain SELECT never contains.
var statements = []string{"insert", "create", "alter", "drop", "truncate", "attach", "optimize", "grant", "outfile", "format"}

// selectStatement checks the SELECT and finds its inputs and parameters.
func (p *parser) selectStatement(text string) {
	tokens, line, reason := lex(text)
	if reason != "" {
		p.line = line
		p.failf("", "%s", reason)
		return
	}
	if len(tokens) > 0 {
		p.line = tokens[0].line
	}
	if len(tokens) == 0 || !strings.EqualFold(tokens[0].text, "select") && !strings.EqualFold(tokens[0].text, "with") {
		p.failf("", "after the front matter a model is one SELECT")
		return
	}
	for i, t := range tokens {
		p.line = t.line
		next := func(n int) token {
			if i+n < len(tokens) {
				return tokens[i+n]
			}
			return token{}
		}
		previous := token{}
		if i > 0 {
			previous = tokens[i-1]
		}
		switch {
		case t.kind == markToken && t.text == ";":
			p.failf("", "a model is one statement, without ;")
		case t.kind == paramToken:
			p.param(t.text)
		case t.kind == wordToken && next(1).text == "." && previous.text != "." && isDatabase(t.text):
			p.reference(t.text, next(2).text)
		case t.kind == wordToken && next(1).text == "(" && previous.text != "." && containsFold(impure, t.text):
			p.failf("", "%s() makes the result depend on more than the inputs", t.text)
		case t.kind == wordToken && previous.text != "." && next(1).text != "(" && containsFold(statements, t.text):
			p.failf("", "%s has no place in a plain SELECT", t.text)
		}
	}
	p.m.SQL = strings.TrimSpace(text)
}

func isDatabase(word string) bool {
	return strings.HasPrefix(word, "waymark") || word == "cx_bi" || word == "system" || word == "default"
}

func containsFold(list []string, word string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, word) })
}

func (p *parser) reference(database, table string) {
	switch database {
	case "waymark_raw":
		var names []string
		for _, t := range schemas.Tables() {
			names = append(names, t.Name)
		}
		if !slices.Contains(names, table) {
			p.failf("", "there is no table waymark_raw.%s%s", table, suggestion(table, names))
		}
		p.m.Reads = added(p.m.Reads, table)
	case "waymark_mart":
		p.m.DependsOn = added(p.m.DependsOn, table)
	case "waymark_delta":
		if !p.deltas {
			p.failf("", "waymark_delta is for touched: and days: lines only")
		}
	default:
		p.failf("", "a model reads waymark_raw and waymark_mart, not %s%s", database,
			suggestion(database, []string{"waymark_raw", "waymark_mart"}))
	}
}

func (p *parser) param(text string) {
	name, typ, ok := strings.Cut(text, ":")
	want, known := parameterType(name)
	switch {
	case !ok:
		p.failf("", "a parameter is written {name:Type}")
	case !known:
		p.failf("", "there is no parameter %s%s", name, suggestion(name, parameterNames()))
	case typ != want:
		p.failf("", "the parameter %s has the type %s", name, want)
	case !slices.Contains(p.m.Params, Param{name, typ}):
		p.m.Params = append(p.m.Params, Param{name, typ})
	}
}

// added inserts s into a sorted list once.
func added(list []string, s string) []string {
	if i, found := slices.BinarySearch(list, s); !found {
		return slices.Insert(list, i, s)
	}
	return list
}

// complete checks what concerns the front matter as a whole, fills defaults and generates the data tests.
func (p *parser) complete() {
	p.line = 1
	if p.m.Comment == "" {
		p.failf("comment", "is missing")
	}
	if len(p.m.Columns) == 0 {
		p.failf("column", "a model needs at least one column")
	}
	if len(p.m.Grain) == 0 {
		p.failf("grain", "is missing")
	}
	if len(p.m.OrderBy) == 0 {
		p.m.OrderBy = p.m.Grain
	}
	if p.known("grain", p.m.Grain) || p.seen["order_by"] > 0 {
		p.known("order_by", p.m.OrderBy)
	}
	p.partition()
	p.needs()
	p.increment()
	p.m.Tests = append(p.m.Tests, unique(p.m.Grain))
	for _, t := range p.tests {
		p.line = t.line
		p.dataTest(t)
	}
}

func (p *parser) partition() {
	if p.m.Partition == "" {
		return
	}
	p.line = p.seen["partition"]
	column := p.m.Partition
	for name, function := range map[string]string{"month": "toYYYYMM", "quarter": "toStartOfQuarter"} {
		if inner, ok := strings.CutPrefix(p.m.Partition, name+"("); ok && strings.HasSuffix(inner, ")") {
			column = strings.TrimSuffix(inner, ")")
			p.m.Partition = function + "(" + column + ")"
			break
		}
	}
	p.known("partition", []string{column})
	if c, ok := p.m.Column(column); ok && c.Type != "Date" {
		p.failf("partition", "%s is not a Date", column)
	}
}

// known reports the names that are no columns.
func (p *parser) known(key string, names []string) bool {
	if line := p.seen[key]; line > 0 && key != "test" && key != "warn" {
		p.line = line
	}
	ok := true
	for _, n := range names {
		if _, found := p.m.Column(n); !found {
			p.failf(key, "there is no column %s%s", n, suggestion(n, p.columnNames()))
			ok = false
		}
	}
	return ok
}

func (p *parser) columnNames() []string {
	out := make([]string, len(p.m.Columns))
	for i, c := range p.m.Columns {
		out[i] = c.Name
	}
	return out
}
