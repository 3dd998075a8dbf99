package ga4

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"waymark/extract"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// Events is the export "events" of system "ga4".
func Events() extract.Export {
	return extract.Export{
		System: "ga4", Name: "events", Version: 1,
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

// wantProps reports whether any field comes from user_properties.
func (s *settings) wantProps() bool {
	return slices.ContainsFunc(s.extras, func(x extra) bool { return x.user })
}

// drafter returns a new drafter for one worker.
func (s *settings) drafter() drafter {
	return drafter{extras: s.extras, currency: []byte(s.currency), version: s.version, wantProps: s.wantProps()}
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
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.Join(err, body.Close())
	}
	head = head[:n]
	if string(head) == "PAR1" {
		if err := body.Close(); err != nil {
			return nil, err
		}
		return openParquet(ctx, in, set, opt)
	}
	text, err := jsonscan.OpenText(rewound{io.MultiReader(bytes.NewReader(head), body), body}, in.Size, opt, ignored)
	if err != nil {
		return nil, err
	}
	return &jsonStream{text, set}, nil
}

// rewound is an object of which the beginning is read again.
type rewound struct {
	io.Reader
	io.Closer
}
