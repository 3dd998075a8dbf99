package lake

import (
	"math"

	"github.com/parquet-go/parquet-go/format"
)

func writeRowGroup(w *thrift, p *placed, ordinal int, all []leaf, sorted []int) {
	var raw, size int64
	for i := range p.group.columns {
		raw += p.group.columns[i].raw
		size += p.group.columns[i].size
	}
	w.open()
	w.list(1, thriftStruct, len(all))
	for i := range all {
		w.open()
		w.i64(2, 0) // file offset of the column's metadata elsewhere: there is none
		writeColumnMeta(w, &all[i], &p.group.columns[i], p.offset)
		w.end()
	}
	w.i64(2, raw)
	w.i64(3, p.group.Rows)
	w.list(4, thriftStruct, len(sorted))
	for _, i := range sorted {
		w.open()
		w.i32(1, int32(i))
		w.bool(2, false) // ascending
		w.bool(3, false)
		w.end()
	}
	w.i64(5, p.offset)
	w.i64(6, size)
	if ordinal <= math.MaxInt16 {
		w.i16(7, int16(ordinal))
	}
	w.end()
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
