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

	"waymark/internal/fault"
	"waymark/schemas"
)

// ReadParquet yields the rows of a file of t in batches, in file order; the batch is reused between calls. A file
// that is not t's is SchemaDrift; one that is damaged or whose rows do not add up to its own totals is Invalid, which
// for the totals is only known after the last batch.
func ReadParquet(ctx context.Context, r io.ReaderAt, size int64, t *schemas.Table, yield func(*schemas.Batch) error) error {
	f, err := openParquet(r, size, t)
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
		if err := readGroup(b, group); err != nil {
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

// Verify reads a whole data file and holds it against its name and what the manifest says of it.
func Verify(ctx context.Context, r io.ReaderAt, size int64, out Output) error {
	t := schemas.TableByName(out.Table)
	if t == nil {
		return fault.New(fault.SchemaDrift, "verify %s: no such table", out.Key)
	}
	part, err := ParsePartition(t, out.Partition)
	if err != nil {
		return fmt.Errorf("verify %s: %w", out.Key, err)
	}
	digest := sha256.New()
	if _, err := io.Copy(digest, io.NewSectionReader(r, 0, size)); err != nil {
		return fmt.Errorf("verify %s: %w", out.Key, err)
	}
	if out.Key != dataKey(out.Table, out.Partition, hex.EncodeToString(digest.Sum(nil))) {
		return fault.New(fault.Invalid, "verify %s: the content is not what the name says", out.Key)
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
		return nil
	})
	if err == nil && (rows != out.Rows || sum != out.HashSum) {
		err = fault.New(fault.Invalid, "rows or row hashes are not what the manifest says")
	}
	if err != nil {
		return fmt.Errorf("verify %s: %w", out.Key, err)
	}
	return nil
}

// openParquet opens a file and holds its schema against t.
func openParquet(r io.ReaderAt, size int64, t *schemas.Table) (f *parquet.File, err error) {
	defer noPanic(&err)
	f, err = parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.OptimisticRead(true))
	if err != nil {
		return nil, damaged(t, err)
	}
	all := leaves(t)
	columns := f.Schema().Columns()
	if len(columns) != len(all) {
		return nil, fault.New(fault.SchemaDrift, "read data file of %s: %d columns where the table has %d", t.Name, len(columns), len(all))
	}
	for i, l := range all {
		found, _ := f.Schema().Lookup(l.path...)
		if found.Node == nil || found.ColumnIndex != i || int(found.Node.Type().Kind()) != int(l.typ) || found.Node.Optional() != t.Columns[l.column].Nullable {
			return nil, fault.New(fault.SchemaDrift, "read data file of %s: column %s is not the table's", t.Name, t.Columns[l.column].Name)
		}
	}
	return f, nil
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
