package content

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// closable counts how often it is closed.
type closable struct {
	io.Reader
	closed int
}

func (c *closable) Close() error { c.closed++; return nil }

func TestOpen(t *testing.T) {
	for _, c := range []struct{ stored, encoding, want string }{
		{"plain", "", "plain"}, {string(gz(t, "\xef\xbb\xbfpacked")), "", "packed"}, {string(gz(t, "za\xbf\xf3\xb3\xe6")), "windows-1250", "zażółć"}, {"", "", ""},
	} {
		stored := &closable{Reader: strings.NewReader(c.stored)}
		r, err := Open(stored, 0, c.encoding)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || string(got) != c.want || stored.closed != 1 {
			t.Errorf("%q, %v, closed %d times; want %q", got, err, stored.closed, c.want)
		}
	}
}

func TestOpenClosesWhatItRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		stored, encoding string
		want             error
	}{
		"damaged":  {"\x1f\x8b\x08\xff", "", ErrTruncated},
		"encoding": {"text", "klingon", ErrEncoding},
	} {
		stored := &closable{Reader: strings.NewReader(c.stored)}
		if _, err := Open(stored, 0, c.encoding); !errors.Is(err, c.want) || stored.closed != 1 {
			t.Errorf("%s: %v, closed %d times", name, err, stored.closed)
		}
	}
}
