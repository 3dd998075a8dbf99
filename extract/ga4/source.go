package ga4

import (
	"context"
	"errors"
	"io"

	"waymark/extract"
	"waymark/extract/content"
	"waymark/extract/jsonscan"
)

// jsonStream is one opened object of JSON text, compressed or not.
type jsonStream struct {
	*jsonscan.Stream
	settings settings
	closers  []io.Closer
}

func openJSON(r io.Reader, body io.Closer, set settings, opt extract.Options) (_ extract.Stream, err error) {
	s := &jsonStream{settings: set, closers: []io.Closer{body}}
	defer func() {
		if err != nil {
			err = errors.Join(content.Quarantine(err), s.Close())
		}
	}()
	expanded, err := content.Decompress(r, opt.MaxRatio, nil)
	if err != nil {
		return nil, err
	}
	s.closers = []io.Closer{expanded, body}
	text, err := content.ToUTF8(expanded, opt.Encoding)
	if err != nil {
		return nil, err
	}
	s.Stream = jsonscan.NewStream(text, jsonscan.Options{ChunkBytes: opt.ChunkBytes, MaxRecord: opt.MaxRecord})
	return s, nil
}

// Next implements extract.Stream.
func (s *jsonStream) Next(ctx context.Context) (extract.Chunk, error) {
	c, err := s.Stream.Next(ctx)
	return c, content.Quarantine(err)
}

// NewDecoder implements extract.Stream.
func (s *jsonStream) NewDecoder() extract.Decoder { return &jsonDecoder{draft: s.settings.drafter()} }

// NewColumns is always nil: GA4 adds fields at will, and what Waymark does not know is no drift.
func (s *jsonStream) NewColumns() []string { return nil }

// Close implements extract.Stream.
func (s *jsonStream) Close() error {
	var err error
	for _, c := range s.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}
