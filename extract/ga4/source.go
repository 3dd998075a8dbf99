package ga4

import (
	"io"

	"waymark/extract"
	"waymark/extract/jsonscan"
)

func openJSON(r io.Reader, body io.Closer, set settings, opt extract.Options) (extract.Stream, error) {
	return &jsonStream{
		Stream:   jsonscan.NewStream(r, jsonscan.Options{ChunkBytes: opt.ChunkBytes, MaxRecord: opt.MaxRecord}),
		settings: set, closers: []io.Closer{body},
	}, nil
}
