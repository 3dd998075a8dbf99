package content

import (
	"errors"
	"io"
)

// text is an object's text; it closes the decompressor and then what is stored.
type text struct {
	io.Reader
	expanded, stored io.Closer
}

func (t *text) Close() error { return errors.Join(t.expanded.Close(), t.stored.Close()) }

// Open returns the UTF-8 text of a stored object: Decompress and ToUTF8 in turn. Closing it closes stored, and so does
// an error.
func Open(stored io.ReadCloser, maxRatio int, encoding string) (io.ReadCloser, error) {
	expanded, err := Decompress(stored, maxRatio, nil)
	if err != nil {
		return nil, errors.Join(err, stored.Close())
	}
	utf8, err := ToUTF8(expanded, encoding)
	if err != nil {
		return nil, errors.Join(err, expanded.Close(), stored.Close())
	}
	return &text{utf8, expanded, stored}, nil
}
