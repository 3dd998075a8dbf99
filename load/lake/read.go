package lake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"waymark/internal/fault"
	"waymark/schemas"
)

// ReadParquet yields the rows of a file of t in batches, in file order; the batch is reused between calls. A file that was
// written before t got a column has the column's zero value (null where it may be) in every row. A file
// that is not t's is SchemaDrift; one that is damaged or whose rows do not add up to its own totals is Invalid, which
// for the totals is only known after the last batch. Pages carry checksums, their headers do not: where the bytes are
// not known to be right, use ReadOutput.
func ReadParquet(ctx context.Context, r io.ReaderAt, size int64, t *schemas.Table, yield func(*schemas.Batch) error) error {
	f, places, err := openParquet(r, size, t)
	if err != nil {
		return err
	}
	var rows int64
	var sum uint64
	b := schemas.NewBatch(t)
	for _, group := range f.RowGroups() {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.Reset()
		if err := readGroup(b, group, places); err != nil {
			return fmt.Errorf("read data file of %s: %w", t.Name, err)
		}
		rows += int64(b.Rows)
		for _, hash := range b.Cols[t.HashCol].Int {
			sum += uint64(hash)
		}
		if err := yield(b); err != nil {
			return err
		}
	}
	if said, ok := f.Lookup(metaHashSum); ok && said != strconv.FormatUint(sum, 10) {
		return fault.New(fault.Invalid, "read data file of %s: the row hashes do not add up to the file's own sum", t.Name)
	}
	if rows != f.NumRows() {
		return fault.New(fault.Invalid, "read data file of %s: %d rows where the file says %d", t.Name, rows, f.NumRows())
	}
	return nil
}

// ReadOutput is ReadParquet for a file that a manifest names, of which nothing is trusted: the content is held against
// its name before it is decoded, and rows, hash sum and partition against out.
func ReadOutput(ctx context.Context, r io.ReaderAt, size int64, out Output, yield func(*schemas.Batch) error) error {
	if err := readOutput(ctx, r, size, out, yield); err != nil {
		return fmt.Errorf("data file %s: %w", out.Key, err)
	}
	return nil
}

// Verify reads a data file to the end and holds it against its name and against out.
func Verify(ctx context.Context, r io.ReaderAt, size int64, out Output) error {
	return ReadOutput(ctx, r, size, out, func(*schemas.Batch) error { return nil })
}

func readOutput(ctx context.Context, r io.ReaderAt, size int64, out Output, yield func(*schemas.Batch) error) error {
	t := schemas.TableByName(out.Table)
	if t == nil {
		return fault.New(fault.SchemaDrift, "there is no table %s", out.Table)
	}
	part, err := ParsePartition(t, out.Partition)
	if err != nil {
		return err
	}
	digest := sha256.New()
	if _, err := io.Copy(digest, io.NewSectionReader(r, 0, size)); err != nil {
		return err
	}
	if out.Key != dataKey(out.Table, out.Partition, hex.EncodeToString(digest.Sum(nil))) {
		return fault.New(fault.Invalid, "the content is not what the name says")
	}
	var rows int64
	var sum uint64
	err = ReadParquet(ctx, r, size, t, func(b *schemas.Batch) error {
		rows += int64(b.Rows)
		for i, hash := range b.Cols[t.HashCol].Int {
			sum += uint64(hash)
			if b.Part[i] != part {
				return fault.New(fault.Invalid, "a row of another partition")
			}
		}
		return yield(b)
	})
	if err == nil && (rows != out.Rows || sum != out.HashSum) {
		err = fault.New(fault.Invalid, "rows or row hashes are not what the manifest says")
	}
	return err
}

// openParquet opens a file and holds its schema against t. It returns where in the file each column of t is: its first
// leaf, or -1 for a column that t got later.
func openParquet(r io.ReaderAt, size int64, t *schemas.Table) (f *parquet.File, places []int, err error) {
	defer noPanic(&err)
	f, err = parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.OptimisticRead(true))
	if err != nil {
		return nil, nil, damaged(t, err)
	}
	if err := checkChunks(f, size); err != nil {
		return nil, nil, damaged(t, err)
	}
	if table, ok := f.Lookup(metaTable); ok && table != t.Name {
		return nil, nil, fault.New(fault.SchemaDrift, "read data file of %s: it is one of %s", t.Name, table)
	}
	places = make([]int, len(t.Columns))
	for i := range places {
		places[i] = -1
	}
	next := 0
	for _, l := range leaves(t) {
		found, ok := f.Schema().Lookup(l.path...)
		if !ok && !t.Indispensable(l.column) {
			continue
		}
		if !ok || found.Node == nil || found.ColumnIndex != next || int(found.Node.Type().Kind()) != int(l.typ) || found.Node.Optional() != t.Columns[l.column].Nullable {
			return nil, nil, fault.New(fault.SchemaDrift, "read data file of %s: column %s is not the table's", t.Name, t.Columns[l.column].Name)
		}
		if places[l.column] < 0 {
			places[l.column] = next
		}
		next++
	}
	if n := len(f.Schema().Columns()); n != next {
		return nil, nil, fault.New(fault.SchemaDrift, "read data file of %s: %d columns of which the table has %d", t.Name, n, next)
	}
	return f, places, nil
}

// checkChunks holds the footer's places and sizes to what this package writes into a file of size bytes.
func checkChunks(f *parquet.File, size int64) error {
	for _, group := range f.Metadata().RowGroups {
		if group.NumRows < 0 || group.NumRows > maxGroupRows {
			return fmt.Errorf("a row group of %d rows", group.NumRows)
		}
		for i := range group.Columns {
			c := &group.Columns[i].MetaData
			if c.Codec != format.Zstd && c.Codec != format.Uncompressed || c.TotalCompressedSize < 0 || c.DataPageOffset < 0 ||
				c.DictionaryPageOffset < 0 || c.DataPageOffset > size || c.TotalCompressedSize > size-c.DictionaryPageOffset {
				return errors.New("a column chunk that cannot be")
			}
		}
	}
	return nil
}

// damaged tells errors of the storage below from a file that is not what it should be.
func damaged(t *schemas.Table, err error) error {
	var known *fault.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("read data file of %s: %w", t.Name, err)
	}
	return fault.New(fault.Invalid, "read data file of %s: damaged: %w", t.Name, err)
}

// noPanic turns a panic of parquet-go, which a damaged file can cause, into an error.
func noPanic(err *error) {
	if p := recover(); p != nil {
		*err = fault.New(fault.Invalid, "damaged: the decoder gave up")
	}
}
