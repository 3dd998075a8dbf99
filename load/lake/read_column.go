package lake

import (
	"errors"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"waymark/internal/fault"
	"waymark/schemas"
)

// readGroup fills b, which is empty, from a row group whose columns are at places.
func readGroup(b *schemas.Batch, group parquet.RowGroup, places []int) (err error) {
	defer noPanic(&err)
	b.Rows = int(group.NumRows())
	chunks := group.ColumnChunks()
	for i := range b.Table.Columns {
		v, at := &b.Cols[i], places[i]
		column := columnReader{v: v, column: &b.Table.Columns[i]}
		if at < 0 {
			column.absent(b.Rows)
			continue
		}
		if column.column.Type == schemas.Map {
			column.keys = true
			if err := column.read(chunks[at]); err != nil {
				return err
			}
			column.keys = false
			at++
		}
		if err := column.read(chunks[at]); err != nil {
			return err
		}
	}
	b.Part = b.Part[:0]
	for _, part := range b.Cols[b.Table.PartitionCol].Int {
		b.Part = append(b.Part, int32(part))
	}
	if checkShape(b) != nil {
		return fault.New(fault.Invalid, "columns of different lengths")
	}
	return nil
}

// columnReader appends one column chunk to a vector.
type columnReader struct {
	v      *schemas.Vector
	column *schemas.Column
	keys   bool // the keys of a map, else its values

	dictionary parquet.Dictionary
	codes      []uint32 // the vector's code by dictionary index
}

// absent gives rows the zero value of a column that the file does not have.
func (c *columnReader) absent(rows int) {
	v := c.v
	switch c.column.Type {
	case schemas.Map:
		v.Offsets = append(v.Offsets, make([]uint32, rows)...)
	case schemas.String, schemas.LowCardinality:
		none := v.Dict.Code(nil)
		for range rows {
			v.Codes = append(v.Codes, none)
		}
	case schemas.UUID:
		v.Fixed = append(v.Fixed, make([][16]byte, rows)...)
	case schemas.Float32:
		v.Float = append(v.Float, make([]float32, rows)...)
	default:
		v.Int = append(v.Int, make([]int64, rows)...)
	}
	if c.column.Nullable {
		v.Valid = append(v.Valid, make([]bool, rows)...)
	}
}

func (c *columnReader) read(chunk parquet.ColumnChunk) (err error) {
	c.dictionary = nil
	pages := chunk.Pages()
	defer func() {
		if cerr := pages.Close(); err == nil {
			err = cerr
		}
	}()
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.New(fault.Invalid, "column %s: %w", c.column.Name, err)
		}
		err = c.page(page)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}

func (c *columnReader) page(page parquet.Page) error {
	data := page.Data()
	var index []int32
	if d := page.Dictionary(); d != nil {
		index = data.Int32()
		data = d.Page().Data()
		if d != c.dictionary {
			c.dictionary, c.codes = d, c.codes[:0]
		}
	}
	var levels []byte
	if c.column.Nullable {
		levels = page.DefinitionLevels()
	}
	switch c.column.Type {
	case schemas.Map:
		return c.mapPage(page, data, index)
	case schemas.String, schemas.LowCardinality:
		c.v.Codes = c.texts(c.v.Codes, data, index, int(page.NumValues()))
	case schemas.UUID:
		bytes, _ := data.FixedLenByteArray()
		c.v.Fixed = spread(c.v.Fixed, func(i int) [16]byte { return [16]byte(bytes[i*uuidSize:]) }, index, nil, int(page.NumValues()))
	case schemas.Bool:
		bits := data.Boolean()
		c.v.Int = spread(c.v.Int, func(i int) int64 { return int64(bits[i/8] >> (i % 8) & 1) }, index, nil, int(page.NumValues()))
	case schemas.Float32:
		values := data.Float()
		c.v.Float = spread(c.v.Float, func(i int) float32 { return values[i] }, index, levels, int(page.NumValues()))
	case schemas.Date, schemas.Int32:
		values := data.Int32()
		c.v.Int = spread(c.v.Int, func(i int) int64 { return int64(values[i]) }, index, levels, int(page.NumValues()))
	default:
		values := data.Int64()
		c.v.Int = spread(c.v.Int, func(i int) int64 { return values[i] }, index, levels, int(page.NumValues()))
	}
	for _, level := range levels {
		c.v.Valid = append(c.v.Valid, level != 0)
	}
	return nil
}

// spread appends n values to dst, by index where there is a dictionary, with zeros where levels say null.
func spread[T any](dst []T, value func(int) T, index []int32, levels []byte, n int) []T {
	var zero T
	next := 0
	for i := range n {
		if levels != nil && levels[i] == 0 {
			dst = append(dst, zero)
			continue
		}
		at := next
		if index != nil {
			at = int(index[next])
		}
		dst = append(dst, value(at))
		next++
	}
	return dst
}

// texts interns n values.
func (c *columnReader) texts(dst []uint32, data encoding.Values, index []int32, n int) []uint32 {
	bytes, offsets := data.ByteArray()
	if index == nil {
		for i := range n {
			dst = append(dst, c.v.Dict.Code(bytes[offsets[i]:offsets[i+1]]))
		}
		return dst
	}
	if len(c.codes) == 0 {
		for i := 0; i+1 < len(offsets); i++ {
			c.codes = append(c.codes, c.v.Dict.Code(bytes[offsets[i]:offsets[i+1]]))
		}
	}
	for _, at := range index[:n] {
		dst = append(dst, c.codes[at])
	}
	return dst
}

// mapPage takes a page of one leaf of a map; the keys give the rows their ends.
func (c *columnReader) mapPage(page parquet.Page, data encoding.Values, index []int32) error {
	repetition, definition := page.RepetitionLevels(), page.DefinitionLevels()
	present := 0
	for i, level := range definition {
		if c.keys && repetition[i] == 0 {
			c.v.Offsets = append(c.v.Offsets, uint32(len(c.v.Keys)+present))
		}
		if level == 0 {
			continue
		}
		present++
		if c.keys {
			if len(c.v.Offsets) == 0 {
				return fault.New(fault.Invalid, "column %s: it begins inside a row", c.column.Name)
			}
			c.v.Offsets[len(c.v.Offsets)-1]++
		}
	}
	if c.keys {
		c.v.Keys = c.texts(c.v.Keys, data, index, present)
	} else {
		c.v.Codes = c.texts(c.v.Codes, data, index, present)
	}
	return nil
}
