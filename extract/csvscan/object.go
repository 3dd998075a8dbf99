package csvscan

import (
	"context"
	"errors"

	"waymark/extract"
	"waymark/extract/content"
)

// OpenObject opens one stored object as CSV: compressed or not, in the encoding its mark or the options name. The
// stream closes what was opened.
func OpenObject(ctx context.Context, in extract.Input, opt extract.Options) (*Stream, error) {
	stored, err := in.Open(ctx)
	if err != nil {
		return nil, err
	}
	text, err := content.Open(stored, opt.MaxRatio, opt.Encoding)
	if err != nil {
		return nil, readError(err, 1)
	}
	s, err := Open(text, Options{Delimiter: opt.Delimiter, ChunkBytes: opt.ChunkBytes, MaxRecord: opt.MaxRecord, Buffers: opt.Buffers, Size: text.Size(in.Size)})
	if err != nil {
		return nil, errors.Join(err, text.Close())
	}
	s.text = text
	return s, nil
}
