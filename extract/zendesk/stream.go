package zendesk

import (
	"context"
	"errors"
	"io"
	"time"

	"waymark/extract"
	"waymark/extract/content"
	"waymark/extract/field"
	"waymark/extract/jsonscan"
	"waymark/internal/fault"
	"waymark/schemas"
)

// stream is one opened object.
type stream struct {
	*jsonscan.Stream
	kind     kind
	mappings []mapping
	format   field.Format
	country  string
	closers  []io.Closer
}

func open(ctx context.Context, k kind, in extract.Input, opt extract.Options) (_ extract.Stream, err error) {
	s := &stream{kind: k, country: opt.Country, format: field.Format{Location: time.UTC, DecimalComma: opt.DecimalComma}}
	if s.mappings, err = parseMappings(k, opt.Fields); err != nil {
		return nil, err
	}
	if opt.TimeZone != "" {
		if s.format.Location, err = time.LoadLocation(opt.TimeZone); err != nil {
			return nil, fault.New(fault.Invalid, "time zone of the source: %w", err)
		}
	}
	body, err := in.Open(ctx)
	if err != nil {
		return nil, err
	}
	s.closers = []io.Closer{body}
	defer func() {
		if err != nil {
			err = errors.Join(content.Quarantine(err), s.Close())
		}
	}()
	expanded, err := content.Decompress(body, opt.MaxRatio, nil)
	if err != nil {
		return nil, err
	}
	s.closers = []io.Closer{expanded, body}
	text, err := content.ToUTF8(expanded, opt.Encoding)
	if err != nil {
		return nil, err
	}
	s.Stream = jsonscan.NewStream(text, jsonscan.Options{ChunkBytes: opt.ChunkBytes, MaxRecord: opt.MaxRecord, Wrapper: k.wrapper})
	return s, nil
}

// Next implements extract.Stream.
func (s *stream) Next(ctx context.Context) (extract.Chunk, error) {
	c, err := s.Stream.Next(ctx)
	return c, content.Quarantine(err)
}

// NewDecoder implements extract.Stream.
func (s *stream) NewDecoder() extract.Decoder {
	b := &base{format: s.format, country: s.country, mappings: s.mappings}
	return &decoder{record: s.kind.decoder(b)}
}

// NewColumns is always nil: Zendesk adds fields at will, and what Waymark does not know is no drift.
func (s *stream) NewColumns() []string { return nil }

// Close implements extract.Stream.
func (s *stream) Close() error {
	var err error
	for _, c := range s.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}

// decoder decodes chunks record by record.
type decoder struct {
	record func(rec *jsonscan.Record, sink schemas.Sink) error
	rec    jsonscan.Record // here and not in Decode, so that it is not allocated for each record
}

// Decode implements extract.Decoder.
func (d *decoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	n := int64(0)
	for rec := range jsonscan.Records(c) {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var err error
		if rec.Reason != "" {
			err = sink.Reject(rec.Rejection(nil))
		} else {
			d.rec = rec
			err = d.record(&d.rec, sink)
		}
		if err != nil {
			return err
		}
	}
	sink.Records(n)
	return nil
}
