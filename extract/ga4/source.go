package ga4

import (
	"waymark/extract"
	"waymark/extract/jsonscan"
)

// jsonStream is one opened object of JSON text, compressed or not.
type jsonStream struct {
	*jsonscan.Text
	settings settings
}

// NewDecoder implements extract.Stream.
func (s *jsonStream) NewDecoder() extract.Decoder {
	return &jsonDecoder{draft: s.settings.drafter(), news: s.Watch()}
}
