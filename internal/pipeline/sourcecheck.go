package pipeline

import (
	"bytes"
	"context"
	"io"

	"waymark/configs"
	"waymark/extract"
	"waymark/extract/content"
	"waymark/internal/fault"
)

// checkOptions finds options that the export cannot work with before a run meets them: it opens an empty object with
// them. It returns the key at fault. What an empty object lacks is not the options' fault.
func (s *Source) checkOptions(cfg *configs.Config) (key string, err error) {
	if err := content.CheckEncoding(s.Config.Encoding); err != nil {
		return "encoding", err
	}
	stream, err := s.Export.Open(context.Background(), extract.Input{
		Name:   s.Config.Name,
		Open:   func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(nil)), nil },
		ReadAt: func(context.Context, []byte, int64) (int, error) { return 0, io.EOF },
	}, s.Options(cfg))
	switch {
	case err == nil:
		return "", stream.Close()
	case fault.Is(err, fault.Invalid):
		return "fields", err
	}
	return "", nil
}
