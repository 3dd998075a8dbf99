package csvscan

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"waymark/extract"
	"waymark/internal/fault"
	"waymark/schemas"
)

// object is a stored object that knows whether it was closed.
type object struct {
	io.Reader
	closed bool
}

func (o *object) Close() error { o.closed = true; return nil }

func stored(data []byte) (extract.Input, *object) {
	o := &object{Reader: bytes.NewReader(data)}
	return extract.Input{Name: "test", Open: func(context.Context) (io.ReadCloser, error) { return o, nil }}, o
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func wideText(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func TestOpenObject(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		opt  extract.Options
	}{
		"gzip":         {zipped("imię,b\nŻółw,2\n"), extract.Options{}},
		"utf-16":       {wideText("imię;b\r\nŻółw;2\r\n"), extract.Options{}},
		"windows-1250": {[]byte("imi\xea,b\n\xaf\xf3\xb3w,2\n"), extract.Options{Encoding: "windows-1250"}},
	} {
		in, o := stored(c.data)
		s, err := OpenObject(context.Background(), in, c.opt)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r := NewReader(s.Header(), []int{s.Header().Col("Imię")}, 0)
		chunk, err := s.Next(context.Background())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Reset(chunk); !r.Next() || string(r.Fields[0]) != "Żółw" {
			t.Errorf("%s: read %q", name, r.Fields[0])
		}
		if err := s.Close(); err != nil || !o.closed {
			t.Errorf("%s: closed %v, %v", name, o.closed, err)
		}
	}
}

func TestOpenObjectAtFault(t *testing.T) {
	whole := zipped("a,b\n" + strings.Repeat("1234567890,x\n", 50_000))
	in, _ := stored(whole[:len(whole)-20])
	s, err := OpenObject(context.Background(), in, extract.Options{ChunkBytes: 1 << 16})
	for err == nil {
		_, err = s.Next(context.Background())
	}
	var q *extract.Quarantine
	if !errors.As(err, &q) || q.Reason != schemas.Truncated || q.Line == 0 {
		t.Errorf("a truncated archive gives %v", err)
	}
	in, o := stored([]byte("a,a\n"))
	if _, err := OpenObject(context.Background(), in, extract.Options{}); !errors.As(err, &q) || !o.closed {
		t.Errorf("closed %v, %v", o.closed, err)
	}
	for _, d := range []byte{'"', '\n', 0xe9} {
		in, _ = stored([]byte("a\n"))
		if _, err := OpenObject(context.Background(), in, extract.Options{Delimiter: d}); !fault.Is(err, fault.Invalid) {
			t.Errorf("delimiter %q: %v", d, err)
		}
	}
	lost := fault.New(fault.Transient, "connection lost")
	in.Open = func(context.Context) (io.ReadCloser, error) { return nil, lost }
	if _, err := OpenObject(context.Background(), in, extract.Options{}); !fault.Is(err, fault.Transient) {
		t.Errorf("an object that does not open: %v", err)
	}
}

// A record of ten megabytes in small chunks, and its neighbours.
func TestLargeRecord(t *testing.T) {
	large := strings.Repeat("a line of \"\"text\"\", and more\n", 10<<20/29)
	text := fmt.Sprintf("id,text,end\n1,small,x\n2,\"%s\",x\n3,small,x\n", large)
	_, got := readAll(t, strings.NewReader(text), Options{ChunkBytes: 1 << 20})
	if len(got) != 3 || got[1].Bad != "" || len(got[1].Fields[1]) != len(large)-2*strings.Count(large, "\"\"")/2 || got[2].Fields[0] != "3" {
		t.Fatalf("%d records", len(got))
	}
	if want := int64(4 + strings.Count(large, "\n")); got[2].Line != want {
		t.Errorf("the record behind it is on line %d, want %d", got[2].Line, want)
	}
}
