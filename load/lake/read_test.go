package lake_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
	"waymark/schemas"
)

func oneFile(t testing.TB, b *schemas.Batch) ([]byte, lake.Output) {
	t.Helper()
	var store laketest.Memory
	outputs := write(t, &store, b)
	return store.Bytes(outputs[0].Key), outputs[0]
}

func readAll(ctx context.Context, data []byte, t *schemas.Table) error {
	return lake.ReadParquet(ctx, bytes.NewReader(data), int64(len(data)), t, func(*schemas.Batch) error { return nil })
}

func TestReadingAnotherTablesFile(t *testing.T) {
	data, _ := oneFile(t, laketest.Batch(schemas.Ticket, laketest.Shape{Rows: 10, Partitions: 1}))
	for _, table := range schemas.Tables() {
		if err := readAll(t.Context(), data, table); (table == schemas.Ticket) != (err == nil) || err != nil && !fault.Is(err, fault.SchemaDrift) {
			t.Errorf("reading a file of ticket as %s gives %v", table.Name, err)
		}
	}
}

// A file from before a column was added is read with the column's zero value: null where it may be.
func TestFilesOlderThanAColumn(t *testing.T) {
	now := schemas.JourneyEvent
	added := []string{"theme", "sentiment", "attributes", "quantity", "account_id", "amount", "is_agent"}
	old := laketest.Batch(now.Without(added...), laketest.Shape{Rows: 50, Partitions: 1})
	data, out := oneFile(t, old)
	var got []string
	err := lake.ReadParquet(t.Context(), bytes.NewReader(data), int64(len(data)), now, func(b *schemas.Batch) error {
		for row := range b.Rows {
			for _, name := range added {
				want := laketest.Cell(zeroRow(now), now.Col(name), 0)
				if cell := laketest.Cell(b, now.Col(name), row); cell != want {
					t.Errorf("row %d: %s is %s, want %s", row, name, cell, want)
				}
			}
			var cells []string
			for i, c := range old.Table.Columns {
				cells = append(cells, c.Name+"="+laketest.Cell(b, now.Col(old.Table.Columns[i].Name), row))
			}
			got = append(got, strings.Join(cells, " "))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for row := range old.Rows {
		var cells []string
		for i, c := range old.Table.Columns {
			cells = append(cells, c.Name+"="+laketest.Cell(old, i, row))
		}
		want = append(want, strings.Join(cells, " "))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d rows came back as %d other ones", len(want), len(got))
	}
	if err := lake.Verify(t.Context(), bytes.NewReader(data), int64(len(data)), out); err != nil {
		t.Errorf("an old file does not verify: %v", err)
	}
	for _, column := range []int{now.Col("event_id"), now.PartitionCol, now.VersionCol, now.HashCol, now.DeletedCol} {
		if !now.Indispensable(column) {
			t.Errorf("a file may be without %s", now.Columns[column].Name)
		}
	}
}

// Files joined to one give the rows of all; those of different columns are refused, and so is what is no file.
func TestFilesAsOne(t *testing.T) {
	var store laketest.Memory
	a, b := laketest.Batch(schemas.JourneyEvent, laketest.Shape{Seed: 1, Rows: 3000, Partitions: 4}), laketest.Batch(schemas.JourneyEvent, laketest.Shape{Seed: 2, Rows: 40, Partitions: 9})
	files := append(write(t, &store, a), write(t, &store, b)...)
	l := lake.Open(&store)
	joined := func(files ...lake.Output) ([]byte, error) {
		body, err := l.OpenFiles(t.Context(), files)
		if err != nil {
			return nil, err
		}
		defer body.Close()
		return io.ReadAll(body)
	}
	data, err := joined(files...)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = lake.ReadParquet(t.Context(), bytes.NewReader(data), int64(len(data)), schemas.JourneyEvent, func(b *schemas.Batch) error {
		got = append(got, laketest.Rows(b)...)
		return nil
	})
	slices.Sort(got)
	if err != nil || !slices.Equal(got, laketest.Sorted(a, b)) {
		t.Errorf("%d rows came back, %v", len(got), err)
	}
	old := write(t, &store, laketest.Batch(schemas.JourneyEvent.Without("theme"), laketest.Shape{Rows: 5, Partitions: 1}))
	if _, err := joined(files[0], old[0]); !fault.Is(err, fault.SchemaDrift) {
		t.Errorf("files of different columns give %v", err)
	}
	for name, text := range map[string]string{"empty": "", "short": "PAR1PAR1", "length": "PAR1\xff\xff\xff\xffPAR1", "metadata": "PAR1xxxx\x04\x00\x00\x00PAR1"} {
		key := "data/journey_event/2024-01-01/" + name + ".parquet"
		if _, err := store.Put(t.Context(), key, strings.NewReader(text), int64(len(text)), object.Condition{}); err != nil {
			t.Fatal(err)
		}
		if _, err := joined(files[0], lake.Output{Key: key}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// zeroRow is a row of which every cell is zero, and null where it may be.
func zeroRow(t *schemas.Table) *schemas.Batch {
	b := schemas.NewBatch(t)
	b.Rows = 1
	for i := range b.Cols {
		v := &b.Cols[i]
		v.Fixed, v.Int, v.Float, v.Valid = make([][16]byte, 1), make([]int64, 1), make([]float32, 1), make([]bool, 1)
		v.Codes, v.Offsets = []uint32{v.Dict.Code(nil)}, []uint32{0}
	}
	return b
}

// A file whose rows were changed gives itself away by the sum of row hashes in its own footer and in the manifest.
func TestTotalsAreChecked(t *testing.T) {
	b := laketest.Batch(schemas.Ticket, laketest.Shape{Rows: 10, Partitions: 1})
	data, out := oneFile(t, b)
	hash := binary.LittleEndian.AppendUint64(nil, uint64(b.Cols[b.Table.HashCol].Int[3]))
	at := bytes.Index(data, hash)
	if at < 0 {
		t.Fatal("the row hashes do not stand in the file as they are")
	}
	changed := bytes.Clone(data)
	changed[at]++
	if err := readAll(t.Context(), changed, b.Table); !fault.Is(err, fault.Invalid) {
		t.Errorf("a changed row hash gives %v, the page's checksum should", err)
	}
	changed = bytes.Clone(data)
	at = bytes.Index(data, strconv.AppendUint(nil, out.HashSum, 10))
	if at < 0 {
		t.Fatal("the footer does not say the hash sum")
	}
	changed[at] ^= 1
	if err := readAll(t.Context(), changed, b.Table); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "add up") {
		t.Errorf("another sum in the footer gives %v", err)
	}
	verify := func(data []byte, out lake.Output) error {
		return lake.Verify(t.Context(), bytes.NewReader(data), int64(len(data)), out)
	}
	if err := lake.Verify(t.Context(), bytes.NewReader(data), int64(len(data)), out); err != nil {
		t.Errorf("an unchanged file gives %v", err)
	}
	if err := verify(changed, out); !fault.Is(err, fault.Invalid) {
		t.Errorf("a changed file gives %v", err)
	}
	for name, change := range map[string]func(*lake.Output){
		"rows": func(o *lake.Output) { o.Rows++ }, "hash sum": func(o *lake.Output) { o.HashSum++ }, "partition": func(o *lake.Output) { o.Partition = "15" },
		"no partition": func(o *lake.Output) { o.Partition = "x" }, "key": func(o *lake.Output) { o.Key += "x" },
	} {
		other := out
		if change(&other); !fault.Is(verify(data, other), fault.Invalid) {
			t.Errorf("a manifest with another %s gives %v", name, verify(data, other))
		}
	}
	other := out
	if other.Table = "nothing"; !fault.Is(verify(data, other), fault.SchemaDrift) {
		t.Errorf("a table that does not exist gives %v", verify(data, other))
	}
}

// brokenReader fails as a store does.
type brokenReader struct{ io.ReaderAt }

func (brokenReader) ReadAt([]byte, int64) (int, error) {
	return 0, &fault.Error{Kind: fault.Transient, Err: errors.New("the line is down")}
}

func TestErrorsOfTheStoreKeepTheirKind(t *testing.T) {
	err := lake.ReadParquet(t.Context(), brokenReader{}, 1000, schemas.Ticket, func(*schemas.Batch) error { return nil })
	if !fault.Is(err, fault.Transient) {
		t.Errorf("reading gives %v, want the store's error", err)
	}
	data, _ := oneFile(t, laketest.Batch(schemas.Ticket, laketest.Shape{Rows: 10, Partitions: 1}))
	mine := errors.New("enough")
	err = lake.ReadParquet(t.Context(), bytes.NewReader(data), int64(len(data)), schemas.Ticket, func(*schemas.Batch) error { return mine })
	if !errors.Is(err, mine) {
		t.Errorf("reading gives %v, want the caller's error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := readAll(ctx, data, schemas.Ticket); !errors.Is(err, context.Canceled) {
		t.Errorf("reading gives %v, want a cancellation", err)
	}
}

func TestTruncatedFilesAreInvalid(t *testing.T) {
	data, _ := oneFile(t, laketest.Batch(schemas.Agent, laketest.Shape{Rows: 30, Partitions: 1}))
	for n := range len(data) {
		if err := readAll(t.Context(), data[:n], schemas.Agent); !fault.Is(err, fault.Invalid) {
			t.Fatalf("%d of %d bytes give %v", n, len(data), err)
		}
	}
}

// A changed file never passes for the one a manifest names.
func FuzzReadOutput(f *testing.F) {
	data, out := oneFile(f, laketest.Batch(schemas.Campaign, laketest.Shape{Rows: 20, Partitions: 1}))
	f.Add(data)
	f.Add(data[:100])
	f.Fuzz(func(t *testing.T, changed []byte) {
		err := lake.Verify(t.Context(), bytes.NewReader(changed), int64(len(changed)), out)
		if bytes.Equal(changed, data) != (err == nil) || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("a changed file gives %v", err)
		}
	})
}

// A single wrong byte in a page is found by its checksum.
func TestDamagedPagesAreInvalid(t *testing.T) {
	b := laketest.Batch(schemas.Campaign, laketest.Shape{Seed: 4, Rows: 400, Partitions: 1})
	data, _ := oneFile(t, b)
	payloads := 0
	for _, hash := range b.Cols[b.Table.HashCol].Int {
		at := bytes.Index(data, binary.LittleEndian.AppendUint64(nil, uint64(hash)))
		if at < 0 {
			continue
		}
		payloads++
		changed := bytes.Clone(data)
		changed[at+3] ^= 0x10
		if err := readAll(t.Context(), changed, b.Table); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a wrong byte gives %v", err)
		}
	}
	if payloads < 100 {
		t.Errorf("only %d places tried", payloads)
	}
}

// The spool's temporary file is gone when the spool is closed, and from the start where the system allows.
func TestSpoolLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	spool := lake.NewSpool(dir, 0)
	groups, err := lake.NewEncoder().Encode(laketest.Batch(schemas.Ticket, laketest.Shape{Rows: 40_000, Partitions: 2}))
	if err != nil {
		t.Fatal(err)
	}
	if err := spool.Add(groups); err != nil {
		t.Fatal(err)
	}
	if err := spool.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	gone := lake.NewSpool(filepath.Join(dir, "absent"), 0)
	if err := gone.Add(groups); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a spool in a directory that is not there gives %v", err)
	}
	_ = gone.Close()
}
