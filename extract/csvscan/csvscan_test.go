package csvscan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/extract/content"
	"waymark/schemas"
)

// record is one record as a test sees it.
type record struct {
	Line, Offset int64
	Fields       []string
	Bad          schemas.Reason
}

// readAll reads text through Stream and Reader, all columns wanted.
func readAll(t testing.TB, r io.Reader, o Options) (*Header, []record) {
	t.Helper()
	s, err := Open(r, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cols := make([]int, s.Header().Len())
	for i := range cols {
		cols[i] = i
	}
	rd := NewReader(s.Header(), cols, o.MaxRecord)
	var out []record
	for {
		c, err := s.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return s.Header(), out
		}
		if err != nil {
			t.Fatal(err)
		}
		rd.Reset(c)
		for rd.Next() {
			rec := record{Line: rd.Line, Offset: rd.Offset, Bad: rd.Bad.Reason}
			if rec.Bad == "" {
				for _, f := range rd.Fields {
					rec.Fields = append(rec.Fields, string(f))
				}
			} else if rd.Bad.Line != rd.Line || rd.Bad.Offset != rd.Offset || rd.Bad.Message == "" {
				t.Errorf("reject at line %d is not located: %+v", rd.Line, rd.Bad)
			}
			out = append(out, rec)
		}
		c.Release()
	}
}

func TestRecords(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, c := range []struct {
		name, text string
		o          Options
		want       []record
	}{
		{"plain", "a,b\n1,2\n3,4\n", Options{}, []record{{2, 4, []string{"1", "2"}, ""}, {3, 8, []string{"3", "4"}, ""}}},
		{"no final newline", "a,b\n1,2", Options{}, []record{{2, 4, []string{"1", "2"}, ""}}},
		{"crlf", "a,b\r\n1,2\r\n3,4\r\n", Options{}, []record{{2, 5, []string{"1", "2"}, ""}, {3, 10, []string{"3", "4"}, ""}}},
		{"cr", "a,b\r1,2\r3,4\r", Options{}, []record{{2, 4, []string{"1", "2"}, ""}, {3, 8, []string{"3", "4"}, ""}}},
		{"bom", "\ufeffa,b\n1,2\n", Options{}, []record{{2, 7, []string{"1", "2"}, ""}}},
		{"semicolon", "a;b\n1,5;2\n", Options{}, []record{{2, 4, []string{"1,5", "2"}, ""}}},
		{"tab", "a\tb\n1\t2\n", Options{}, []record{{2, 4, []string{"1", "2"}, ""}}},
		{"given delimiter", "a|b,c\n1|2\n", Options{Delimiter: '|'}, []record{{2, 6, []string{"1", "2"}, ""}}},
		{"excel sep", "sep=;\r\na;b\r\n1;2\r\n", Options{}, []record{{3, 12, []string{"1", "2"}, ""}}},
		{"blank lines", "\n\r\na,b\n\n1,2\n\r\n3,4\n\n", Options{}, []record{{5, 8, []string{"1", "2"}, ""}, {7, 14, []string{"3", "4"}, ""}}},
		{"empty fields", "a,b,c\n,,\n", Options{}, []record{{2, 6, []string{"", "", ""}, ""}}},
		{"quoted", "a,b\n\"1,1\",\"x\n\"\"y\"\"\"\n3,4\n", Options{}, []record{{2, 4, []string{"1,1", "x\n\"y\""}, ""}, {4, 20, []string{"3", "4"}, ""}}},
		{"quoted empty", "a,b\n\"\",\"\"\n", Options{}, []record{{2, 4, []string{"", ""}, ""}}},
		{"quoted crlf", "a,b\r\n\"1\",\"2\"\r\n3,\"4\"\r\n", Options{}, []record{{2, 5, []string{"1", "2"}, ""}, {3, 14, []string{"3", "4"}, ""}}},
		{"quoted header", "\"a\",\"b\n\"\"x\"\n1,2\n", Options{}, []record{{3, 12, []string{"1", "2"}, ""}}},
		{"bare quote", "a,b\n5\" tube,x\n1,2\n", Options{}, []record{{2, 4, []string{"5\" tube", "x"}, ""}, {3, 14, []string{"1", "2"}, ""}}},
		{"text after quote", "a,b\n\"5\"x,y\n1,2\n", Options{}, []record{{2, 4, nil, schemas.Malformed}, {3, 11, []string{"1", "2"}, ""}}},
		{"ragged", "a,b\n1\n1,2,3\n1,2\n", Options{}, []record{{2, 4, nil, schemas.Malformed}, {3, 6, nil, schemas.Malformed}, {4, 12, []string{"1", "2"}, ""}}},
		{"ragged quoted", "a,b\n\"1\"\n\"1\",2,3\n1,2\n", Options{}, []record{{2, 4, nil, schemas.Malformed}, {3, 8, nil, schemas.Malformed}, {4, 16, []string{"1", "2"}, ""}}},
		{"open quote", "a,b\n1,\"2\n3,4\n5,6\n", Options{}, []record{{2, 4, nil, schemas.Truncated}, {3, 9, []string{"3", "4"}, ""}, {4, 13, []string{"5", "6"}, ""}}},
		{"open quote later", "a,b\n\"1\n1\",\"2\n3,4\n", Options{}, []record{{2, 4, nil, schemas.Truncated}, {4, 13, []string{"3", "4"}, ""}}},
		{"latin", "a,b\n1,\xe9\n3,4\n", Options{}, []record{{2, 4, nil, schemas.InvalidUTF8}, {3, 8, []string{"3", "4"}, ""}}},
		{"too large", "a,b\n1," + long + "\n3,4\n", Options{MaxRecord: 50}, []record{{2, 4, nil, schemas.TooLarge}, {3, 107, []string{"3", "4"}, ""}}},
		{"too large quoted", "a,b\n1,\"2\n3,4\n" + long[:40] + "\n5,6\"\n7,8\n", Options{MaxRecord: 50},
			[]record{{2, 4, nil, schemas.TooLarge}, {3, 9, []string{"3", "4"}, ""}, {4, 13, nil, schemas.Malformed}, {5, 54, []string{"5", "6\""}, ""}, {6, 59, []string{"7", "8"}, ""}}},
		{"header only", "a,b\n", Options{}, nil},
		{"header only, no newline", "a,b", Options{}, nil},
		{"empty", "", Options{}, nil},
		{"only bom and blank", "\ufeff\r\n\n", Options{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got := readAll(t, strings.NewReader(c.text), c.o)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			for size := 1; size <= len(c.text); size += 3 { // where chunks are cut makes no difference
				o := c.o
				o.ChunkBytes = size
				_, again := readAll(t, iotest.OneByteReader(strings.NewReader(c.text)), o)
				if d := cmp.Diff(got, again); d != "" {
					t.Errorf("chunks of %d bytes: %s", size, d)
				}
			}
		})
	}
}

