package clickhouse

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"waymark/internal/fault"
	"waymark/schemas"
)

// LoadBatch inserts the rows of b, whole columns at a time. It works over both protocols; not repeatable, as Load.
func (s *Staging) LoadBatch(ctx context.Context, b *schemas.Batch) error {
	what := "load rows into " + s.table.Name
	if s.raw == nil || b.Table.Name != s.raw.Name {
		return fault.New(fault.Internal, "%s: the rows are of another table", what)
	}
	if b.Rows == 0 {
		return nil
	}
	st := statement{
		what: what, settings: s.w.insertSettings(),
		sql: fmt.Sprintf("INSERT INTO %s (%s)", s.table.SQL(), idents(rawDefinition(s.raw).names())),
	}
	return s.w.attempts(ctx, st, func(ctx context.Context) error {
		return s.w.send(ctx, st.sql, func(to driver.Batch) error { return appendColumns(to, b) })
	})
}

func appendColumns(to driver.Batch, b *schemas.Batch) error {
	for i := range b.Table.Columns {
		c := b.Table.Columns[i]
		values, err := columnValues(c, &b.Cols[i], b.Rows)
		if err == nil {
			err = to.Column(i).Append(values)
		}
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	return nil
}

// latest is the last time in µs whose nanoseconds, which the driver counts in, fit an int64.
const latest = math.MaxInt64 / 1000

// columnValues turns a vector into the slice that the driver takes for the column's type.
func columnValues(c schemas.Column, v *schemas.Vector, rows int) (any, error) {
	switch c.Type {
	case schemas.UUID:
		return nullable(c, v, rows, func(i int) uuid.UUID { return v.Fixed[i] }), nil
	case schemas.String, schemas.LowCardinality:
		texts := dictionary(&v.Dict)
		return nullable(c, v, rows, func(i int) string { return texts[v.Codes[i]] }), nil
	case schemas.Timestamp:
		if i := slices.IndexFunc(v.Int, func(us int64) bool { return us > latest || us < -latest }); i >= 0 {
			return nil, fault.New(fault.Invalid, "row %d: the driver would write a time after 2262-04-11 wrongly; use an HTTP address", i)
		}
		return nullable(c, v, rows, func(i int) time.Time { return time.UnixMicro(v.Int[i]).UTC() }), nil
	case schemas.Date:
		return nullable(c, v, rows, func(i int) time.Time { return time.Unix(v.Int[i]*86400, 0).UTC() }), nil
	case schemas.Int32:
		return nullable(c, v, rows, func(i int) int32 { return int32(v.Int[i]) }), nil
	case schemas.Int64:
		return nullable(c, v, rows, func(i int) int64 { return v.Int[i] }), nil
	case schemas.UInt64:
		return nullable(c, v, rows, func(i int) uint64 { return uint64(v.Int[i]) }), nil
	case schemas.Bool:
		return nullable(c, v, rows, func(i int) bool { return v.Int[i] != 0 }), nil
	case schemas.Decimal:
		return nullable(c, v, rows, func(i int) decimal.Decimal { return decimal.New(v.Int[i], -4) }), nil
	case schemas.Float32:
		return nullable(c, v, rows, func(i int) float32 { return v.Float[i] }), nil
	case schemas.Map:
		return mapColumn(v, rows), nil
	}
	return nil, fault.New(fault.Internal, "type %d has no ClickHouse type", c.Type)
}

// nullable builds []T, or []*T with nil for NULL where the column is nullable.
func nullable[T any](c schemas.Column, v *schemas.Vector, rows int, at func(int) T) any {
	values := make([]T, rows)
	for i := range values {
		values[i] = at(i)
	}
	if !c.Nullable {
		return values
	}
	pointers := make([]*T, rows)
	for i := range pointers {
		if v.Valid[i] {
			pointers[i] = &values[i]
		}
	}
	return pointers
}

// dictionary copies the distinct values once, so that rows share them.
func dictionary(d *schemas.Dict) []string {
	texts := make([]string, d.Len())
	for i := range texts {
		texts[i] = string(d.Value(uint32(i)))
	}
	return texts
}

// entries is one row of a map column in the order of the lake. The driver would write a Go map in random order.
type entries struct {
	keys, values []uint32 // codes
	texts        []string
	at           int
}

func mapColumn(v *schemas.Vector, rows int) []*entries {
	var (
		texts = dictionary(&v.Dict)
		all   = make([]entries, rows)
		out   = make([]*entries, rows)
		start uint32
	)
	for i := range out {
		end := v.Offsets[i]
		all[i] = entries{keys: v.Keys[start:end], values: v.Codes[start:end], texts: texts}
		out[i], start = &all[i], end
	}
	return out
}

// Put is the half of the driver's interface that reading would use.
func (e *entries) Put(any, any) {}

// Iterator starts at the first entry; it may be called again.
func (e *entries) Iterator() column.MapIterator {
	e.at = -1
	return e
}

func (e *entries) Next() bool { e.at++; return e.at < len(e.keys) }
func (e *entries) Key() any   { return e.texts[e.keys[e.at]] }
func (e *entries) Value() any { return e.texts[e.values[e.at]] }
