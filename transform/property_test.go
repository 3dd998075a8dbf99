package transform

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"waymark/schemas"
)

// signature is what a finished row is known by, wherever it stands.
func signature(b *schemas.Batch, row int) string {
	return fmt.Sprintf("%x %x %d %d", b.Cols[schemas.EvEventID].Fixed[row], b.Cols[schemas.EvRecordID].Fixed[row],
		b.Cols[schemas.EvHash].Int[row], b.Part[row])
}

// TestRowsDoNotDependOnOrderWorkerOrChunk finishes the same drafts in another order, in chunks, on several workers.
func TestRowsDoNotDependOnOrderWorkerOrChunk(t *testing.T) {
	set := settings(t)
	one, two, three := New(set), New(set), New(set)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(rt, "rows")
		drafts := rapid.SliceOfN(drawDraft(), n, n).Draw(rt, "drafts")
		order := rapid.Permutation(indexes(n)).Draw(rt, "order")
		chunk := rapid.IntRange(1, n).Draw(rt, "chunk")
		one.Reset()
		for _, d := range drafts {
			emit(t, one, schemas.JourneyEvent, d)
		}
		want := make([]string, n)
		for i := range want {
			want[i] = signature(batch(one, schemas.JourneyEvent), i)
		}
		workers := []*Finisher{two, three}
		for at := 0; at < n; at += chunk {
			w := workers[at/chunk%2]
			w.Reset()
			part := order[at:min(at+chunk, n)]
			for _, i := range part {
				emit(t, w, schemas.JourneyEvent, drafts[i])
			}
			b := batch(w, schemas.JourneyEvent)
			checkShape(t, b)
			for row, i := range part {
				if got := signature(b, row); got != want[i] {
					rt.Fatalf("draft %d: %s, alone %s", i, got, want[i])
				}
			}
		}
	})
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// drawDraft draws functions that fill a draft: mostly set columns, some absent, repeated values, several types.
func drawDraft() *rapid.Generator[func(*schemas.Row)] {
	return rapid.Custom(func(rt *rapid.T) func(*schemas.Row) {
		i := rapid.IntRange(0, 20).Draw(rt, "record")
		kind := rapid.SampledFrom(schemas.EventTypes[:]).Draw(rt, "type")
		path := rapid.SampledFrom([]string{"", "/", "/cart", "/u/a@b.com", "/é"}).Draw(rt, "path")
		at := rapid.Int64Range(0, maxTimestamp-2*microsPerDay).Draw(rt, "at")
		snapshot := rapid.Bool().Draw(rt, "snapshot")
		attrs := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 4).Draw(rt, "attrs")
		return func(r *schemas.Row) {
			purchase(r, i)
			r.SetInt(schemas.EvOccurredAt, at)
			r.SetBytes(schemas.EvEventType, []byte(kind))
			r.Drop(1 << schemas.EvPagePath)
			r.SetBytes(schemas.EvPagePath, []byte(path))
			r.Snapshot = snapshot
			for n, a := range attrs {
				r.AddAttr(a, fmt.Appendf(nil, "%d", n))
			}
		}
	})
}

