package clickhouse

import (
	"context"
	"fmt"
	"time"

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
		sql: fmt.Sprintf("INSERT INTO %s (%s)", s.table.sql(), idents(rawDefinition(s.raw).names())),
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

// columnValues turns a vector into the slice that the driver takes for the column's type.
func columnValues(c schemas.Column, v *schemas.Vector, rows int) (any, error) {
	switch c.Type {
	case schemas.UUID:
		return nullable(c, v, rows, func(i int) uuid.UUID { return v.Fixed[i] }), nil
	case schemas.String, schemas.LowCardinality:
		texts := dictionary(&v.Dict)
		return nullable(c, v, rows, func(i int) string { return texts[v.Codes[i]] }), nil
	case schemas.Timestamp:
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
		return maps(v, rows), nil
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

func maps(v *schemas.Vector, rows int) []map[string]string {
	var (
		texts = dictionary(&v.Dict)
		none  = map[string]string{}
		out   = make([]map[string]string, rows)
		start uint32
	)
	for i := range out {
		end := v.Offsets[i]
		out[i] = none
		if end > start {
			out[i] = make(map[string]string, end-start)
		}
		for ; start < end; start++ {
			out[i][texts[v.Keys[start]]] = texts[v.Codes[start]]
		}
	}
	return out
}
