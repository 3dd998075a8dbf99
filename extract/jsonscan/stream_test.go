package jsonscan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"waymark/schemas"
)

type got struct {
	Data   string
	Line   int64
	Reason schemas.Reason
}

// collect reads a whole stream and checks what holds for any input: chunks are numbered, offsets and lines point at
// the records, buffers may be recycled at once.
func collect(t testing.TB, text string, o Options) []got {
	t.Helper()
	s := NewStream(iotest.HalfReader(strings.NewReader(text)), o)
	var out []got
	for i := 0; ; i++ {
		c, err := s.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if c.Index != i {
			t.Fatalf("chunk %d has index %d", i, c.Index)
		}
		for r := range Records(c) {
			if r.Offset < 0 || int(r.Offset) > len(text) || !strings.HasPrefix(text[r.Offset:], string(r.Data)) {
				t.Fatalf("record %q is not at offset %d of %q (%v)", r.Data, r.Offset, text, o)
			}
			if line := int64(strings.Count(text[:r.Offset], "\n")) + 1; r.Line != line {
				t.Fatalf("record %q at offset %d says line %d, is %d (%+v, chunk %+v)", r.Data, r.Offset, r.Line, line, o, c.Part)
			}
			d := string(r.Data)
			if r.Reason != "" {
				d = ""
			}
			out = append(out, got{d, r.Line, r.Reason})
		}
		if c.Release != nil {
			for i := range c.Data {
				c.Data[i] = 'X' // whoever still reads it will show
			}
			c.Release()
		}
	}
}

func TestLayouts(t *testing.T) {
	a, b := `{"id":1}`, `{"id":2,"s":"}]\"{"}`
	both := []got{{a, 1, ""}, {b, 2, ""}}
	tickets := []string{"tickets"}
	for name, tt := range map[string]struct {
		in      string
		wrapper []string
		want    []got
	}{
		"empty":              {"", nil, nil},
		"blank":              {" \n\r\n", nil, nil},
		"lines":              {a + "\n" + b + "\n", nil, both},
		"lines CRLF":         {a + "\r\n" + b + "\r\n", nil, both},
		"no last line end":   {a + "\n" + b, nil, both},
		"blank lines":        {"\n\n" + a + "\n \r\n" + b + "\n\n", nil, []got{{a, 3, ""}, {b, 5, ""}}},
		"malformed line":     {a + "\n{\"x\":\n" + b, nil, []got{{a, 1, ""}, {`{"x":`, 2, ""}, {b, 3, ""}}},
		"malformed first":    {"{\"x\":\n" + a + "\n" + b, nil, []got{{`{"x":`, 1, ""}, {a, 2, ""}, {b, 3, ""}}},
		"array":              {"[" + a + "," + b + "]", nil, []got{{a, 1, ""}, {b, 1, ""}}},
		"array by line":      {"[" + a + ",\n" + b + "\n]\n", nil, both},
		"empty array":        {"[]", nil, nil},
		"page":               {`{"tickets":[` + a + `,` + b + `],"end_time":1,"count":2}`, tickets, []got{{a, 1, ""}, {b, 1, ""}}},
		"page, key last":     {`{"count":2,"x":{"tickets":[1]},"tickets":[` + a + `,` + b + `]}`, tickets, []got{{a, 1, ""}, {b, 1, ""}}},
		"page by line":       {`{"tickets":[` + a + "]}\n{\"tickets\":[]}\n" + `{"tickets":[` + b + `],"users":[{"id":9},[]],"z":null}`, tickets, []got{{a, 1, ""}, {b, 3, ""}}},
		"pages concatenated": {`{"tickets":[` + a + `]}{"tickets":[` + b + `]}`, tickets, []got{{a, 1, ""}, {b, 1, ""}}},
		"lines with wrapper": {a + "\n" + b, tickets, both},
		"pretty page":        {"{\n  \"tickets\": [\n    {\n      \"id\": 1\n    },\n    " + b + "\n  ],\n  \"count\": 2\n}\n", tickets, []got{{"{\n      \"id\": 1\n    }", 3, ""}, {b, 6, ""}}},
		"document":           {"{\n \"schedule\": {\n  \"id\": 1}\n}\n", nil, []got{{"{\n \"schedule\": {\n  \"id\": 1}\n}", 1, ""}}},
		"wrapped document":   {"{\n \"schedule\": {\n  \"id\": 1}\n}\n", []string{"schedule"}, []got{{"{\n  \"id\": 1}", 2, ""}}},
		"two documents":      {"{\n\"a\":1}\n{\n\"a\":2}\n", nil, []got{{"{\n\"a\":1}", 1, ""}, {"{\n\"a\":2}", 3, ""}}},
		"scalars":            {"[1,\"x\",null]", nil, []got{{"1", 1, ""}, {`"x"`, 1, ""}, {"null", 1, ""}}},
		"malformed element":  {"[" + a + ",{\"x\":tru}," + b + "]", nil, []got{{a, 1, ""}, {`{"x":tru}`, 1, ""}, {b, 1, ""}}},
		"unbalanced element": {"[" + a + ",\n{\"x\":[1},\n" + b + "\n]", nil, []got{{a, 1, ""}, {"", 2, "malformed"}, {b, 3, ""}, {"", 4, "malformed"}}},
		"open string":        {"[" + a + ",\n{\"x\":\"1},\n" + b + "\n]", nil, []got{{a, 1, ""}, {"", 2, "malformed"}, {b, 3, ""}, {"", 4, "malformed"}}},
		"cut page line":      {`{"tickets":[` + a + ",{\"id\":\n" + `{"tickets":[` + b + `]}`, tickets, []got{{a, 1, ""}, {"", 1, "truncated"}, {b, 2, ""}}},
		"cut array":          {"[" + a + ",\n" + b, nil, []got{{a, 1, ""}, {b, 2, ""}, {"", 2, "truncated"}}},
		"cut element":        {"[" + a + ",\n" + b[:5], nil, []got{{a, 1, ""}, {"", 2, "truncated"}}},
		"text behind":        {"[" + a + "]x", nil, []got{{a, 1, ""}, {"", 1, "malformed"}}},
		"garbage":            {"hello\nworld", nil, []got{{"hello", 1, ""}, {"world", 2, ""}}},
	} {
		for _, size := range []int{1, 2, 7, 30, 1000, 0} {
			if d := cmp.Diff(tt.want, collect(t, tt.in, Options{ChunkBytes: size, Wrapper: tt.wrapper})); d != "" {
				t.Errorf("%s, chunks of %d: %s", name, size, d)
			}
		}
	}
}

