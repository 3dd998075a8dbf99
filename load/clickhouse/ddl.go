package clickhouse

import (
	"cmp"
	"fmt"
	"strings"

	"waymark/schemas"
)

// columnType gives the ClickHouse type of a lake column, spelt as the server spells it.
func columnType(c schemas.Column) string {
	t := ""
	switch c.Type {
	case schemas.UUID:
		t = "UUID"
	case schemas.String:
		t = "String"
	case schemas.LowCardinality:
		t = "LowCardinality(String)"
	case schemas.Timestamp:
		t = "DateTime64(6, 'UTC')"
	case schemas.Date:
		t = "Date"
	case schemas.Int32:
		t = "Int32"
	case schemas.Int64:
		t = "Int64"
	case schemas.UInt64:
		t = "UInt64"
	case schemas.Bool:
		t = "Bool"
	case schemas.Decimal:
		t = "Decimal(18, 4)"
	case schemas.Float32:
		t = "Float32"
	case schemas.Map:
		t = "Map(LowCardinality(String), String)"
	}
	if c.Nullable {
		t = "Nullable(" + t + ")"
	}
	return t
}

// definition is what a MergeTree table is made of.
type definition struct {
	columns     []ModelColumn
	partitionBy string // expression, "" is none
	orderBy     []string
	comment     string
	engine      string            // "" is MergeTree
	more        map[string]string // by column: what its declaration has behind the type
}

// rawDefinition is the definition of t's published table.
func rawDefinition(t *schemas.Table) definition {
	d := definition{orderBy: t.Sort, comment: t.Comment, partitionBy: ident(t.Columns[t.PartitionCol].Name)}
	for _, c := range t.Columns {
		d.columns = append(d.columns, ModelColumn{Name: c.Name, Type: columnType(c), Comment: c.Comment})
	}
	return d
}

// create is the statement that creates table from d; verb is CREATE TABLE or a variant of it.
func (d definition) create(verb string, table Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n(\n", verb, table.SQL())
	for i, c := range d.columns {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString("    " + d.clause(c))
	}
	fmt.Fprintf(&b, "\n)\nENGINE = %s\n%s\nCOMMENT %s", cmp.Or(d.engine, "MergeTree"), d.layout(), literal(d.comment))
	return b.String()
}

// clause declares one column.
func (d definition) clause(c ModelColumn) string {
	if more := d.more[c.Name]; more != "" {
		c.Type += " " + more
	}
	return columnClause(c)
}

// layout is the part of the definition that a staging table shares with its target.
func (d definition) layout() string {
	partition := ""
	if d.partitionBy != "" {
		partition = "PARTITION BY " + d.partitionBy + "\n"
	}
	order := "tuple()"
	if len(d.orderBy) > 0 {
		order = "(" + idents(d.orderBy) + ")"
	}
	return partition + "ORDER BY " + order
}

func columnClause(c ModelColumn) string {
	return ident(c.Name) + " " + c.Type + " COMMENT " + literal(c.Comment)
}

func (d definition) names() []string {
	names := make([]string, len(d.columns))
	for i, c := range d.columns {
		names[i] = c.Name
	}
	return names
}
