package lake

import (
	"github.com/parquet-go/parquet-go/format"

	"waymark/schemas"
)

// leaf is one Parquet column: a table column, or the keys or the values of a map.
type leaf struct {
	column int // position in the table
	path   []string
	typ    format.Type
}

// leaves returns the Parquet columns of t in file order.
func leaves(t *schemas.Table) []leaf {
	var out []leaf
	for i, c := range t.Columns {
		if c.Type == schemas.Map {
			out = append(out,
				leaf{i, []string{c.Name, "key_value", "key"}, format.ByteArray},
				leaf{i, []string{c.Name, "key_value", "value"}, format.ByteArray})
			continue
		}
		out = append(out, leaf{i, []string{c.Name}, physical(c.Type)})
	}
	return out
}

// physical returns the Parquet type that holds values of t.
func physical(t schemas.Type) format.Type {
	switch t {
	case schemas.UUID:
		return format.FixedLenByteArray
	case schemas.String, schemas.LowCardinality:
		return format.ByteArray
	case schemas.Date, schemas.Int32:
		return format.Int32
	case schemas.Bool:
		return format.Boolean
	case schemas.Float32:
		return format.Float
	}
	return format.Int64
}

// sortLeaves returns the leaf positions of t's sort columns.
func sortLeaves(t *schemas.Table, all []leaf) []int {
	var out []int
	for _, name := range t.Sort {
		column := t.Col(name)
		for i := range all {
			if all[i].column == column {
				out = append(out, i)
				break
			}
		}
	}
	return out
}