func TestTooLarge(t *testing.T) {
	big := func(n int) string { return `{"s":"` + strings.Repeat("x", n-8) + `"}` }
	fits, over := big(100), big(200)
	want := []got{{fits, 1, ""}, {"", 2, "too_large"}, {fits, 3, ""}, {"", 4, "too_large"}, {"", 5, "too_large"}}
	for _, size := range []int{1, 64, 150, 1000} {
		o := Options{ChunkBytes: size, MaxRecord: 100}
		if d := cmp.Diff(want, collect(t, fits+"\n"+over+"\r\n"+fits+"\n"+big(5000)+"\n"+over, o)); d != "" {
			t.Errorf("lines, chunks of %d: %s", size, d)
		}
		o.Wrapper = []string{"tickets"}
		page := `{"tickets":[` + fits + ",\n" + over + ",\n" + fits + ",\n" + big(5000) + ",\n" + over + `],"count":5}`
		if d := cmp.Diff(want, collect(t, page, o)); d != "" {
			t.Errorf("page, chunks of %d: %s", size, d)
		}
	}
}

// TestChunking holds that chunk sizes never change what is read, over random texts.
func TestChunking(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		text, wrapper := randomText(rnd)
		want := collect(t, text, Options{Wrapper: wrapper})
		for _, size := range []int{1, 13, 64, 200} {
			if d := cmp.Diff(want, collect(t, text, Options{ChunkBytes: size, Wrapper: wrapper})); d != "" {
				t.Fatalf("chunks of %d of %q: %s", size, text, d)
			}
		}
	}
}