// TestEveryColumnIsInTheHash changes one column after the other and expects another row_hash each time.
func TestEveryColumnIsInTheHash(t *testing.T) {
	for _, table := range schemas.Tables() {
		if table == schemas.RejectTable {
			continue // its drafts are not the sources' to fill
		}
		f := New(settings(t))
		fill := func(r *schemas.Row) {
			for i, c := range table.Columns {
				switch c.Type {
				case schemas.UUID, schemas.String, schemas.LowCardinality:
					if c.Identifier == schemas.Phone {
						r.SetBytes(i, []byte("+48221234567"))
						continue
					}
					r.SetBytes(i, fmt.Appendf(nil, "v%d@example.com", i))
				case schemas.Float32:
					r.SetFloat(i, 1)
				case schemas.Map:
					r.AddAttr("k", []byte("v"))
				default:
					r.SetInt(i, 1)
				}
			}
			if table == schemas.JourneyEvent {
				r.SetBytes(schemas.EvEventType, []byte("page_viewed"))
				r.SetInt(schemas.EvOccurredAt, noon)
				r.Key = append(r.Key, 'k')
			}
		}
		hash := func(change func(*schemas.Row)) int64 {
			emit(t, f, table, func(r *schemas.Row) { fill(r); change(r) })
			b := batch(f, table)
			return b.Cols[table.HashCol].Int[b.Rows-1]
		}
		seen := map[int64]string{hash(func(*schemas.Row) {}): "unchanged"}
		if hash(func(*schemas.Row) {}) == 0 || len(seen) != 1 {
			t.Fatal("equal rows must hash the same")
		}
		check := func(name string, change func(*schemas.Row)) {
			h := hash(change)
			if other, ok := seen[h]; ok {
				t.Errorf("%s: %s hashes like %s", table.Name, name, other)
			}
			seen[h] = name
		}
		for i, c := range table.Columns {
			if c.Derived || i == table.SystemCol || i == table.ExportCol || i == schemas.EvEventType && table == schemas.JourneyEvent {
				continue
			}
			check(c.Name+" changed", changed(i, c))
			if !tableKey(table, c.Name) && i != table.VersionCol && c.Type != schemas.Bool && c.Type != schemas.Map && (table != schemas.JourneyEvent || i != schemas.EvOccurredAt) && c.Name != "currency" {
				check(c.Name+" absent", func(r *schemas.Row) { r.Drop(1 << i) })
			}
			if c.Nullable {
				check(c.Name+" zero", func(r *schemas.Row) {
					r.Put(i, schemas.Value{})
				})
			}
		}
	}
}

func tableKey(t *schemas.Table, name string) bool {
	for _, k := range t.Key {
		if k == name {
			return true
		}
	}
	return false
}

func changed(i int, c schemas.Column) func(*schemas.Row) {
	return func(r *schemas.Row) {
		switch c.Type {
		case schemas.UUID, schemas.String, schemas.LowCardinality:
			r.SetBytes(i, []byte("other48221234599@example.org"))
		case schemas.Float32:
			r.SetFloat(i, 2)
		case schemas.Map:
			r.AddAttr("k", []byte("w"))
		case schemas.Bool:
			r.SetInt(i, 0)
		case schemas.Timestamp:
			r.SetInt(i, noon+1)
		default:
			r.SetInt(i, 2)
		}
	}
}

// TestColumnTagsDiffer: two columns of a table with one tag could trade values unseen.
func TestColumnTagsDiffer(t *testing.T) {
	for _, table := range schemas.Tables() {
		seen := map[uint32]string{}
		for _, c := range table.Columns {
			if other, ok := seen[columnTag(c.Name)]; ok {
				t.Errorf("%s: %s and %s have one tag", table.Name, c.Name, other)
			}
			seen[columnTag(c.Name)] = c.Name
		}
	}
}

func TestEmitDoesNotAllocate(t *testing.T) {
	f := New(settings(t))
	rows := benchRows(512)
	pass := func() {
		f.Reset()
		for _, d := range rows {
			if err := f.Emit(d); err != nil {
				t.Fatal(err)
			}
		}
	}
	pass()
	pass()
	if n := testing.AllocsPerRun(5, pass); n != 0 {
		t.Errorf("%v allocations in %d rows", n, len(rows))
	}
}

func benchRows(n int) []*schemas.Row {
	rows := make([]*schemas.Row, n)
	for i := range rows {
		rows[i] = schemas.NewRow(schemas.JourneyEvent)
		purchase(rows[i], i)
		if i%100 == 0 {
			rows[i].SetBytes(schemas.EvPagePath, []byte("/u/jane@example.com"))
			rows[i].SetBytes(schemas.EvEmailID, []byte("Jane@example.com"))
		}
	}
	return rows
}

func BenchmarkEmit(b *testing.B) {
	f := New(settings(b))
	rows := benchRows(64) // few enough for the cache: a decoder reuses one draft
	i := 0
	for b.Loop() {
		if i&8191 == 0 {
			f.Reset()
		}
		if err := f.Emit(rows[i&63]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
