package csvscan

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"waymark/schemas"
)

func seeds(f *testing.F) {
	for _, s := range []string{
		"", "a,b\n1,2\n", "a,b\r\n\"1\",\"x\"\"y\"\r\n", "a;b\n1;2\n", "\xef\xbb\xbfa\tb\n\t\n", "a,b\n\"x\ny\",2\n1,\"open\n3,4\n",
		"a\r1\r2\r", "sep=;\na;b\n1;2\n", "a,b\n\"x\"y,1\n1,2,3\n\n\xff,1\n", "\"a\nb\",c\n\"\",\"\"\n", "a,b\n1,\"\"\"\"\n,\"\n",
	} {
		f.Add([]byte(s), uint8(5), uint8(20))
	}
}

// However chunks are cut the records are the same, they follow one another, and between them is nothing but line ends.
func FuzzReader(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte, chunk, limit uint8) {
		whole := Options{MaxRecord: int(limit) + 8}
		s, err := Open(bytes.NewReader(data), whole)
		if err != nil {
			return
		}
		end := s.offset
		_, want := readAll(t, bytes.NewReader(data), whole)
		cut := whole
		cut.ChunkBytes = int(chunk) + 1
		if _, got := readAll(t, bytes.NewReader(data), cut); cmp.Diff(want, got) != "" {
			t.Fatal(cmp.Diff(want, got))
		}
		cols := make([]int, s.header.Len())
		for i := range cols {
			cols[i] = i
		}
		rd := NewReader(s.header, cols, whole.MaxRecord)
		for {
			c, err := s.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			for rd.Reset(c); rd.Next(); end = rd.Offset + int64(len(rd.Raw)) {
				if rd.Offset < end || strings.Trim(string(data[end:rd.Offset]), "\r\n") != "" {
					t.Fatalf("bytes %d to %d belong to no record", end, rd.Offset)
				}
				if lines := int64(bytes.Count(data[:rd.Offset], []byte{s.header.eol})) + 1; lines != rd.Line && s.header.eol == '\n' && !bytes.Contains(data, []byte{'\r'}) {
					t.Fatalf("record at offset %d is on line %d, reported %d", rd.Offset, lines, rd.Line)
				}
			}
		}
		if s.header.Len() > 0 && strings.Trim(string(data[end:]), "\r\n") != "" {
			t.Fatalf("bytes from %d belong to no record", end)
		}
	})
}

// What encoding/csv accepts in its strict mode has the same fields here.
func FuzzAgainstEncodingCSV(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte, chunk, _ uint8) {
		lone := bytes.Contains(bytes.ReplaceAll(data, []byte("\r\n"), nil), []byte("\r"))
		if lone || bytes.Contains(data, []byte("sep=")) || bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) || !utf8.Valid(data) {
			return // what encoding/csv does not know
		}
		want, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil || len(want) == 0 {
			return
		}
		s, err := Open(bytes.NewReader(data), Options{Delimiter: ','})
		if err != nil {
			return // names twice
		}
		for i, name := range want[0] {
			want[0][i] = strings.TrimSpace(name)
		}
		if got := unixLines(s.header.Names()); !slices.Equal(got, unixLines(want[0])) {
			t.Fatalf("header %q, want %q", got, want[0])
		}
		_, got := readAll(t, bytes.NewReader(data), Options{Delimiter: ',', ChunkBytes: int(chunk) + 1})
		if len(got) != len(want)-1 {
			t.Fatalf("%d records, want %d", len(got), len(want)-1)
		}
		for i, rec := range got {
			if rec.Bad != "" || !slices.Equal(unixLines(rec.Fields), want[i+1]) {
				t.Fatalf("record %d: %q (%s), want %q", i, rec.Fields, rec.Bad, want[i+1])
			}
		}
	})
}

// unixLines does what encoding/csv does to line ends inside quotes.
func unixLines(fields []string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = strings.ReplaceAll(f, "\r\n", "\n")
	}
	return out
}

// A hostile object must not make reading quadratic: each open quote is looked at once.
func TestManyOpenQuotesAreLinear(t *testing.T) {
	text := "a,b\n" + strings.Repeat("x\",\"y\n", 400_000)
	_, got := readAll(t, strings.NewReader(text), Options{})
	bad := 0
	for _, r := range got {
		if r.Bad == schemas.Truncated {
			bad++
		}
	}
	if bad > 1 {
		t.Errorf("%d records run to the end of the object", bad)
	}
}
