package laketest

import (
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"

	"waymark/schemas"
)

// Null stands for an absent value in the text form.
const Null = "∅"

// Rows returns every row of b in the canonical text form, in b's order: cells are quoted and joined by tabs, times are
// µs and days since 1970, decimals units of 1/10000, floats their bits, maps their entries in order.
func Rows(b *schemas.Batch) []string {
	out := make([]string, b.Rows)
	cells := make([]string, len(b.Cols))
	for row := range out {
		for i := range b.Cols {
			cells[i] = strconv.Quote(cell(&b.Table.Columns[i], &b.Cols[i], row))
		}
		out[row] = strings.Join(cells, "\t")
	}
	return out
}

// Sorted returns the rows of several batches in order of their text.
func Sorted(batches ...*schemas.Batch) []string {
	var out []string
	for _, b := range batches {
		out = append(out, Rows(b)...)
	}
	slices.Sort(out)
	return out
}

// SameRow reports whether row i of a and row j of b, of one table, are equal.
func SameRow(a *schemas.Batch, i int, b *schemas.Batch, j int) bool {
	for col := range a.Cols {
		c := &a.Table.Columns[col]
		if cell(c, &a.Cols[col], i) != cell(c, &b.Cols[col], j) {
			return false
		}
	}
	return true
}

// Cell returns the text form of one value.
func Cell(b *schemas.Batch, col, row int) string {
	return cell(&b.Table.Columns[col], &b.Cols[col], row)
}

func cell(c *schemas.Column, v *schemas.Vector, row int) string {
	if c.Nullable && !v.Valid[row] {
		return Null
	}
	switch c.Type {
	case schemas.UUID:
		return UUID(v.Fixed[row])
	case schemas.String, schemas.LowCardinality:
		return string(v.Dict.Value(v.Codes[row]))
	case schemas.UInt64:
		return strconv.FormatUint(uint64(v.Int[row]), 10)
	case schemas.Float32:
		return Float(v.Float[row])
	case schemas.Map:
		lo := uint32(0)
		if row > 0 {
			lo = v.Offsets[row-1]
		}
		var entries []string
		for i := lo; i < v.Offsets[row]; i++ {
			entries = append(entries, Entry(string(v.Dict.Value(v.Keys[i])), string(v.Dict.Value(v.Codes[i]))))
		}
		return strings.Join(entries, ",")
	}
	return strconv.FormatInt(v.Int[row], 10)
}

// UUID returns the usual text of a UUID.
func UUID(id [16]byte) string {
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Float returns the text form of a float: its bits, every NaN being one.
func Float(f float32) string {
	if f != f {
		return "NaN"
	}
	return strconv.FormatUint(uint64(math.Float32bits(f)), 16)
}

// Entry returns the text form of a map entry.
func Entry(key, value string) string { return strconv.Quote(key) + ":" + strconv.Quote(value) }
