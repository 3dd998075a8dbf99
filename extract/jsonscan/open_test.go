package jsonscan

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"waymark/extract"
	"waymark/schemas"
)

// stored counts how often it is closed.
type stored struct {
	io.Reader
	closed int
}

func (s *stored) Close() error { s.closed++; return nil }

func TestOpenText(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(`{"tickets":[{"id":1},{"id":2}],"count":2}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := &stored{Reader: bytes.NewReader(packed.Bytes())}
	o, err := OpenText(s, 0, extract.Options{}, nil, "tickets")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for {
		c, err := o.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for rec := range Records(c) {
			got = append(got, string(rec.Data))
		}
	}
	if text := strings.Join(got, " "); text != `{"id":1} {"id":2}` {
		t.Errorf("records: %s", text)
	}
	if err := o.Close(); err != nil || s.closed != 1 {
		t.Errorf("%v, closed %d times", err, s.closed)
	}
}

func TestTextThatCannotBeUsed(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for range 20_000 {
		if _, err := w.Write([]byte(`{"id":1}` + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	o, err := OpenText(&stored{Reader: bytes.NewReader(packed.Bytes()[:packed.Len()/2])}, 0, extract.Options{}, nil)
	for err == nil {
		_, err = o.Next(t.Context())
	}
	if q := (*extract.Quarantine)(nil); !errors.As(err, &q) || q.Reason != schemas.Truncated {
		t.Errorf("cut object: %v", err)
	}
	s := &stored{Reader: strings.NewReader("{}")}
	_, err = OpenText(s, 0, extract.Options{Encoding: "klingon"}, nil)
	if q := (*extract.Quarantine)(nil); !errors.As(err, &q) || q.Reason != schemas.InvalidUTF8 || s.closed != 1 {
		t.Errorf("unknown encoding: %v, closed %d times", err, s.closed)
	}
}
