package csvscan

import (
	"context"
	"errors"
	"io"

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
	closers := []io.Closer{stored}
	s, err := openText(stored, &closers, opt)
	if err != nil {
		return nil, errors.Join(err, closeAll(closers))
	}
	s.closers = closers
	return s, nil
}

func openText(stored io.Reader, closers *[]io.Closer, opt extract.Options) (*Stream, error) {
	plain, err := content.Decompress(stored, opt.MaxRatio, nil)
	if err != nil {
		return nil, readError(err, 1)
	}
	*closers = append(*closers, plain)
	text, err := content.ToUTF8(plain, opt.Encoding)
	if err != nil {
		return nil, readError(err, 1)
	}
	return Open(text, Options{Delimiter: opt.Delimiter, ChunkBytes: opt.ChunkBytes, MaxRecord: opt.MaxRecord})
}

// closeAll closes in reverse order of opening.
func closeAll(closers []io.Closer) error {
	var errs []error
	for i := len(closers) - 1; i >= 0; i-- {
		errs = append(errs, closers[i].Close())
	}
	return errors.Join(errs...)
}
