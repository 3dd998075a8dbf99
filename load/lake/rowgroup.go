package lake

import "waymark/schemas"

// RowGroup is an encoded run of rows of one partition. A run that is long enough is everything of a Parquet row group
// but its place in the file; a shorter one travels as loose rows until the spool has enough of them.
// It owns its bytes.
type RowGroup struct {
	Table            *schemas.Table
	Part             int32
	Partition        string // PartitionName(Table, Part)
	Rows             int64
	HashSum          uint64 // sum of row_hash modulo 2^64
	MinTime, MaxTime int64  // µs of occurred_at; 0 for tables without it

	data      []byte  // the column chunks, one after the other; or loose rows
	columns   []chunk // by leaf column; nil for loose rows
	looseSize int     // bytes of loose rows
}

// Size is the number of encoded bytes.
func (g *RowGroup) Size() int64 { return int64(len(g.data)) }

// chunk describes one encoded column chunk; offsets are relative to the row group's data.
type chunk struct {
	offset    int64 // of its first page
	dataPage  int64 // of its first data page; the same unless there is a dictionary
	size, raw int64 // bytes with headers, compressed and not
	values    int64 // nulls and empty maps included
	nulls     int64
	min, max  []byte // nil: not known
	encoding  int32  // of the data pages
	zstd      bool
}
