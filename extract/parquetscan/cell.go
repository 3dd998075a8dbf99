package parquetscan

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"waymark/schemas"
)

// Len returns how many elements the list of field i has in the current row; for a field outside lists it is 1.
func (r *Reader) Len(i int) int {
	c := &r.cells[i]
	if !c.column.present {
		return 0
	}
	if len(c.row) == 1 && c.column.List && c.row[0].DefinitionLevel() < c.column.element {
		return 0
	}
	return len(c.row)
}

// cell returns element e of field i, nil when it is null or absent.
func (r *Reader) cell(i, e int) *parquet.Value {
	c := &r.cells[i]
	if !c.column.present || e >= len(c.row) || c.row[e].IsNull() {
		return nil
	}
	return &c.row[e]
}

// Text returns element e (0 outside lists) of field i as text, and whether it is there. It is valid until the next row.
func (r *Reader) Text(i, e int) ([]byte, bool) {
	v := r.cell(i, e)
	if v == nil {
		return nil, false
	}
	from := len(r.scratch)
	switch v.Kind() {
	case parquet.ByteArray, parquet.FixedLenByteArray:
		text := v.ByteArray()
		if !utf8.Valid(text) {
			r.fault(i, schemas.InvalidUTF8, "not UTF-8")
		}
		return text, true
	case parquet.Boolean:
		r.scratch = strconv.AppendBool(r.scratch, v.Boolean())
	case parquet.Int32:
		r.scratch = strconv.AppendInt(r.scratch, int64(v.Int32()), 10)
	case parquet.Int64:
		r.scratch = strconv.AppendInt(r.scratch, v.Int64(), 10)
	case parquet.Float:
		r.scratch = strconv.AppendFloat(r.scratch, float64(v.Float()), 'f', -1, 32)
	case parquet.Double:
		r.scratch = strconv.AppendFloat(r.scratch, v.Double(), 'f', -1, 64)
	default:
		return nil, false
	}
	return r.scratch[from:len(r.scratch):len(r.scratch)], true
}

// Int returns element e of field i as an integer, a timestamp in µs, and whether it is there.
func (r *Reader) Int(i, e int) (int64, bool) {
	v := r.cell(i, e)
	if v == nil {
		return 0, false
	}
	switch v.Kind() {
	case parquet.Int32:
		return int64(v.Int32()), true
	case parquet.Int64:
		return r.micros(i, v.Int64())
	case parquet.Float:
		return r.whole(i, float64(v.Float()))
	case parquet.Double:
		return r.whole(i, v.Double())
	}
	return 0, false
}

// micros brings a timestamp to µs; other integers stay as they are.
func (r *Reader) micros(i int, n int64) (int64, bool) {
	switch per := r.cells[i].column.perUnit; {
	case per < 0:
		return n / -per, true
	case per > 1:
		if n > math.MaxInt64/per || n < math.MinInt64/per {
			r.fault(i, schemas.OutOfRange, "number too large")
			return 0, false
		}
		return n * per, true
	}
	return n, true
}

func (r *Reader) whole(i int, f float64) (int64, bool) {
	if f != math.Trunc(f) {
		r.fault(i, schemas.WrongType, "want an integer")
		return 0, false
	}
	if math.Abs(f) >= 1<<53 {
		r.fault(i, schemas.OutOfRange, "number too large")
		return 0, false
	}
	return int64(f), true
}

// Float returns element e of field i as a float, and whether it is there.
func (r *Reader) Float(i, e int) (float64, bool) {
	v := r.cell(i, e)
	if v == nil {
		return 0, false
	}
	scale := pow10[r.cells[i].column.scale]
	switch v.Kind() {
	case parquet.Float:
		return narrow(v.Float()), true
	case parquet.Double:
		return v.Double(), true
	case parquet.Int32:
		return float64(v.Int32()) / scale, true
	case parquet.Int64:
		return float64(v.Int64()) / scale, true
	}
	return 0, false
}

// narrow widens by way of the shortest decimal, so that 0.1 as a float32 is 0.1 and not 0.10000000149.
func narrow(f float32) float64 {
	var buf [32]byte
	wide, err := strconv.ParseFloat(string(strconv.AppendFloat(buf[:0], float64(f), 'g', -1, 32)), 64)
	if err != nil {
		return float64(f)
	}
	return wide
}

var pow10 = [19]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

func (r *Reader) fault(i int, reason schemas.Reason, message string) {
	if r.problem.Reason == "" {
		r.problem = Problem{reason, r.cells[i].column.Path, message}
	}
}
