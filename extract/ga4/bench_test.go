package ga4

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"waymark/extract"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// countSink takes rows and keeps none.
type countSink struct {
	row           *schemas.Row
	rows, rejects int
	records       int64
}

func newCountSink() *countSink { return &countSink{row: schemas.NewRow(schemas.JourneyEvent)} }

func (s *countSink) Row(*schemas.Table) *schemas.Row { s.row.Reset(); return s.row }
func (s *countSink) Emit(*schemas.Row) error         { s.rows++; return nil }
func (s *countSink) Reject(schemas.Reject) error     { s.rejects++; return nil }
func (s *countSink) Records(n int64)                 { s.records += n }

// BenchmarkDecode decodes generated NDJSON on one core, splitting not included.
func BenchmarkDecode(b *testing.B) {
	text := generate(10_000)
	sink := newCountSink()
	d := &jsonDecoder{news: jsonscan.NewDrift(ignored...).Watch()}
	c := extract.Chunk{Data: text, Line: 1}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Decode(context.Background(), c, sink); err != nil {
			b.Fatal(err)
		}
	}
	if sink.rejects > 0 {
		b.Fatalf("%d rejects", sink.rejects)
	}
}

// BenchmarkSkip is the scanner alone: every record is skipped whole.
func BenchmarkSkip(b *testing.B) {
	text := generate(10_000)
	c := extract.Chunk{Data: text, Line: 1}
	var cur jsonscan.Cursor
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for r := range jsonscan.Records(c) {
			cur.Reset(r.Data)
			cur.Skip()
			if cur.End() != nil {
				b.Fatal(cur.Err())
			}
		}
	}
}

// BenchmarkSplit is the part that one goroutine does for all workers.
func BenchmarkSplit(b *testing.B) {
	text := generate(50_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s := jsonscan.NewStream(bytes.NewReader(text), jsonscan.Options{})
		for {
			c, err := s.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			c.Release()
		}
	}
}
