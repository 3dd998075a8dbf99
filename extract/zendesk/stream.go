package zendesk

import (
	"context"

	"waymark/extract"
	"waymark/extract/field"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// stream is one opened object.
type stream struct {
	*jsonscan.Text
	kind     kind
	mappings []mapping
	format   field.Format
	country  string
}

func open(ctx context.Context, k kind, in extract.Input, opt extract.Options) (extract.Stream, error) {
	format, err := field.NewFormat(opt)
	if err != nil {
		return nil, err
	}
	s := &stream{kind: k, country: opt.Country, format: format}
	if s.mappings, err = parseMappings(k, opt.Fields); err != nil {
		return nil, err
	}
	stored, err := in.Open(ctx)
	if err != nil {
		return nil, err
	}
	if s.Text, err = jsonscan.OpenText(stored, in.Size, opt, s.known(), k.wrapper...); err != nil {
		return nil, err
	}
	return s, nil
}

// NewDecoder implements extract.Stream.
func (s *stream) NewDecoder() extract.Decoder {
	b := &base{format: s.format, country: s.country, mappings: s.mappings, news: s.Watch()}
	return &decoder{record: s.kind.decoder(b)}
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
