package jsonscan

import (
	"context"
	"io"

	"waymark/extract"
	"waymark/extract/content"
)

// Text is a stored object read as JSON text: the part of extract.Stream that is the same for every JSON export.
type Text struct {
	stream *Stream
	text   io.Closer
	drift  *Drift
}

// OpenText opens stored, an object of size bytes (0 is unknown), as JSON, compressed or not, in the encoding its mark or the options name. known are the
// top-level fields of records that are no news. Closing it closes stored, and so does an error.
func OpenText(stored io.ReadCloser, size int64, opt extract.Options, known []string, wrapper ...string) (*Text, error) {
	text, err := content.Open(stored, opt.MaxRatio, opt.Encoding)
	if err != nil {
		return nil, content.Quarantine(err)
	}
	o := Options{ChunkBytes: opt.ChunkBytes, MaxRecord: opt.MaxRecord, Buffers: opt.Buffers, Size: text.Size(size), Wrapper: wrapper}
	return &Text{NewStream(text, o), text, NewDrift(known...)}, nil
}

// Next implements extract.Stream.
func (t *Text) Next(ctx context.Context) (extract.Chunk, error) {
	c, err := t.stream.Next(ctx)
	return c, content.Quarantine(err)
}

// Watch returns what finds new fields and values for one decoder.
func (t *Text) Watch() *Watch { return t.drift.Watch() }

// News implements extract.Stream.
func (t *Text) News() extract.News { return t.drift.News() }

// Close implements extract.Stream.
func (t *Text) Close() error { return t.text.Close() }
