package ga4

import (
	"bytes"
	"context"
	"errors"
	"io"

	"waymark/extract"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// Events is the export "events" of system "ga4".
func Events() extract.Export {
	return extract.Export{
		System: "ga4", Name: "events",
		Tables:     []*schemas.Table{schemas.JourneyEvent},
		Open:       open,
		Supersedes: supersedes,
	}
}

// settings are what the decoders of one object share.
type settings struct {
	extras   []extra
	currency string
	version  int64
}

// drafter returns a new drafter for one worker.
func (s *settings) drafter() drafter {
	d := drafter{extras: s.extras, currency: []byte(s.currency), version: s.version}
	for i := range s.extras {
		d.wantProps = d.wantProps || s.extras[i].user
	}
	return d
}

// open recognises Parquet by its first bytes; everything else is JSON text, compressed or not.
func open(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
	extras, err := parseFields(opt.Fields)
	if err != nil {
		return nil, err
	}
	set := settings{extras: extras, currency: opt.Currency, version: in.Modified}
	body, err := in.Open(ctx)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 4)
	n, err := io.ReadFull(body, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, errors.Join(err, body.Close())
	}
	head = head[:n]
	if string(head) == "PAR1" {
		if err := body.Close(); err != nil {
			return nil, err
		}
		return openParquet(ctx, in, set, opt)
	}
	return openJSON(io.MultiReader(bytes.NewReader(head), body), body, set, opt)
}

// jsonStream is one opened object of JSON text.
type jsonStream struct {
	*jsonscan.Stream
	settings settings
	closers  []io.Closer
}

func (s *jsonStream) NewDecoder() extract.Decoder { return &jsonDecoder{draft: s.settings.drafter()} }

// NewColumns is always nil: GA4 adds fields at will, and what Waymark does not know is no drift.
func (s *jsonStream) NewColumns() []string { return nil }

func (s *jsonStream) Close() error {
	var err error
	for _, c := range s.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}
