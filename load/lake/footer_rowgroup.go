package lake

import (
	"github.com/parquet-go/parquet-go/format"

	"waymark/schemas"
)

// layout is what the footers of all files of a table have in common.
type layout struct {
	leaves []leaf
	sorted []int // leaves that the rows are sorted by
}

func layoutOf(t *schemas.Table) *layout {
	all := leaves(t)
	return &layout{leaves: all, sorted: sortLeaves(t, all)}
}

// appendRowGroup appends what a footer says of a row group whose data begins at offset of the file. It leaves out the ordinal, which is
// optional and ends at 32,767.
func appendRowGroup(dst []byte, l *layout, g *RowGroup, offset int64) []byte {
	w := thrift{buf: dst}
	var raw, size int64
	for i := range g.columns {
		raw += g.columns[i].raw
		size += g.columns[i].size
	}
	w.open()
	w.list(1, thriftStruct, len(l.leaves))
	for i := range l.leaves {
		w.open()
		w.i64(2, 0) // file offset of the column's metadata elsewhere: there is none
		writeColumnMeta(&w, &l.leaves[i], &g.columns[i], offset)
		w.end()
	}
	w.i64(2, raw)
	w.i64(3, g.Rows)
	w.list(4, thriftStruct, len(l.sorted))
	for _, i := range l.sorted {
		w.open()
		w.i32(1, int32(i))
		w.bool(2, false) // ascending
		w.bool(3, false)
		w.end()
	}
	w.i64(5, offset)
	w.i64(6, size)
	w.end()
	return w.buf
}

func writeColumnMeta(w *thrift, l *leaf, c *chunk, base int64) {
	dictionary := c.dataPage != c.offset
	w.begin(3)
	w.i32(1, int32(l.typ))
	if dictionary {
		w.list(2, thriftI32, 3)
		w.zigzag(int64(format.Plain)) // the dictionary page
	} else {
		w.list(2, thriftI32, 2)
	}
	w.zigzag(int64(format.RLE)) // the levels
	w.zigzag(int64(c.encoding))
	w.list(3, thriftBinary, len(l.path))
	for _, part := range l.path {
		w.rawString(part)
	}
	codec := format.Uncompressed
	if c.zstd {
		codec = format.Zstd
	}
	w.i32(4, int32(codec))
	w.i64(5, c.values)
	w.i64(6, c.raw)
	w.i64(7, c.size)
	w.i64(9, base+c.dataPage)
	if dictionary {
		w.i64(11, base+c.offset)
	}
	w.begin(12)
	w.i64(3, c.nulls)
	if c.max != nil {
		w.bytes(5, c.max)
		w.bytes(6, c.min)
	}
	w.end()
	w.end()
}
