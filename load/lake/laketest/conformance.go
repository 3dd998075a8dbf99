package laketest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
	"waymark/schemas"
)

// Run holds a store to what the lake needs of it. open returns a fresh, empty store.
func Run(t *testing.T, open func(t *testing.T) lake.Objects) {
	for name, test := range map[string]func(*testing.T, lake.Objects){
		"conditions":  conditions,
		"one winner":  oneWinner,
		"listing":     listing,
		"data files":  dataFiles,
		"manifests":   manifests,
		"ledger":      ledger,
		"ledger race": ledgerRace,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func put(t *testing.T, o lake.Objects, key, text string, cond object.Condition) (object.Info, error) {
	t.Helper()
	return o.Put(t.Context(), key, bytes.NewReader([]byte(text)), int64(len(text)), cond)
}

func get(t *testing.T, o lake.Objects, key string) (string, object.Info) {
	t.Helper()
	body, info, err := o.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), info
}

func conditions(t *testing.T, o lake.Objects) {
	if _, _, err := o.Get(t.Context(), "a/b"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an absent key gives %v, want not found", err)
	}
	first, err := put(t, o, "a/b", "one", object.Condition{IfAbsent: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := put(t, o, "a/b", "two", object.Condition{IfAbsent: true}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second write where none may be gives %v, want a conflict", err)
	}
	text, info := get(t, o, "a/b")
	if text != "one" || info.ETag != first.ETag || info.ETag == "" {
		t.Errorf("read %q with etag %q, want one with %q", text, info.ETag, first.ETag)
	}
	second, err := put(t, o, "a/b", "two", object.Condition{IfMatch: first.ETag})
	if err != nil || second.ETag == first.ETag {
		t.Errorf("a matching write gives etag %q after %q, %v", second.ETag, first.ETag, err)
	}
	if _, err := put(t, o, "a/b", "three", object.Condition{IfMatch: first.ETag}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a write over a changed object gives %v, want a conflict", err)
	}
	if text, _ := get(t, o, "a/b"); text != "two" {
		t.Errorf("read %q, want two", text)
	}
	for range 2 {
		if err := o.Delete(t.Context(), "a/b"); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
}

func oneWinner(t *testing.T, o lake.Objects) {
	var won atomic.Int32
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			text := fmt.Sprint(i)
			_, err := o.Put(t.Context(), "race", bytes.NewReader([]byte(text)), int64(len(text)), object.Condition{IfAbsent: true})
			if err == nil {
				won.Add(1)
			} else if !fault.Is(err, fault.Conflict) {
				t.Errorf("the loser gets %v, want a conflict", err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d writers were first", won.Load())
	}
}

func listing(t *testing.T, o lake.Objects) {
	want := []string{"m/a/1.json", "m/a/2.json", "m/a-b/3.json"}
	for _, key := range append(want, "n/4.json") {
		if _, err := put(t, o, key, key, object.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(want)
	var got []string
	err := o.List(t.Context(), "m/", func(info object.Info) error {
		got = append(got, info.Key)
		return nil
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("listed %v, %v; want %v", got, err, want)
	}
	if err := o.List(t.Context(), "nothing/", func(object.Info) error { t.Error("something"); return nil }); err != nil && !fault.Is(err, fault.NotFound) {
		t.Errorf("an empty prefix gives %v", err)
	}
}

// dataFiles writes one large and several small files twice: the second time they are there already.
func dataFiles(t *testing.T, o lake.Objects) {
	large := schemas.NewBatch(schemas.RejectTable)
	large.Rows = 20
	rng := rand.NewChaCha8([32]byte{})
	for row := range large.Rows {
		large.Part = append(large.Part, 3)
		for i, c := range large.Table.Columns {
			v := &large.Cols[i]
			switch c.Type {
			case schemas.UUID:
				v.Fixed = append(v.Fixed, [16]byte{byte(row)})
			case schemas.String, schemas.LowCardinality:
				text := make([]byte, 10)
				if c.Name == "record" {
					text = make([]byte, 1<<20)
				}
				_, _ = rng.Read(text)
				v.Codes = append(v.Codes, v.Dict.Code(text))
			default:
				v.Int = append(v.Int, 3)
			}
		}
	}
	small := Batch(schemas.Ticket, Shape{Seed: 1, Rows: 200, Partitions: 16})
	var before []lake.Output
	for range 2 {
		outputs := writeFiles(t, o, large, small)
		if before != nil && !slices.Equal(outputs, before) {
			t.Error("the same rows gave other files")
		}
		before = outputs
	}
	for _, out := range before {
		text, _ := get(t, o, out.Key)
		if err := lake.Verify(t.Context(), bytes.NewReader([]byte(text)), int64(len(text)), out); err != nil || int64(len(text)) != out.Bytes {
			t.Errorf("%d bytes of %d: %v", len(text), out.Bytes, err)
		}
	}
}

func writeFiles(t *testing.T, o lake.Objects, batches ...*schemas.Batch) []lake.Output {
	t.Helper()
	encoder, spool := lake.NewEncoder(), lake.NewSpool(t.TempDir(), 1<<20)
	defer func() {
		if err := spool.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, b := range batches {
		groups, err := encoder.Encode(b)
		if err != nil {
			t.Fatal(err)
		}
		if err := spool.Add(groups); err != nil {
			t.Fatal(err)
		}
	}
	outputs, err := spool.Finish(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return outputs
}
