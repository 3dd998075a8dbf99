package lake_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"waymark/load/lake"
	"waymark/load/lake/laketest"
	"waymark/schemas"
)

// write encodes batches as chunks of one object and returns the files.
func write(t testing.TB, store lake.Objects, batches ...*schemas.Batch) []lake.Output {
	t.Helper()
	encoder, spool := lake.NewEncoder(), lake.NewSpool(t.TempDir(), 1<<30)
	defer spool.Close()
	for _, b := range batches {
		groups, err := encoder.Encode(b)
		if err != nil {
			t.Fatal(err)
		}
		if err := spool.Add(groups); err != nil {
			t.Fatal(err)
		}
	}
	outputs, err := spool.Finish(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	return outputs
}

// read returns the rows of outputs in the canonical text form, in file order.
func read(t testing.TB, store *laketest.Memory, outputs []lake.Output) []string {
	t.Helper()
	var rows []string
	for _, out := range outputs {
		data := store.Bytes(out.Key)
		table := schemas.TableByName(out.Table)
		err := lake.ReadParquet(t.Context(), bytes.NewReader(data), int64(len(data)), table, func(b *schemas.Batch) error {
			rows = append(rows, laketest.Rows(b)...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := lake.Verify(t.Context(), bytes.NewReader(data), int64(len(data)), out); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

func shape(t *rapid.T) laketest.Shape {
	return laketest.Shape{
		Seed: rapid.Uint64().Draw(t, "seed"), Rows: rapid.IntRange(0, 120).Draw(t, "rows"),
		Partitions: rapid.IntRange(1, 20).Draw(t, "partitions"),
	}
}

func TestEveryTableRoundTrips(t *testing.T) {
	for _, table := range schemas.Tables() {
		t.Run(table.Name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) {
				a, b := laketest.Batch(table, shape(r)), laketest.Batch(table, shape(r))
				var store laketest.Memory
				got := read(t, &store, write(t, &store, a, b))
				slices.Sort(got)
				if want := laketest.Sorted(a, b); !slices.Equal(got, want) {
					r.Fatalf("%d rows of %s came back as %d other rows", len(want), table.Name, len(got))
				}
			})
		})
	}
}

// More rows than a row group may have, and more text, map entries and UUIDs than a page may have.
func TestLargeRowGroupsRoundTrip(t *testing.T) {
	b := largeBatch(140_000)
	var store laketest.Memory
	outputs := write(t, &store, b)
	if len(outputs) != 1 {
		t.Fatalf("%d files, want 1", len(outputs))
	}
	data := store.Bytes(outputs[0].Key)
	next, groups := 0, 0
	err := lake.ReadParquet(t.Context(), bytes.NewReader(data), int64(len(data)), b.Table, func(got *schemas.Batch) error {
		groups++
		for row := range got.Rows { // the batch is in order already
			if !laketest.SameRow(got, row, b, next) {
				return fmt.Errorf("row %d is another", next)
			}
			next++
		}
		return nil
	})
	if err != nil || next != b.Rows || groups != 2 {
		t.Fatalf("%d of %d rows in %d row groups, %v", next, b.Rows, groups, err)
	}
	checkPages(t, data)
}

// largeBatch returns rows of one partition in the table's order.
func largeBatch(rows int) *schemas.Batch {
	b := schemas.NewBatch(schemas.Ticket)
	b.Rows = rows
	for row := range rows {
		b.Part = append(b.Part, 3)
		for i, c := range b.Table.Columns {
			v := &b.Cols[i]
			switch {
			case i == b.Table.PartitionCol:
				v.Int = append(v.Int, 3)
			case c.Type == schemas.UUID:
				v.Fixed = append(v.Fixed, identity(uint64(row*i)))
			case c.Name == "system":
				v.Codes = append(v.Codes, v.Dict.Code([]byte("zendesk")))
			case c.Type == schemas.Map:
				for n := range row % 4 {
					v.Keys = append(v.Keys, v.Dict.Code([]byte{'k', byte('0' + n)}))
					v.Codes = append(v.Codes, v.Dict.Code(fmt.Appendf(nil, "value %d of row %d", n, row)))
				}
				v.Offsets = append(v.Offsets, uint32(len(v.Keys)))
			case c.Type == schemas.String || c.Type == schemas.LowCardinality:
				v.Codes = append(v.Codes, v.Dict.Code(fmt.Appendf(nil, "text %09d", row/(i%3*7+1))))
			case c.Type == schemas.Bool:
				v.Int = append(v.Int, int64(row)%2)
			default:
				v.Int = append(v.Int, int64(row)%7)
			}
			if c.Nullable {
				v.Valid = append(v.Valid, row%3 > 0)
			}
			if c.Nullable && row%3 == 0 {
				v.Int[row] = 0
			}
		}
	}
	return b
}

// checkPages holds the data pages of a file to their bound.
func checkPages(t *testing.T, data []byte) {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	several := 0
	for _, chunk := range f.RowGroups()[0].ColumnChunks() {
		pages, n := chunk.Pages(), 0
		for {
			page, err := pages.ReadPage()
			if err != nil {
				break
			}
			values := page.Data()
			if size := values.Size(); size > 1<<20+1<<10 {
				t.Errorf("column %d has a page of %d bytes", chunk.Column(), size)
			}
			parquet.Release(page)
			n++
		}
		pages.Close()
		if n > 1 {
			several++
		}
	}
	if several < 4 {
		t.Errorf("only %d columns have several pages; this test wants more", several)
	}
}

// The order in a file is by the table's sort columns, text by its bytes, and stable beyond them.
func TestRowsAreSorted(t *testing.T) {
	table := schemas.JourneyEvent
	rapid.Check(t, func(r *rapid.T) {
		b := laketest.Batch(table, laketest.Shape{Seed: rapid.Uint64().Draw(r, "seed"), Rows: rapid.IntRange(1, 2000).Draw(r, "rows"), Partitions: 1})
		for i := range b.Cols[schemas.EvEventID].Fixed { // ties in the last column, so that stability shows
			if i%3 > 0 {
				b.Cols[schemas.EvEventID].Fixed[i] = b.Cols[schemas.EvEventID].Fixed[0]
				b.Cols[schemas.EvOccurredAt].Int[i] = b.Cols[schemas.EvOccurredAt].Int[i/2]
			}
		}
		order := make([]int, b.Rows)
		for i := range order {
			order[i] = i
		}
		types, times, ids := b.Cols[schemas.EvEventType], b.Cols[schemas.EvOccurredAt].Int, b.Cols[schemas.EvEventID].Fixed
		slices.SortStableFunc(order, func(x, y int) int {
			return cmp.Or(bytes.Compare(types.Dict.Value(types.Codes[x]), types.Dict.Value(types.Codes[y])), cmp.Compare(times[x], times[y]),
				bytes.Compare(ids[x][:], ids[y][:]))
		})
		rows := laketest.Rows(b)
		var want []string
		for _, row := range order {
			want = append(want, rows[row])
		}
		var store laketest.Memory
		if got := read(t, &store, write(t, &store, b)); !slices.Equal(got, want) {
			r.Fatal("the rows are not in order")
		}
	})
}

// What the footer says of many row groups goes through the spool, in memory or not.
func TestManyRowGroupsRoundTrip(t *testing.T) {
	const groups = 60
	b := laketest.Batch(schemas.JourneyEvent, laketest.Shape{Seed: 1, Rows: 600, Partitions: 1})
	var keys []string
	for _, memory := range []int64{0, 1 << 30} {
		encoder, spool := lake.NewEncoder(), lake.NewSpool(t.TempDir(), memory)
		defer spool.Close()
		for range groups {
			group, err := encoder.Encode(b)
			if err == nil {
				err = spool.Add(group)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		var store laketest.Memory
		for range 2 { // Finish may be called again
			outputs, err := spool.Finish(t.Context(), &store)
			if err != nil || len(outputs) != 1 {
				t.Fatalf("%d files, %v", len(outputs), err)
			}
			keys = append(keys, outputs[0].Key)
			data := store.Bytes(outputs[0].Key)
			file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			if n := len(file.RowGroups()); n != groups || file.NumRows() != groups*int64(b.Rows) {
				t.Errorf("%d rows in %d row groups", file.NumRows(), n)
			}
			if rows := read(t, &store, outputs); len(rows) != groups*b.Rows || rows[0] != rows[(groups-1)*b.Rows] {
				t.Errorf("%d rows came back, %d went in", len(rows), groups*b.Rows)
			}
		}
	}
	if slices.Sort(keys); keys[0] != keys[len(keys)-1] {
		t.Errorf("the same rows became other files: %v", keys)
	}
}
