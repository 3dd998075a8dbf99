package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadRequest(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/?database=d&query_id=q&param_b=2&param_a=1&max_threads=3&limit=5&readonly=1&compress=1&user=u&password=p&async_insert=1&default_format=CSV&client_protocol_version=54460", nil)
	req, err := readRequest(r, strings.NewReader("SELECT 1"))
	if err != nil {
		t.Fatal(err)
	}
	want := &request{
		text: "SELECT 1", stmt: statement{verb: "SELECT"}, params: []parameter{{"a", "1"}, {"b", "2"}}, settings: []parameter{{"limit", "5"}, {"max_threads", "3"}},
		readonly: "1", database: "d", queryID: "q", format: "CSV", compress: "LZ4",
	}
	if diff := cmp.Diff(want, req, cmp.AllowUnexported(request{}, statement{}, parameter{})); diff != "" {
		t.Fatal(diff)
	}
}

func TestLongStatements(t *testing.T) {
	read := func(text string) (*request, error) {
		return readRequest(httptest.NewRequest(http.MethodPost, "/", nil), strings.NewReader(text))
	}
	long := "SELECT '" + strings.Repeat("x", 2*maxHead) + "'"
	if req, err := read(long); err != nil || req.text != long {
		t.Fatal(err)
	}
	if _, err := read(strings.Repeat("x", maxHead+maxQuery)); asException(err).code != 62 {
		t.Fatal(err)
	}
	rows := strings.Repeat("1\n", maxHead)
	req, err := read("INSERT INTO t FORMAT CSV\n" + rows)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(req.body); err != nil || string(b) != rows || req.text != "INSERT INTO t\n" {
		t.Fatalf("%d bytes of rows, head %q, %v", len(b), req.text, err)
	}
	// A head that just does not fit the first piece.
	edge := "INSERT INTO t /*" + strings.Repeat(" ", maxHead-20) + "*/ FORMAT CSV\n1,2\n"
	if req, err = read(edge); err != nil || req.format != "CSV" {
		t.Fatal(err, req)
	}
	if b, _ := io.ReadAll(req.body); string(b) != "1,2\n" {
		t.Fatalf("%q", b)
	}
}

func TestQuote(t *testing.T) {
	if got := quote("it's \\ `x`", '\''); got != `'it\'s \\ `+"`x`'" {
		t.Fatal(got)
	}
	if got := quote("a`b", '`'); got != "`a\\`b`" {
		t.Fatal(got)
	}
}

func TestExceptions(t *testing.T) {
	for text, want := range map[string]struct{ code, status int }{
		"Code: 60. DB::Exception: x (UNKNOWN_TABLE)": {60, 404}, "Code: 62. DB::Exception: y (SYNTAX_ERROR)": {62, 400}, "Code: 516. z": {516, 403},
		"Code: 241. m": {241, 500}, "something else": {1001, 500}, "": {1001, 500}, "Code: 99999999999999999999. x": {1001, 500},
	} {
		e := newException(text)
		if e.code != want.code && want.code != 1001 || e.status() != want.status || !strings.HasPrefix(e.text, "Code: ") {
			t.Errorf("%q: %d %d %q", text, e.code, e.status(), e.text)
		}
	}
}

// TestBlocksThereAndBack: what the front compresses it reads again, in every method; a cut never ends cleanly.
func TestBlocksThereAndBack(t *testing.T) {
	data := bytes.Repeat([]byte("some rows and more rows "), 100_000)
	for _, method := range []string{"LZ4", "LZ4HC", "ZSTD", "NONE"} {
		var packed bytes.Buffer
		w, err := newBlockWriter(&packed, method)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(newBlockReader(bytes.NewReader(packed.Bytes()))); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%s: %d bytes, %v", method, len(got), err)
		}
		for _, cut := range []int{1, 16, 25, 26, packed.Len() / 2, packed.Len() - 1} {
			if _, err := io.ReadAll(newBlockReader(bytes.NewReader(packed.Bytes()[:cut]))); err == nil {
				t.Errorf("%s cut at %d reads cleanly", method, cut)
			}
		}
	}
}

func TestFillKeepsTruncationApartFromTheEnd(t *testing.T) {
	buf := make([]byte, 8)
	for name, c := range map[string]struct {
		r     io.Reader
		n     int
		ended bool
		want  error
	}{
		"short":     {strings.NewReader("abc"), 3, true, nil},
		"full":      {strings.NewReader("abcdefghij"), 8, false, nil},
		"truncated": {errorReader{io.ErrUnexpectedEOF}, 3, false, io.ErrUnexpectedEOF},
		"cut":       {errorReader{fmt.Errorf("connection: %w", io.EOF)}, 3, false, io.EOF}, // only a bare io.EOF is the clean end
	} {
		if c.want != nil {
			c.r = io.MultiReader(strings.NewReader("abc"), c.r)
		}
		if n, ended, err := fill(c.r, buf); n != c.n || ended != c.ended || !errors.Is(err, c.want) {
			t.Errorf("%s: %d, %v, %v", name, n, ended, err)
		}
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// FuzzRequest: no URL and no body makes the front panic; every failure has ClickHouse's form.
func FuzzRequest(f *testing.F) {
	f.Add("query=SELECT+1&param_a=1", "", "", "")
	f.Add("query=INSERT+INTO+t+FORMAT+CSV&decompress=1", "rows", "", "x")
	f.Add("compress=1&readonly=1", "INSERT INTO t VALUES (1)", "gzip", "")
	f.Add("%zz&;", "SELECT 1", "zstd", "")
	f.Add("database=%60&no'such=%27", "KILL QUERY WHERE query_id='x'", "br", "")
	f.Fuzz(func(t *testing.T, query, body, encoding, header string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Encoding", encoding)
		r.Header.Set("X-ClickHouse-Format", header)
		decoded, err := decodeBody(r)
		var req *request
		if err == nil {
			req, err = readRequest(r, io.LimitReader(decoded, 1<<20))
		}
		if err != nil {
			if e := asException(err); e.code == 0 || !strings.HasPrefix(e.text, "Code: ") {
				t.Fatalf("%v", err)
			}
			return
		}
		_ = newGuard("url\nremote\n").check(req, analysis{})
		_ = req.streams(analysis{})
		if req.body != nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(req.body, 1<<20))
		}
	})
}
