package ga4

import (
	"context"
	"slices"

	"waymark/extract"
	"waymark/extract/parquetscan"
	"waymark/schemas"
)

// parquetStream is one opened Parquet file.
type parquetStream struct {
	*parquetscan.File
	settings settings
}

func openParquet(ctx context.Context, in extract.Input, set settings, opt extract.Options) (extract.Stream, error) {
	wanted := columns
	if !set.wantProps() {
		wanted = wanted[:cProps]
	}
	f, err := parquetscan.Open(ctx, in, wanted, parquetscan.Options{ChunkRows: int64(opt.ChunkBytes) / recordBytes, MaxRatio: opt.MaxRatio})
	if err != nil {
		return nil, err
	}
	return &parquetStream{File: f, settings: set}, nil
}

// recordBytes is about what an event takes as JSON; it turns ChunkBytes into rows.
const recordBytes = 1 << 10

// NewDecoder implements extract.Stream.
func (s *parquetStream) NewDecoder() extract.Decoder {
	return &parquetDecoder{rows: s.NewReader(), draft: s.settings.drafter()}
}

// News implements extract.Stream: the columns that the file has beside the documented ones.
func (s *parquetStream) News() extract.News {
	known := slices.Clone(ignored)
	for _, c := range columns {
		known = append(known, c.Top())
	}
	return extract.News{Columns: slices.DeleteFunc(s.TopLevel(), func(name string) bool { return slices.Contains(known, name) })}
}

// Close implements extract.Stream.
func (s *parquetStream) Close() error { return nil }

// parquetDecoder decodes ranges of rows.
type parquetDecoder struct {
	rows  *parquetscan.Reader
	event event
	draft drafter
}

// Decode implements extract.Decoder. A row has no line: its number counts instead.
func (d *parquetDecoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	if err := d.rows.Seek(c); err != nil {
		return err
	}
	n := int64(0)
	for d.rows.Next() {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := d.record(sink); err != nil {
			return err
		}
	}
	sink.Records(n)
	return d.rows.Err()
}

func (d *parquetDecoder) record(sink schemas.Sink) error {
	d.event.reset()
	d.read(&d.event)
	at := d.rows.Row()
	if p := d.rows.Problem(); p.Reason != "" {
		return sink.Reject(schemas.Reject{Line: at + 1, Offset: at, Reason: p.Reason, Field: p.Field, Message: p.Message})
	}
	row := sink.Row(schemas.JourneyEvent)
	if p := d.draft.fill(row, &d.event); p.reason != "" {
		return sink.Reject(schemas.Reject{Line: at + 1, Offset: at, Reason: p.reason, Field: p.field, Message: p.message})
	}
	row.Line, row.Offset = at+1, at
	return sink.Emit(row)
}
