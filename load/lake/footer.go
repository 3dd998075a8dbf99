package lake

import (
	"strconv"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"waymark/schemas"
)

// createdBy carries no version: equal content must stay equal bytes across releases.
const createdBy = "waymark"

// Keys of the file's own metadata; reading holds the rows against them.
const (
	metaTable     = "waymark.table"
	metaPartition = "waymark.partition"
	metaHashSum   = "waymark.hash_sum"
)

// decimalScale and decimalPrecision are of Decimal(18,4).
const (
	decimalScale     = 4
	decimalPrecision = 18
)

// footer is the FileMetaData of a file of t in two pieces, which stand around what rowGroups says of its row groups.
func footer(t *schemas.Table, l *layout, rowGroups int, out *Output) (head, tail []byte) {
	var w thrift
	w.open()
	w.i32(1, 2) // version
	writeSchema(&w, t)
	w.i64(3, out.Rows)
	w.list(4, thriftStruct, rowGroups)
	head, w.buf = w.buf, nil
	w.list(5, thriftStruct, 3)
	writeKeyValue(&w, metaHashSum, strconv.FormatUint(out.HashSum, 10))
	writeKeyValue(&w, metaPartition, out.Partition)
	writeKeyValue(&w, metaTable, out.Table)
	w.string(6, createdBy)
	w.list(7, thriftStruct, len(l.leaves)) // column orders: by type
	for range l.leaves {
		w.open()
		w.empty(1)
		w.end()
	}
	w.end()
	return head, w.buf
}

func writeKeyValue(w *thrift, key, value string) {
	w.open()
	w.string(1, key)
	w.string(2, value)
	w.end()
}

func writeSchema(w *thrift, t *schemas.Table) {
	n := 1
	for _, c := range t.Columns {
		n++
		if c.Type == schemas.Map {
			n += 3
		}
	}
	w.list(2, thriftStruct, n)
	w.open()
	w.string(4, t.Name)
	w.i32(5, int32(len(t.Columns)))
	w.end()
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Type == schemas.Map {
			writeMapSchema(w, c.Name)
		} else {
			writeColumnSchema(w, c)
		}
	}
}

func writeMapSchema(w *thrift, name string) {
	w.open()
	w.i32(3, int32(format.Required))
	w.string(4, name)
	w.i32(5, 1)
	w.i32(6, int32(deprecated.Map))
	w.begin(10)
	w.empty(2)
	w.end()
	w.end()
	w.open()
	w.i32(3, int32(format.Repeated))
	w.string(4, "key_value")
	w.i32(5, 2)
	w.end()
	writeColumnSchema(w, &schemas.Column{Name: "key", Type: schemas.String})
	writeColumnSchema(w, &schemas.Column{Name: "value", Type: schemas.String})
}

// writeColumnSchema writes a leaf with its logical type and, for old readers, its converted type.
func writeColumnSchema(w *thrift, c *schemas.Column) {
	repetition := format.Required
	if c.Nullable {
		repetition = format.Optional
	}
	w.open()
	w.i32(1, int32(physical(c.Type)))
	if c.Type == schemas.UUID {
		w.i32(2, uuidSize)
	}
	w.i32(3, int32(repetition))
	w.string(4, c.Name)
	writeLogicalType(w, c.Type)
	w.end()
}

func writeLogicalType(w *thrift, t schemas.Type) {
	switch t {
	case schemas.String, schemas.LowCardinality:
		w.i32(6, int32(deprecated.UTF8))
		w.begin(10)
		w.empty(1)
	case schemas.Decimal:
		w.i32(6, int32(deprecated.Decimal))
		w.i32(7, decimalScale)
		w.i32(8, decimalPrecision)
		w.begin(10)
		w.begin(5)
		w.i32(1, decimalScale)
		w.i32(2, decimalPrecision)
		w.end()
	case schemas.Date:
		w.i32(6, int32(deprecated.Date))
		w.begin(10)
		w.empty(6)
	case schemas.Timestamp:
		w.i32(6, int32(deprecated.TimestampMicros))
		w.begin(10)
		w.begin(8)
		w.bool(1, true) // adjusted to UTC
		w.begin(2)
		w.empty(2) // microseconds
		w.end()
		w.end()
	case schemas.Int32:
		writeIntType(w, deprecated.Int32, 32, true)
	case schemas.Int64:
		writeIntType(w, deprecated.Int64, 64, true)
	case schemas.UInt64:
		writeIntType(w, deprecated.Uint64, 64, false)
	case schemas.UUID:
		w.begin(10)
		w.empty(14)
	default: // Bool, Float32: the physical type says it all
		return
	}
	w.end()
}

func writeIntType(w *thrift, converted deprecated.ConvertedType, bits int8, signed bool) {
	w.i32(6, int32(converted))
	w.begin(10)
	w.begin(10)
	w.i8(1, bits)
	w.bool(2, signed)
	w.end()
}
