package clickhouse

import (
	"testing"
	"time"

	"waymark/load/lake/laketest"
	"waymark/schemas"
)

// BenchmarkPublish goes through the steps of a first load of a thousand days, all of which hold duplicates.
func BenchmarkPublish(b *testing.B) {
	w, ctx := open(b), b.Context()
	for b.Loop() {
		s := newStaging(b, w, schemas.JourneyEvent, "bench")
		lap := laps(b)
		must(b, w.exec(ctx, statement{what: "fill", settings: w.buildSettings(), sql: "INSERT INTO " + s.table.SQL() +
			" (event_id, event_date, occurred_at, event_type, record_version, row_hash) SELECT reinterpretAsUUID(intDiv(number, 2)), toDate('2020-01-01') + (intDiv(number, 2) % 1000), " +
			"now64(6), 'page_viewed', number % 2, sipHash64(number) FROM numbers(2000000)"}))
		lap("fill")
		states, err := s.State(ctx)
		must(b, err)
		lap("state")
		changed, err := s.Resolve(ctx)
		must(b, err)
		lap("resolve")
		_, err = s.dirty(ctx, changed)
		must(b, err)
		lap("dirty")
		must(b, s.Optimize(ctx))
		lap("optimize")
		for p := range states {
			must(b, s.Replace(ctx, p))
		}
		lap("replace")
		published, err := w.PartitionStates(ctx, s.Target())
		must(b, err)
		lap("verify")
		if len(changed) != 1000 || len(published) != 1000 {
			b.Fatalf("%d resolved, %d published", len(changed), len(published))
		}
	}
}

// laps reports the seconds of each step as a metric.
func laps(b *testing.B) func(string) {
	last := time.Now()
	return func(step string) {
		now := time.Now()
		b.ReportMetric(now.Sub(last).Seconds(), "s-"+step)
		last = now
	}
}

// BenchmarkLoad sends one Parquet file of the lake, and the same rows as columns.
func BenchmarkLoad(b *testing.B) {
	w, ctx := open(b), b.Context()
	batch := laketest.Batch(schemas.JourneyEvent, laketest.Shape{Seed: 1, Rows: 200_000, Partitions: 1})
	clampTimes(batch)
	store, outputs, _ := encode(b, batch)
	file := store.Bytes(outputs[0].Key)
	s := newStaging(b, w, schemas.JourneyEvent, "bench")
	b.Run("parquet", func(b *testing.B) {
		b.SetBytes(int64(len(file)))
		for b.Loop() {
			must(b, s.Load(ctx, "x.parquet", reader(file)))
		}
		b.ReportMetric(float64(b.N)*float64(batch.Rows)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("columns", func(b *testing.B) {
		for b.Loop() {
			must(b, s.LoadBatch(ctx, batch))
		}
		b.ReportMetric(float64(b.N)*float64(batch.Rows)/b.Elapsed().Seconds(), "rows/s")
	})
}
