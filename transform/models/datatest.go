package models

import (
	"fmt"
	"regexp"
	"strings"
)

// Test is a data test of a model's table: a SELECT of the rows that are wrong. It passes when there are none.
//
//	unique(a, b)                     no two rows have the same values
//	not_null(a, b)                   neither NULL nor empty
//	accepted_values(a: x, y, '')     no other value; NULL is accepted
//	range(a: 0, 10)                  from … to …, both included; NULL is accepted
//	relationship(a -> model.b)       every value that is neither NULL nor empty exists there
//	sum_equal(a = model.b)           the sums are equal: no join lost or doubled rows
//	what must hold: SELECT … {table} …   any SELECT of the rows that break it, over the table as it will be
//	what must hold: SELECT … {rows} …    the same for what single rows say: over the rows that were built
type Test struct {
	Name string // as written
	// SQL contains {table} where the name of the table under test goes: the staging table during an audit.
	SQL string
	// Whole tests compare sums and counts: they make sense over all rows of the table only.
	Whole bool
	// Warn tests are reported and stop nothing.
	Warn bool
	// DependsOn names the other models that it reads.
	DependsOn []string
}

// Query returns the SELECT for a table, whose name the caller has quoted.
func (t *Test) Query(table string) string { return strings.ReplaceAll(t.SQL, tablePlaceholder, table) }

const tablePlaceholder = "{table}"

type testLine struct {
	line int
	text string
	warn bool
}

var (
	testForm    = regexp.MustCompile(`^([a-z_]+)\s*\((.*)\)$`)
	freeForm    = regexp.MustCompile(`^([^:{}]+): ((?:SELECT|WITH)\s.*)$`)
	testKinds   = []string{"unique", "not_null", "accepted_values", "range", "relationship", "sum_equal"}
	tableColumn = regexp.MustCompile(`^([a-z_0-9]+)\.([a-z_0-9]+)$`)
	number      = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
)

func unique(columns []string) Test {
	names := quoteAll(columns)
	return Test{Name: "unique(" + strings.Join(columns, ", ") + ")",
		SQL: fmt.Sprintf("SELECT %s, count() AS rows FROM {table} GROUP BY %s HAVING rows > 1", names, names)}
}

// dataTest turns one test line into a Test.
func (p *parser) dataTest(line testLine) {
	key := "test"
	if line.warn {
		key = "warn"
	}
	t := Test{Name: line.text, Warn: line.warn}
	if form := freeForm.FindStringSubmatch(line.text); form != nil {
		t.Name, t.Whole = form[1], strings.Contains(form[2], tablePlaceholder)
		if t.SQL = p.expression(key, strings.ReplaceAll(form[2], "{rows}", tablePlaceholder), &t); t.SQL != "" {
			p.m.Tests = append(p.m.Tests, t)
		}
		return
	}
	form := testForm.FindStringSubmatch(line.text)
	if form == nil {
		p.failf(key, "want NAME(…) or WHAT MUST HOLD: SELECT …")
		return
	}
	arg := strings.TrimSpace(form[2])
	switch form[1] {
	case "unique":
		if columns := list(arg); p.known(key, columns) {
			t.SQL = unique(columns).SQL
		}
	case "not_null":
		if columns := list(arg); p.known(key, columns) {
			t.SQL = "SELECT " + quoteAll(columns) + " FROM {table} WHERE " + strings.Join(absent(columns), " OR ")
		}
	case "accepted_values", "range":
		t.SQL = p.valueTest(key, form[1], arg)
	case "relationship", "sum_equal":
		t.SQL = p.otherTable(key, form[1], arg, &t)
	default:
		p.failf(key, "there is no test %s%s", form[1], suggestion(form[1], testKinds))
	}
	if t.SQL != "" {
		p.m.Tests = append(p.m.Tests, t)
	}
}

func (p *parser) valueTest(key, kind, arg string) string {
	column, rest, ok := strings.Cut(arg, ":")
	column = strings.TrimSpace(column)
	values := list(rest)
	if !ok || strings.TrimSpace(rest) == "" {
		p.failf(key, "want %s(column: value, …)", kind)
		return ""
	}
	if !p.known(key, []string{column}) {
		return ""
	}
	c := quoteName(column)
	if kind == "range" {
		if len(values) != 2 || !number.MatchString(values[0]) || !number.MatchString(values[1]) {
			p.failf(key, "want range(column: from, to)")
			return ""
		}
		return fmt.Sprintf("SELECT %s FROM {table} WHERE %s < %s OR %s > %s", c, c, values[0], c, values[1])
	}
	for i, v := range values {
		values[i] = quoteText(strings.Trim(v, "'"))
	}
	return fmt.Sprintf("SELECT %s, count() AS rows FROM {table} WHERE %s NOT IN (%s) GROUP BY %s", c, c, strings.Join(values, ", "), c)
}

func (p *parser) otherTable(key, kind, arg string, t *Test) string {
	separator := map[string]string{"relationship": "->", "sum_equal": "="}[kind]
	column, rest, ok := strings.Cut(arg, separator)
	column = strings.TrimSpace(column)
	other := tableColumn.FindStringSubmatch(strings.TrimSpace(rest))
	if !ok || other == nil {
		p.failf(key, "want %s(column %s model.column)", kind, separator)
		return ""
	}
	if !p.known(key, []string{column}) {
		return ""
	}
	t.DependsOn = added(t.DependsOn, other[1])
	c, o, table := quoteName(column), quoteName(other[2]), "waymark_mart."+quoteName(other[1])
	if kind == "sum_equal" {
		t.Whole = true
		return fmt.Sprintf("SELECT (SELECT sum(%s) FROM {table}) AS here, (SELECT sum(%s) FROM %s) AS there WHERE ifNull(here, 0) != ifNull(there, 0)", c, o, table)
	}
	return fmt.Sprintf("SELECT DISTINCT %s FROM {table} WHERE NOT (%s) AND %s NOT IN (SELECT %s FROM %s)", c, absent([]string{column})[0], c, o, table)
}

// expression checks a free SELECT as it does a model's.
func (p *parser) expression(key, sql string, t *Test) string {
	if !strings.Contains(sql, tablePlaceholder) {
		p.failf(key, "the SELECT must read {table} or {rows}")
		return ""
	}
	inner := &parser{file: p.file}
	inner.selectStatement(strings.ReplaceAll(sql, tablePlaceholder, "waymark_mart."+p.m.Name))
	for _, err := range inner.errs {
		p.failf(key, "%w", err)
	}
	for _, d := range inner.m.DependsOn {
		if d != p.m.Name {
			t.DependsOn = added(t.DependsOn, d)
		}
	}
	return sql
}

// absent gives for each column the condition that it holds no value.
func absent(columns []string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		q := quoteName(c)
		out[i] = fmt.Sprintf("(%s IS NULL OR toString(%s) IN ('', '00000000-0000-0000-0000-000000000000'))", q, q)
	}
	return out
}
