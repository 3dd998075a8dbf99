package lake_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"waymark/load/lake"
	"waymark/load/lake/laketest"
	"waymark/schemas"
)

// webEvents returns a batch as a GA4 export of one day gives it: rows in order of time, sessions close together, most
// columns of one value.
func webEvents(rows int) *schemas.Batch {
	rng := rand.New(rand.NewPCG(1, 2))
	b := schemas.NewBatch(schemas.JourneyEvent)
	b.Rows = rows
	text := func(col int, prefix string, n int) {
		v := &b.Cols[col]
		v.Codes = append(v.Codes, v.Dict.Code([]byte(fmt.Sprintf("%s%d", prefix, rng.IntN(rng.IntN(n)+1)))))
	}
	for row := range rows {
		b.Part = append(b.Part, 18_000)
		user := uint64(row/50*5) + rng.Uint64N(40)
		for i, c := range b.Table.Columns {
			v := &b.Cols[i]
			switch {
			case i == schemas.EvEventID:
				v.Fixed = append(v.Fixed, identity(rng.Uint64()))
			case i == schemas.EvDeviceID:
				v.Fixed = append(v.Fixed, identity(user))
			case c.Type == schemas.UUID:
				v.Fixed = append(v.Fixed, [16]byte{})
			case i == schemas.EvOccurredAt:
				v.Int = append(v.Int, 18_000*86_400_000_000+int64(row)*60_000+rng.Int64N(1_000_000))
			case i == schemas.EvSessionID:
				v.Int = append(v.Int, int64(1_600_000_000+user*37))
			case i == schemas.EvDurationMs && rng.IntN(3) == 0:
				v.Int = append(v.Int, rng.Int64N(60_000))
			case i == b.Table.HashCol:
				v.Int = append(v.Int, int64(rng.Uint64()))
			case i == schemas.EvIsEngaged:
				v.Int = append(v.Int, rng.Int64N(2))
			case i == b.Table.VersionCol:
				v.Int = append(v.Int, 18_001*86_400_000_000)
			case i == schemas.EvEventDate:
				v.Int = append(v.Int, 18_000)
			case c.Type == schemas.Map:
				v.Offsets = append(v.Offsets, 0)
			case c.Type == schemas.Float32:
				v.Float, v.Valid = append(v.Float, 0), append(v.Valid, false)
			case i == schemas.EvAmount:
				v.Int, v.Valid = append(v.Int, 0), append(v.Valid, false)
				if rng.IntN(50) == 0 {
					v.Int[row], v.Valid[row] = rng.Int64N(10_000_000), true
				}
			case c.Type == schemas.String || c.Type == schemas.LowCardinality:
				text(i, c.Name, webValues(i))
			default:
				v.Int = append(v.Int, 0)
			}
		}
	}
	return b
}

// webValues is about how many values a text column of a web event has.
func webValues(col int) int {
	switch col {
	case schemas.EvEventType, schemas.EvSourceEvent:
		return 17
	case schemas.EvPagePath:
		return 3000
	case schemas.EvCity:
		return 1500
	case schemas.EvCountry, schemas.EvReferrerHost, schemas.EvCampaign, schemas.EvSource:
		return 100
	case schemas.EvStage, schemas.EvTouchpoint, schemas.EvChannel, schemas.EvMedium, schemas.EvDeviceCategory, schemas.EvOS, schemas.EvBrowser, schemas.EvLanguage:
		return 8
	}
	return 1
}

func identity(n uint64) (id [16]byte) {
	binary.LittleEndian.PutUint64(id[:], (n+1)*0x9E3779B97F4A7C15)
	binary.LittleEndian.PutUint64(id[8:], (n+1)*0xC2B2AE3D27D4EB4F)
	return id
}

func BenchmarkEncodeWebEvents(b *testing.B) {
	for _, rows := range []int{12_000, 24_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			benchmarkEncode(b, webEvents(rows))
		})
	}
}

// Rows of many days in one batch: what an export of a CRM gives.
func BenchmarkEncodeScattered(b *testing.B) {
	benchmarkEncode(b, laketest.Batch(schemas.JourneyEvent, laketest.Shape{Seed: 1, Rows: 12_000, Partitions: 1500}))
}

// An object of a hundred rows from nothing to its files: there are sources of thousands of them.
func BenchmarkSmallObject(b *testing.B) {
	batch := webEvents(100)
	b.ReportAllocs()
	for b.Loop() {
		var store laketest.Memory
		write(b, &store, batch)
	}
}

func BenchmarkReadParquet(b *testing.B) {
	batch := webEvents(24_000)
	var store laketest.Memory
	data := store.Bytes(write(b, &store, batch)[0].Key)
	b.ReportAllocs()
	began := cpu()
	for b.Loop() {
		err := lake.ReadParquet(b.Context(), bytes.NewReader(data), int64(len(data)), batch.Table, func(*schemas.Batch) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu()-began).Seconds()/float64(b.N)/float64(batch.Rows)*1e6, "cpu-s/Mrow")
}

// cpu is the processor time this process has used.
func cpu() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func benchmarkEncode(b *testing.B, batch *schemas.Batch) {
	encoder := lake.NewEncoder()
	b.ReportAllocs()
	var size, groups int64
	began := cpu()
	for b.Loop() {
		size, groups = 0, 0
		all, err := encoder.Encode(batch)
		if err != nil {
			b.Fatal(err)
		}
		for i := range all {
			size += all[i].Size()
			groups++
		}
	}
	b.ReportMetric((cpu()-began).Seconds()/float64(b.N)/float64(batch.Rows)*1e6, "cpu-s/Mrow")
	b.ReportMetric(float64(size)/float64(batch.Rows), "B/row")
	b.ReportMetric(float64(groups), "groups")
}

// TestEncodeDoesNotAllocatePerRow: what Encode returns is allocated per row group and column, whatever their length, and
// so for loose rows, per batch.
func TestEncodeDoesNotAllocatePerRow(t *testing.T) {
	for _, c := range []struct {
		name        string
		few, many   int
		partitioned bool
	}{{"row groups", 2_000, 20_000, false}, {"loose rows", 2_000, 20_000, true}} {
		e := lake.NewEncoder()
		allocations := func(rows int) float64 {
			b := webEvents(rows)
			for row := range b.Part {
				if c.partitioned {
					b.Part[row] += int32(row % 64)
				}
			}
			encode := func() {
				if _, err := e.Encode(b); err != nil {
					t.Fatal(err)
				}
			}
			encode()
			return testing.AllocsPerRun(3, encode)
		}
		few, many := allocations(c.few), allocations(c.many)
		t.Logf("%s: %v allocations for %d rows, %v for %d", c.name, few, c.few, many, c.many)
		if many > few+40 { // longer texts in bounds, one more page
			t.Errorf("%s: %v allocations for %d rows, %v for %d", c.name, few, c.few, many, c.many)
		}
	}
}
