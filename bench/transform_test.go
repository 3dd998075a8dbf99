package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rs/zerolog"

	"waymark/configs"
	"waymark/internal/pipeline"
	"waymark/internal/sampledata"
)

// BenchmarkTransform turns every export of the sample shop into the lake, from nothing. The scale is WAYMARK_BENCH_SCALE
// (default 0.1, about 20,000 web events); bytes are those of the stored, mostly compressed, exports.
func BenchmarkTransform(b *testing.B) {
	scale := 0.1
	if text := os.Getenv("WAYMARK_BENCH_SCALE"); text != "" {
		var err error
		if scale, err = strconv.ParseFloat(text, 64); err != nil {
			b.Fatal(err)
		}
	}
	dir := b.TempDir()
	if _, err := sampledata.Generate(b.Context(), sampledata.Options{Seed: 1, Scale: scale}, sampledata.Directory(filepath.Join(dir, "exports"))); err != nil {
		b.Fatal(err)
	}
	var rows, bytes int64
	for b.Loop() {
		rows, bytes = transform(b, dir)
	}
	b.SetBytes(bytes)
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-from-system")
}

// transform runs one shard of one, which commits manifests and publishes nothing, over a fresh lake.
func transform(b *testing.B, dir string) (rows, bytes int64) {
	lake := b.TempDir()
	text := sampledata.Config(sampledata.ConfigOptions{Exports: filepath.Join(dir, "exports"), Lake: lake, Warehouse: "embedded:" + lake})
	cfg, err := configs.Parse("waymark.yaml", text, func(string) (string, bool) { return "a key that is long enough", true })
	if err != nil {
		b.Fatal(err)
	}
	r, err := pipeline.New(b.Context(), pipeline.Options{Config: cfg, Log: zerolog.Nop(), Scope: pipeline.Scope{Shard: pipeline.Shard{Index: 0, Count: 1}}})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	report, err := r.Run(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range report.Sources {
		rows, bytes = rows+s.Rows, bytes+s.Bytes
	}
	if rows == 0 {
		b.Fatal("nothing was transformed")
	}
	return rows, bytes
}
