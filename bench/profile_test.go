package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rs/zerolog"

	"waymark/configs"
	"waymark/internal/pipeline"
	"waymark/internal/sampledata"
	"waymark/internal/testenv"
	"waymark/load/clickhouse"
	"waymark/load/engine/enginetest"
)

// These benchmarks run in-process what the parts run as the real binary, so that it can be profiled (README.md).

func TestMain(m *testing.M) { enginetest.Main(m) }

// benchSize is the size of the exports: $WAYMARK_BENCH_SIZE, default 0.02.
func benchSize(b *testing.B) float64 {
	b.Helper()
	text := os.Getenv("WAYMARK_BENCH_SIZE")
	if text == "" {
		return 0.02
	}
	size, err := strconv.ParseFloat(text, 64)
	if err != nil {
		b.Fatal(err)
	}
	return size
}

func benchJob(b *testing.B, kind sampledata.Bulk) *job {
	b.Helper()
	cache := filepath.Join(testenv.CacheDir(b), "bench")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		b.Fatal(err)
	}
	input, err := bulkExport(b.Context(), cache, kind, benchSize(b))
	if err != nil {
		b.Fatal(err)
	}
	return jobOf(kind, input)
}

// runOnce is one run over a configuration; without a warehouse it is a shard, which publishes nothing.
func runOnce(b *testing.B, config []byte, w *clickhouse.Warehouse) *pipeline.Report {
	b.Helper()
	cfg, err := configs.Parse("waymark.yaml", config, func(string) (string, bool) { return key, true })
	if err != nil {
		b.Fatal(err)
	}
	o := pipeline.Options{Config: cfg, Log: zerolog.Nop(), Warehouse: w}
	if w == nil {
		o.Scope = pipeline.Scope{Shard: pipeline.Shard{Index: 0, Count: 1}}
	}
	r, err := pipeline.New(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	report, err := r.Run(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	return report
}

// BenchmarkConvert turns a bulk export into the lake, from nothing.
func BenchmarkConvert(b *testing.B) {
	for _, kind := range sampledata.Bulks() {
		b.Run(string(kind), func(b *testing.B) {
			j := benchJob(b, kind)
			b.SetBytes(j.input.Bytes)
			rows := int64(0)
			for b.Loop() {
				rows = runOnce(b, j.config(b.TempDir()), nil).Sources[0].Rows
			}
			if rows == 0 {
				b.Fatal("nothing was converted")
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkPublish publishes the web events' lake into an empty warehouse and builds the models.
func BenchmarkPublish(b *testing.B) {
	j := benchJob(b, sampledata.BulkWebEvents)
	lake := b.TempDir()
	runOnce(b, j.config(lake), nil)
	for b.Loop() {
		b.StopTimer()
		process := enginetest.Start(b)
		w, err := clickhouse.Open(b.Context(), clickhouse.Options{Address: process.Address(), Secret: process.Secret(), Log: zerolog.Nop()})
		if err != nil {
			b.Fatal(err)
		}
		copied := filepath.Join(b.TempDir(), "lake")
		if err := os.CopyFS(copied, os.DirFS(lake)); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		for _, s := range runOnce(b, j.config(copied), w).Stages {
			b.ReportMetric(s.Seconds, s.Stage+"-s")
		}
		b.StopTimer()
		_ = w.Close()
		b.StartTimer()
	}
}

// BenchmarkNothingNew looks at many loaded objects of an S3 server, $WAYMARK_BENCH_OBJECTS of them (default 500).
func BenchmarkNothingNew(b *testing.B) {
	objects := 500
	if text := os.Getenv("WAYMARK_BENCH_OBJECTS"); text != "" {
		if _, err := fmt.Sscan(text, &objects); err != nil {
			b.Fatal(err)
		}
	}
	s3 := testenv.S3(b)
	s3.SetEnv(b)
	h := &harness{cache: b.TempDir()}
	if err := h.uploadAudits(context.WithoutCancel(b.Context()), s3, b.TempDir(), objects); err != nil {
		b.Fatal(err)
	}
	config := idleConfig(s3, "embedded:"+b.TempDir())
	runOnce(b, config, nil)
	for b.Loop() {
		if n := runOnce(b, config, nil).Sources[0].Transformed; n != 0 {
			b.Fatalf("%d objects were read again", n)
		}
	}
	b.ReportMetric(float64(objects)*float64(b.N)/b.Elapsed().Seconds(), "objects/s")
}
