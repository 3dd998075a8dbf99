package lake

import (
	"math"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"waymark/schemas"
)

// rowGroups is what a file's footer says of its row groups.
type rowGroups struct {
	leaves []leaf
	sorted []int // leaves that the rows are sorted by
	thrift thrift
	count  int
}

func rowGroupsOf(t *schemas.Table) rowGroups {
	all := leaves(t)
	return rowGroups{leaves: all, sorted: sortLeaves(t, all)}
}

// clone is a copy that may be added to.
func (r *rowGroups) clone() rowGroups {
	c := *r
	c.thrift = thrift{buf: slices.Clip(r.thrift.buf)}
	return c
}

// add describes a row group whose data begins at offset of the file.
func (r *rowGroups) add(g *RowGroup, offset int64) {
	w := &r.thrift
	var raw, size int64
	for i := range g.columns {
		raw += g.columns[i].raw
		size += g.columns[i].size
	}
	w.open()
	w.list(1, thriftStruct, len(r.leaves))
	for i := range r.leaves {
		w.open()
		w.i64(2, 0) // file offset of the column's metadata elsewhere: there is none
		writeColumnMeta(w, &r.leaves[i], &g.columns[i], offset)
		w.end()
	}
	w.i64(2, raw)
	w.i64(3, g.Rows)
	w.list(4, thriftStruct, len(r.sorted))
	for _, i := range r.sorted {
		w.open()
		w.i32(1, int32(i))
		w.bool(2, false) // ascending
		w.bool(3, false)
		w.end()
	}
	w.i64(5, offset)
	w.i64(6, size)
	if r.count <= math.MaxInt16 {
		w.i16(7, int16(r.count))
	}
	w.end()
	r.count++
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