func TestHeader(t *testing.T) {
	h, _ := readAll(t, strings.NewReader("\ufeff Id , \"Stage Name\",, Close_Date\n"), Options{})
	if d := cmp.Diff([]string{"Id", "\"Stage Name\"", "", "Close_Date"}, h.Names()); d != "" {
		t.Error(d)
	}
	if h.Col("ID") != 0 || h.Col("close_date ") != 3 || h.Col("") != -1 || h.Col("nope") != -1 {
		t.Error("columns are found by name without regard to case")
	}
	for name, want := range map[string]string{"CloseDate": "Close_Date", "ID": "Id", "Amount": "", "ClosDate": "Close_Date"} {
		if got := h.Closest(name); got != want {
			t.Errorf("closest to %s is %q, want %q", name, got, want)
		}
	}
	if q := h.Missing("CloseDate"); q.Reason != schemas.MissingRequired || q.Field != "CloseDate" || !strings.Contains(q.Message, "Close_Date") {
		t.Errorf("quarantine without a hint: %v", q)
	}
}

func TestHeaderQuarantine(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		reason schemas.Reason
	}{
		"twice":    {"a,b,A\n1,2,3\n", schemas.Malformed},
		"latin":    {"a,\xe9\n", schemas.InvalidUTF8},
		"too long": {"\"" + strings.Repeat("a,b\n", 3<<20), schemas.TooLarge},
	} {
		_, err := Open(strings.NewReader(c.text), Options{})
		var q *extract.Quarantine
		if !errors.As(err, &q) || q.Reason != c.reason {
			t.Errorf("%s: got %v, want %s", name, err, c.reason)
		}
	}
}

func TestReadErrors(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("a,b\n1,2\n"), iotest.ErrReader(content.ErrTruncated))
	_, err := Open(broken, Options{})
	var q *extract.Quarantine
	if !errors.As(err, &q) || q.Reason != schemas.Truncated {
		t.Errorf("a truncated archive gives %v", err)
	}
	other := errors.New("connection lost")
	if _, err := Open(iotest.ErrReader(other), Options{}); !errors.Is(err, other) {
		t.Errorf("a read error gives %v", err)
	}
	s, err := Open(strings.NewReader("a\n1\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context gives %v", err)
	}
}

// Chunks tile the object: each begins where the one before ended, and only the first is preceded by the header.
func TestChunksTile(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,text\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "%d,\"line %d\nmore\"\n", i, i)
	}
	s, err := Open(strings.NewReader(b.String()), Options{ChunkBytes: 4096})
	if err != nil {
		t.Fatal(err)
	}
	offset, line, n := int64(len("id,text\n")), int64(2), 0
	for ; ; n++ {
		c, err := s.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if c.Index != n || c.Offset != offset || c.Line != line {
			t.Fatalf("chunk %d at offset %d line %d, want %d at %d, %d", c.Index, c.Offset, c.Line, n, offset, line)
		}
		offset, line = offset+int64(len(c.Data)), line+int64(strings.Count(string(c.Data), "\n"))
		c.Release()
	}
	if offset != int64(b.Len()) || n < 20 {
		t.Errorf("%d chunks end at %d of %d", n, offset, b.Len())
	}
}

func TestUnwantedColumns(t *testing.T) {
	s, _ := Open(strings.NewReader("a,b,c,d\n1,2,3,4\n\"5\",\"6\",\"7\",\"8\"\n"), Options{})
	r := NewReader(s.Header(), []int{2, -1, 0}, 0)
	c, _ := s.Next(context.Background())
	r.Reset(c)
	for _, want := range []string{"3  1", "7  5"} {
		if !r.Next() {
			t.Fatal("no record")
		}
		if got := fmt.Sprintf("%s %s %s", r.Fields[0], r.Fields[1], r.Fields[2]); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
