package lake

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	encoding "github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"waymark/internal/fault"
)

// trailerSize is what ends a Parquet file: the length of the metadata, and the magic.
const trailerSize = 4 + len(magic)

// OpenFiles reads files of one table, of whatever partitions, as one Parquet file: their row groups, untouched, under one
// footer. A server takes hundreds of small files at the price of one. All of it is held in memory. Files whose columns
// differ (one is older than a column of the table) are SchemaDrift: they have to be read one by one.
func (l *Lake) OpenFiles(ctx context.Context, files []Output) (io.ReadCloser, error) {
	if len(files) == 1 {
		return l.OpenFile(ctx, files[0].Key)
	}
	var c concatenation
	c.data.WriteString(magic)
	for _, f := range files {
		data, _, err := l.get(ctx, f.Key)
		if err == nil {
			err = c.add(data)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", f.Key, err)
		}
	}
	if err := c.finish(); err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(c.data.Bytes())), nil
}

// concatenation is a Parquet file made of others.
type concatenation struct {
	data bytes.Buffer
	meta format.FileMetaData // of the first file, with the row groups of all
}

// add appends the row groups of a file. Their places move by as much as its data does.
func (c *concatenation) add(file []byte) (err error) {
	defer noPanic(&err)
	length, ok := footerLength(file)
	if !ok {
		return fault.New(fault.Invalid, "damaged: no Parquet file")
	}
	end := len(file) - trailerSize - length
	var meta format.FileMetaData
	if err := encoding.Unmarshal(new(encoding.CompactProtocol), file[end:len(file)-trailerSize], &meta); err != nil {
		return fault.New(fault.Invalid, "damaged: %w", err)
	}
	move := int64(c.data.Len() - len(magic))
	for i := range meta.RowGroups {
		g := &meta.RowGroups[i]
		g.FileOffset += move
		g.Ordinal = 0 // everywhere, which readers take for none
		for k := range g.Columns {
			m := &g.Columns[k].MetaData
			m.DataPageOffset += move
			if m.DictionaryPageOffset > 0 {
				m.DictionaryPageOffset += move
			}
		}
	}
	c.data.Write(file[len(magic):end])
	if c.meta.Schema == nil {
		c.meta = meta
		c.meta.KeyValueMetadata = nil // of one partition
		return nil
	}
	if !slices.EqualFunc(c.meta.Schema, meta.Schema, func(a, b format.SchemaElement) bool { return a.Name == b.Name }) {
		return fault.New(fault.SchemaDrift, "its columns are not those of the files before it")
	}
	c.meta.NumRows += meta.NumRows
	c.meta.RowGroups = append(c.meta.RowGroups, meta.RowGroups...)
	return nil
}

// footerLength returns the length of a file's metadata.
func footerLength(file []byte) (int, bool) {
	if len(file) < len(magic)+trailerSize || string(file[:len(magic)]) != magic || string(file[len(file)-len(magic):]) != magic {
		return 0, false
	}
	n := int(binary.LittleEndian.Uint32(file[len(file)-trailerSize:]))
	return n, n >= 0 && n <= len(file)-len(magic)-trailerSize
}

func (c *concatenation) finish() error {
	footer, err := encoding.Marshal(new(encoding.CompactProtocol), &c.meta)
	if err != nil {
		return fmt.Errorf("write Parquet footer: %w", err)
	}
	c.data.Write(footer)
	c.data.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(footer))))
	c.data.WriteString(magic)
	return nil
}
