package models

import (
	"fmt"
	"slices"
	"strings"

	"waymark/schemas"
)

// View is a plain view of cx_bi. Every column of its SELECT is in Columns, in order; a Type is empty where only the server knows it.
type View struct {
	Name    string
	Comment string
	Columns []Column
	SQL     string
}

// internal are columns of marts that serve the pipeline only.
var internal = []string{"record_id", "record_version", "row_hash", "links_hash"}

// Views returns what people and Metabase see: one view per model that is not hidden, the journey events under their own
// name, the rejects and the KPI catalogue. They hold no Map, Array or 128-bit column: keys are text, ” is none.
func Views(models []Model, kpis []schemas.KPI) []View {
	var out []View
	for i := range models {
		m := &models[i]
		if m.Hidden {
			continue
		}
		v := viewOf(m.Name, m.Comment, "waymark_mart."+quoteName(m.Name), m.Columns)
		out = append(out, v)
		if m.Name == "fct_journey_event" {
			v.Name = "journey_event"
			out = append(out, v)
		}
	}
	return append(out, rejectView(), kpiView(kpis))
}

func viewOf(name, comment, table string, columns []Column) View {
	v := View{Name: name, Comment: comment}
	var b strings.Builder
	for _, c := range columns {
		expression, typ, ok := shown(c)
		if !ok || slices.Contains(internal, c.Name) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(",\n    ")
		}
		b.WriteString(expression)
		v.Columns = append(v.Columns, Column{Name: c.Name, Type: typ, Comment: c.Comment})
	}
	v.SQL = "SELECT\n    " + b.String() + "\nFROM " + table
	return v
}

// shown gives the form in which people see a column, and its type ("" where that of the column is not known); false when they
// do not see it.
func shown(c Column) (expression, typ string, ok bool) {
	name := quoteName(c.Name)
	switch {
	case strings.HasPrefix(c.Type, "Map(") || strings.HasPrefix(c.Type, "Array("):
		return "", "", false
	case c.Type == "UUID":
		return fmt.Sprintf("if(empty(%s), '', toString(%s)) AS %s", name, name, name), "String", true
	case strings.Contains(c.Type, "DateTime64(6"):
		return fmt.Sprintf("toDateTime64(%s, 3, 'UTC') AS %s", name, name), strings.Replace(c.Type, "DateTime64(6", "DateTime64(3", 1), true
	}
	return name, c.Type, true
}

// rejectView shows the records that could not be used.
func rejectView() View {
	var columns []Column
	for _, c := range schemas.RejectTable.Columns {
		switch c.Name {
		case "bucket", "is_deleted", "record_version", "row_hash":
			continue
		}
		typ := ""
		if c.Type == schemas.UUID {
			typ = "UUID"
		}
		columns = append(columns, Column{c.Name, typ, c.Comment})
	}
	return viewOf("reject", schemas.RejectTable.Comment, "waymark_raw.`reject`", columns)
}

// kpiView holds the catalogue itself.
func kpiView(kpis []schemas.KPI) View {
	v := View{Name: "kpi_definition", Comment: "What each KPI of kpi_daily and kpi_period means.", Columns: []Column{
		{"id", "", "Id: column kpi of kpi_daily and kpi_period."},
		{"name_en", "", "Name in English."},
		{"name_pl", "", "Name in Polish."},
		{"name_ru", "", "Name in Russian."},
		{"question", "", "The question it answers."},
		{"formula", "", "Formula."},
		{"unit", "", "Unit of value: share (0 to 1), ratio, points, count, money, minutes, days or score."},
		{"direction", "", "Which way is good: up or down."},
		{"indicator", "", "leading or lagging."},
		{"numerator", "", "What column numerator holds; '' is nothing."},
		{"denominator", "", "What column denominator holds; '' is nothing."},
		{"dimensions", "", "Dimensions it is broken down by."},
		{"date_rule", "", "The day that an observation counts on."},
		{"aggregation", "", "Over periods: ratio (numerator / denominator), sum, or exact only in kpi_period: distinct, percentile, stock, period."},
		{"caveats", "", "What to mind."},
		{"source", "", "Where the definition comes from."},
	}}
	var structure []string
	for _, c := range v.Columns {
		structure = append(structure, c.Name+" String")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "SELECT *\nFROM values(%s", quoteText(strings.Join(structure, ", ")))
	for _, k := range kpis {
		row := []string{k.ID, k.Name.EN, k.Name.PL, k.Name.RU, k.Question, k.Formula, k.Unit, k.Direction, k.Indicator, k.Numerator,
			k.Denominator, strings.Join(k.Dimensions, ", "), k.DateRule, k.Aggregation, k.Caveats, k.Source}
		for i := range row {
			row[i] = quoteText(row[i])
		}
		b.WriteString(",\n    (" + strings.Join(row, ", ") + ")")
	}
	v.SQL = b.String() + ")"
	return v
}
