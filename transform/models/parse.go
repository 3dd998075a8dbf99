package models

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"waymark/internal/fault"
)

// parser reads one file; it keeps every error it finds.
type parser struct {
	file   string
	line   int // of the front matter line at hand
	m      Model
	seen   map[string]int // key → line of its first use
	tests  []testLine     // completed once all columns are known
	deltas bool           // the SELECT may read waymark_delta
	errs   []error
}

// Keys of which a file may have several lines.
var repeated = []string{"column", "test", "warn", "touched", "days"}

var keys = []string{"comment", "hidden", "grain", "partition", "order_by", "needs", "refresh", "touched", "days", "iterate", "column", "test", "warn"}

// Parse reads one model file. The front matter's keys are:
//
//	comment    what a row is; becomes the comment of table and view (required)
//	grain      columns that together are unique (required); tested
//	column     NAME TYPE "comment", one line per output column, in order
//	order_by   sorting key (default: grain)
//	partition  a Date column, month(column), quarter(column), or absent for one partition
//	needs      inputs that the rows come from (default: all): while none of them holds a row, the model is empty
//	refresh    full (default), or by EXPR: only the rows whose EXPR a change of the inputs touches are built anew; see Touch
//	touched    SELECT of the values of EXPR that a change touches, one line per way they are; for refresh full: of anything, AS
//	           key, when a change touches the model at all, which else is left as it is
//	days       SELECT … AS day of the days on which rows of touched keys may lie, where the keys do not say when: the model's own
//	           rows of the keys as they are published (/* touched EXPR */ there too) and the changes; see Model.Days
//	hidden     yes: no view in cx_bi
//	iterate    the model is iterated, in at most so many steps; see blocks
//	test       a data test that must hold; see Test
//	warn       a data test whose failure is only reported
//
// The error joins every *fault.Error found.
func Parse(file string, text []byte) (Model, error) {
	p := &parser{file: file, seen: map[string]int{}}
	p.m = Model{Name: strings.TrimSuffix(path.Base(file), ".sql"), File: file, Refresh: Full}
	if !isName(p.m.Name) {
		p.failf("", "the file name must be a name in lower case, with digits and _")
	}
	sql := p.frontMatter(string(text))
	if p.m.Iteration != nil {
		p.blocks(sql)
	} else {
		p.selectStatement(sql)
	}
	p.complete()
	return p.m, errors.Join(p.errs...)
}

func (p *parser) failf(field, format string, args ...any) {
	p.errs = append(p.errs, &fault.Error{Kind: fault.Invalid, Object: p.file, Line: int64(p.line), Field: field,
		Err: fmt.Errorf(format, args...)})
}

// frontMatter consumes the leading comment lines and returns the rest, preceded by as many line breaks so that line
// numbers stay right.
func (p *parser) frontMatter(text string) string {
	rest := text
	for rest != "" {
		line := rest[:lineEnd(rest)]
		trimmed := strings.TrimSpace(line)
		if trimmed != "" && !strings.HasPrefix(trimmed, "--") || p.m.Iteration != nil && blockLine.MatchString(trimmed) {
			break
		}
		rest = strings.TrimPrefix(rest[len(line):], "\n")
		p.line++
		if entry := strings.TrimSpace(strings.TrimPrefix(trimmed, "--")); entry != "" {
			p.entry(entry)
		}
	}
	return strings.Repeat("\n", p.line) + rest
}

func (p *parser) entry(entry string) {
	key, value, ok := strings.Cut(entry, ":")
	value = strings.TrimSpace(value)
	if !ok || !slices.Contains(keys, key) {
		word, _, _ := strings.Cut(key, " ")
		p.failf("", "front matter wants lines of the form -- key: value; %q is no key%s", word, suggestion(word, keys))
		return
	}
	if value == "" {
		p.failf(key, "a value is missing")
		return
	}
	if first := p.seen[key]; first > 0 && !slices.Contains(repeated, key) {
		p.failf(key, "given twice; first on line %d", first)
		return
	}
	p.seen[key] = p.line
	switch key {
	case "comment":
		p.m.Comment = value
	case "hidden":
		p.m.Hidden = value == "yes"
		if !p.m.Hidden {
			p.failf(key, "the only value is yes")
		}
	case "grain":
		p.m.Grain = list(value)
	case "order_by":
		p.m.OrderBy = list(value)
	case "partition":
		p.m.Partition = value
	case "needs":
		p.m.Needs = list(value)
	case "refresh":
		p.refresh(value)
	case "touched":
		p.touch(value)
	case "days":
		p.days(value)
	case "iterate":
		p.iterate(value)
	case "column":
		p.column(value)
	case "test", "warn":
		p.tests = append(p.tests, testLine{p.line, value, key == "warn"})
	}
}

// column reads NAME TYPE "comment"; the type may contain spaces and quotes of its own.
func (p *parser) column(value string) {
	name, rest, _ := strings.Cut(value, " ")
	open := strings.Index(rest, ` "`)
	if !isName(name) || open <= 0 || len(rest) < open+4 || !strings.HasSuffix(rest, `"`) {
		p.failf("column", `want NAME TYPE "comment"`)
		return
	}
	c := Column{Name: name, Type: strings.TrimSpace(rest[:open]), Comment: rest[open+2 : len(rest)-1]}
	if strings.ContainsAny(c.Comment, `"\`) {
		p.failf("column", "the comment of %s must not contain quotation marks or backslashes", name)
	}
	if _, twice := p.m.Column(name); twice {
		p.failf("column", "%s is declared twice", name)
		return
	}
	if reason := checkType(c.Type); reason != "" {
		p.failf("column", "%s: %s", name, reason)
	}
	p.m.Columns = append(p.m.Columns, c)
}

func list(value string) []string {
	parts := strings.Split(value, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// isName reports whether s is a lower-case SQL name.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter, digit := c >= 'a' && c <= 'z' || c == '_', c >= '0' && c <= '9'
		if !letter && (!digit || i == 0) {
			return false
		}
	}
	return s != ""
}
