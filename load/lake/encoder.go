package lake

import (
	"bytes"
	"fmt"

	"waymark/internal/fault"
	"waymark/schemas"
)

// maxGroupRows bounds a row group: larger ones lose to cache misses.
const maxGroupRows = 1 << 17

// uuidSize is the length of a UUID in bytes.
const uuidSize = 16

// Encoder turns batches into row groups. It serves one goroutine and is meant to be reused.
type Encoder struct {
	sorter sorter
	pages  pages
	out    []byte // the row group that is being encoded

	ints    []int64
	ints32  []int32
	floats  []float32
	valid   []uint8 // definition levels of a nullable column
	payload []byte
	text    text
	ids     identities
	entries entries

	loose []byte         // loose rows of every partition of a batch
	batch *schemas.Batch // loose rows that are being made a row group
}

// NewEncoder returns an encoder.
func NewEncoder() *Encoder { return &Encoder{pages: newPages()} }

// Encode sorts b by (partition, table sort order) and returns its row groups: at least one per partition, in order of
// partition. It does not keep or change b; equal batches give equal bytes whatever was encoded before.
func (e *Encoder) Encode(b *schemas.Batch) ([]RowGroup, error) {
	if err := checkShape(b); err != nil {
		return nil, err
	}
	if b.Rows == 0 {
		return nil, nil
	}
	perm := e.sorter.sort(b)
	var groups []RowGroup
	e.loose = e.loose[:0]
	for lo := 0; lo < len(perm); {
		part, hi := b.Part[perm[lo]], lo+1
		for hi < len(perm) && hi-lo < maxGroupRows && b.Part[perm[hi]] == part {
			hi++
		}
		rows := perm[lo:hi]
		g := describe(b, rows, part)
		if len(rows) < looseRows {
			g.looseSize = -len(e.loose)
			e.loose = e.appendLoose(e.loose, b, rows)
			g.looseSize += len(e.loose)
		} else {
			e.encode(&g, b, rows)
		}
		groups = append(groups, g)
		lo = hi
	}
	loose := bytes.Clone(e.loose) // one allocation for the loose rows of every partition
	for i := range groups {
		if g := &groups[i]; g.columns == nil {
			g.data, loose = loose[:g.looseSize:g.looseSize], loose[g.looseSize:]
		}
	}
	return groups, nil
}

// describe returns everything of a row group but its bytes.
func describe(b *schemas.Batch, rows []uint32, part int32) RowGroup {
	g := RowGroup{Table: b.Table, Part: part, Partition: PartitionName(b.Table, part), Rows: int64(len(rows))}
	for _, row := range rows {
		g.HashSum += uint64(b.Cols[b.Table.HashCol].Int[row])
	}
	if col := b.Table.Col("occurred_at"); col >= 0 {
		g.MinTime, g.MaxTime = bounds(b.Cols[col].Int, rows)
	}
	return g
}

// encode writes the given rows of b, all of one partition, as a Parquet row group.
func (e *Encoder) encode(g *RowGroup, b *schemas.Batch, rows []uint32) {
	e.out = e.out[:0]
	g.columns = make([]chunk, 0, len(b.Table.Columns)+2)
	for i := range b.Table.Columns {
		g.columns = e.column(g.columns, b, i, rows)
	}
	g.data = bytes.Clone(e.out)
}

// whole encodes all of b, which is of one partition and at most maxGroupRows rows, as one Parquet row group.
func (e *Encoder) whole(b *schemas.Batch) (RowGroup, error) {
	if err := checkShape(b); err != nil {
		return RowGroup{}, err
	}
	rows := e.sorter.sort(b)
	g := describe(b, rows, b.Part[0])
	e.encode(&g, b, rows)
	return g, nil
}

func bounds(values []int64, rows []uint32) (least, greatest int64) {
	least, greatest = values[rows[0]], values[rows[0]]
	for _, row := range rows {
		least, greatest = min(least, values[row]), max(greatest, values[row])
	}
	return least, greatest
}

// column encodes one column of the table and appends its chunk, or two for a map.
func (e *Encoder) column(chunks []chunk, b *schemas.Batch, col int, rows []uint32) []chunk {
	v, c := &b.Cols[col], chunk{values: int64(len(rows))}
	e.pages.reset()
	switch column := &b.Table.Columns[col]; column.Type {
	case schemas.Map:
		return e.mapColumn(chunks, v, rows)
	case schemas.String, schemas.LowCardinality:
		e.textColumn(&c, v, rows)
	case schemas.UUID:
		e.uuidColumn(&c, v, rows)
	case schemas.Bool:
		e.boolColumn(&c, v, rows)
	case schemas.Float32:
		e.floatColumn(&c, v, rows, column.Nullable)
	case schemas.Date, schemas.Int32:
		e.int32Column(&c, v, rows, column.Nullable)
	default:
		e.intColumn(&c, v, rows, column.Nullable, column.Type == schemas.UInt64, col == b.Table.HashCol)
	}
	return append(chunks, c)
}

// checkShape holds a batch against its table: a column of the wrong length would be a file that nobody can read.
func checkShape(b *schemas.Batch) error {
	bad := func(column string) error {
		return fault.New(fault.Internal, "encode batch of %s: column %s does not have %d rows", b.Table.Name, column, b.Rows)
	}
	if len(b.Part) != b.Rows {
		return bad("(partition)")
	}
	if len(b.Cols) != len(b.Table.Columns) {
		return fmt.Errorf("encode batch of %s: %w", b.Table.Name, fault.New(fault.Internal, "it lacks columns"))
	}
	for i := range b.Cols {
		c, v := &b.Table.Columns[i], &b.Cols[i]
		n := len(v.Int)
		switch c.Type {
		case schemas.UUID:
			n = len(v.Fixed)
		case schemas.String, schemas.LowCardinality:
			n = len(v.Codes)
		case schemas.Float32:
			n = len(v.Float)
		case schemas.Map:
			n = len(v.Offsets)
			if n > 0 && (int(v.Offsets[n-1]) != len(v.Keys) || len(v.Keys) != len(v.Codes)) {
				return bad(c.Name)
			}
		}
		if n != b.Rows || c.Nullable && len(v.Valid) != b.Rows {
			return bad(c.Name)
		}
	}
	return nil
}