func randomText(rnd *rand.Rand) (string, []string) {
	var b bytes.Buffer
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	rec := func() string {
		s := fmt.Sprintf(`{"id":%d,"t":"%s"}`, rnd.IntN(1000), strings.Repeat(pick("a", `\"`, "é", "}{", "]"), rnd.IntN(20)))
		if rnd.IntN(12) == 0 {
			s = s[:rnd.IntN(len(s))] + pick("", "]", "\"")
		}
		return s
	}
	n := rnd.IntN(10)
	switch rnd.IntN(3) {
	case 0:
		for range n {
			b.WriteString(rec() + pick("\n", "\r\n", "\n\n"))
		}
		return b.String(), nil
	case 1:
		b.WriteString("[")
		for i := range n {
			if i > 0 {
				b.WriteString(pick(",", ",\n  "))
			}
			b.WriteString(rec())
		}
		b.WriteString("]\n")
		return b.String(), nil
	default:
		for range n {
			b.WriteString(`{"n":1,"tickets":[` + rec() + pick(",", ",\n") + rec() + `],"other":[1,{"a":[2]}]}` + pick("", "\n"))
		}
		return b.String(), []string{"tickets"}
	}
}

func TestReadErrorIsReturned(t *testing.T) {
	boom := errors.New("boom")
	for _, text := range []string{`{"a":1}` + "\n", `[{"a":1},`} {
		s := NewStream(io.MultiReader(strings.NewReader(text), iotest.ErrReader(boom)), Options{})
		if _, err := s.Next(context.Background()); !errors.Is(err, boom) {
			t.Errorf("Next = %v", err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewStream(strings.NewReader("{}"), Options{}).Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Next = %v", err)
	}
}

func TestTruncatedLine(t *testing.T) {
	for text, want := range map[string]schemas.Reason{`{"a":1,"b`: schemas.Truncated, `{"a":1,"b` + "\n": schemas.Malformed, `{"a":x`: schemas.Malformed} {
		c, err := NewStream(strings.NewReader(text), Options{}).Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for r := range Records(c) {
			var cur Cursor
			cur.Reset(r.Data)
			cur.Skip()
			if got := r.Rejection(cur.End()); got.Reason != want || got.Line != 1 || string(got.Record) != string(r.Data) {
				t.Errorf("%q: %+v, want %s", text, got, want)
			}
		}
	}
}

func TestBuffersAreRecycled(t *testing.T) {
	text := strings.Repeat(`{"id":123456789}`+"\n", 100_000)
	s := NewStream(strings.NewReader(text), Options{ChunkBytes: 64 << 10})
	n, buffers := 0, map[*byte]bool{}
	for {
		c, err := s.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		for range Records(c) {
			n++
		}
		buffers[&c.Data[0]] = true
		c.Release()
	}
	if n != 100_000 || len(buffers) > 3 {
		t.Errorf("%d records, %d buffers", n, len(buffers))
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(`{"tickets":[{"a":1},{"b":"]"}],"x":[1]}`), byte(9), true)
	f.Add([]byte("{\"a\":1}\n{\"b\":\n\n[1]"), byte(3), false)
	f.Add([]byte("[{\"a\":1},\n{\"b\":[}\n]{"), byte(1), false)
	f.Fuzz(func(t *testing.T, data []byte, size byte, wrap bool) {
		o := Options{MaxRecord: 64}
		if wrap {
			o.Wrapper = []string{"tickets"}
		}
		want := collect(t, string(data), o)
		o.ChunkBytes = int(size) + 1
		if d := cmp.Diff(want, collect(t, string(data), o)); d != "" {
			t.Fatalf("chunks of %d: %s", o.ChunkBytes, d)
		}
	})
}

// Where lines are so short that to note their ends would take as much memory as they do, they are looked for again.
func TestShortLines(t *testing.T) {
	for _, text := range []string{strings.Repeat("\n", 5000), strings.Repeat("1\n", 5000), strings.Repeat(`{"a":"`+strings.Repeat("x", 100)+"\"}\n", 50) + strings.Repeat("{}\r\n\n", 3000) + "{}"} {
		records, line := 0, int64(0)
		s := NewStream(strings.NewReader(text), Options{ChunkBytes: 1 << 10})
		for {
			c, err := s.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Ends) > 2*len(c.Data)/shortLine+1 {
				t.Fatalf("%d line ends noted of %d bytes", len(c.Ends), len(c.Data))
			}
			for r := range Records(c) {
				records, line = records+1, r.Line
				if at := int64(strings.Count(text[:r.Offset], "\n")) + 1; r.Line != at {
					t.Fatalf("record at offset %d says line %d, is %d", r.Offset, r.Line, at)
				}
			}
			c.Release()
		}
		if want := len(strings.Fields(text)); records != want {
			t.Errorf("%d records (the last on line %d), want %d", records, line, want)
		}
	}
}
