package lake_test

import (
	"bytes"
	"cmp"
	"slices"
	"testing"

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
		Seed: rapid.Uint64().Draw(t, "seed"), Rows: rapid.IntRange(0, 300).Draw(t, "rows"),
		Partitions: rapid.IntRange(1, 20).Draw(t, "partitions"),
	}
}

func TestEveryTableRoundTrips(t *testing.T) {
	for _, table := range schemas.Tables() {
		t.Run(table.Name, func(t *testing.T) {
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

func TestLargeRowGroupsRoundTrip(t *testing.T) {
	for _, table := range []*schemas.Table{schemas.JourneyEvent, schemas.RejectTable} {
		b := laketest.Batch(table, laketest.Shape{Seed: 7, Rows: 140_000, Partitions: 1})
		var store laketest.Memory
		got := read(t, &store, write(t, &store, b))
		slices.Sort(got)
		if want := laketest.Sorted(b); !slices.Equal(got, want) {
			t.Fatalf("%d rows of %s came back as %d other rows", len(want), table.Name, len(got))
		}
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
