package clickhouse

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
	"waymark/schemas"
)

// encode writes a batch as the lake does and returns the states that its manifest promises.
func encode(t testing.TB, b *schemas.Batch) (*laketest.Memory, []lake.Output, States) {
	t.Helper()
	groups, err := lake.NewEncoder().Encode(b)
	must(t, err)
	spool := lake.NewSpool(t.TempDir(), 1<<20)
	defer func() { must(t, spool.Close()) }()
	must(t, spool.Add(groups))
	var store laketest.Memory
	outputs, err := spool.Finish(t.Context(), &store)
	must(t, err)
	promised := States{}
	for _, o := range outputs {
		promised[o.Partition] = State{Rows: o.Rows, HashSum: o.HashSum}
	}
	return &store, outputs, promised
}

func TestTheLakeLoadsEquallyBothWays(t *testing.T) {
	w, ctx := open(t), t.Context()
	for _, table := range schemas.Tables() {
		t.Run(table.Name, func(t *testing.T) {
			b := laketest.Batch(table, laketest.Shape{Seed: 7, Rows: 500, Partitions: 3})
			clampTimes(b)
			store, outputs, promised := encode(t, b)
			parquet, native := newStaging(t, w, table, "parquet"), newStaging(t, w, table, "native")
			for _, o := range outputs {
				must(t, parquet.Load(ctx, o.Key, func(context.Context) (io.ReadCloser, error) {
					return io.NopCloser(bytes.NewReader(store.Bytes(o.Key))), nil
				}))
			}
			must(t, native.LoadBatch(ctx, b))
			got, err := parquet.State(ctx)
			must(t, err)
			if p := Mismatch(promised, got); p != "" {
				t.Errorf("partition %s: the manifests promise %v, staged is %v", p, promised[p], got[p])
			}
			for _, c := range rawDefinition(table).columns {
				sum := func(s *Staging) []string {
					return texts(t, w, "SELECT sumWithOverflow(sipHash64(tuple(row_hash, "+ident(c.Name)+"))) FROM "+s.table.SQL())
				}
				if diff := cmp.Diff(sum(parquet), sum(native)); diff != "" {
					t.Errorf("column %s differs between Parquet and batches: %s", c.Name, diff)
				}
			}
		})
	}
}

func TestTheAuditSeesADamagedRow(t *testing.T) {
	w, ctx := open(t), t.Context()
	b := laketest.Batch(schemas.Ticket, laketest.Shape{Seed: 1, Rows: 100, Partitions: 2})
	clampTimes(b)
	_, _, promised := encode(t, b)
	b.Cols[schemas.TiHash].Int[17]++
	s := newStaging(t, w, schemas.Ticket, "damaged")
	must(t, s.LoadBatch(ctx, b))
	got, err := s.State(ctx)
	must(t, err)
	want, err := partitionName(string('0' + b.Part[17]))
	must(t, err)
	if p := Mismatch(promised, got); p != want {
		t.Errorf("the audit names partition %q, damaged is %q", p, want)
	}
	if p := Mismatch(promised, States{}); p == "" {
		t.Error("the audit does not see missing partitions")
	}
	if p := Mismatch(States{}, got); p == "" {
		t.Error("the audit does not see unpromised partitions")
	}
}

// clampTimes keeps a random batch to what the driver can carry in columns.
func clampTimes(b *schemas.Batch) {
	for i, c := range b.Table.Columns {
		if c.Type == schemas.Timestamp {
			for row, us := range b.Cols[i].Int {
				b.Cols[i].Int[row] = min(us, latest)
			}
		}
	}
}

func TestLoadBatchRefusesTimesItWouldWriteWrongly(t *testing.T) {
	b := laketest.Batch(schemas.BusinessInterval, laketest.Shape{Seed: 1, Rows: 1, Partitions: 1})
	b.Cols[schemas.BiEndsAt].Int[0] = latest + 1
	s := newStaging(t, open(t), schemas.BusinessInterval, "late")
	if err := s.LoadBatch(t.Context(), b); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}
