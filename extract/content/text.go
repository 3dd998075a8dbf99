package content

import (
	"errors"
	"io"
)

// Text is an object's text; it closes the decompressor and then what is stored.
type Text struct {
	io.Reader
	compressed       bool
	expanded, stored io.Closer
}

// Close closes the decompressor and what is stored.
func (t *Text) Close() error { return errors.Join(t.expanded.Close(), t.stored.Close()) }

// Size is about how long the text is when stored bytes are stored, 0 where it is not known.
func (t *Text) Size(stored int64) int64 {
	if t.compressed {
		return 0
	}
	return stored
}

// Open returns the UTF-8 text of a stored object: Decompress and ToUTF8 in turn. Closing it closes stored, and so does
// an error.
func Open(stored io.ReadCloser, maxRatio int, encoding string) (*Text, error) {
	expanded, err := Decompress(stored, maxRatio, nil)
	if err != nil {
		return nil, errors.Join(err, stored.Close())
	}
	utf8, err := ToUTF8(expanded, encoding)
	if err != nil {
		return nil, errors.Join(err, expanded.Close(), stored.Close())
	}
	_, compressed := expanded.(*decompressor)
	return &Text{utf8, compressed, expanded, stored}, nil
}
