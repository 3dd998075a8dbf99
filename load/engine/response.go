package engine

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/klauspost/compress/zstd"
)

// response writes a result, or an exception in the place where the client will look for it.
type response struct {
	w       http.ResponseWriter
	began   time.Time
	started bool   // bytes have gone out: the status line is spent
	tag     string // marks an exception behind a partial result
	blocks  *compress.Writer
	coder   io.WriteCloser // HTTP content coding
	head    bool
}

func (o *response) prepare(r *http.Request, req *request) {
	o.began = time.Now()
	o.tag = newID()[:16]
	o.head = r.Method == http.MethodHead
	h := o.w.Header()
	h.Set("X-ClickHouse-Query-Id", req.queryID)
	h.Set("X-ClickHouse-Format", req.format)
	h.Set("X-ClickHouse-Exception-Tag", o.tag)
	h.Set("Content-Type", contentType(req.format))
	switch {
	case req.compress != "":
		o.blocks = blockWriter(req.compress)
	case truthy(r.URL.Query().Get("enable_http_compression")):
		o.coder = encodeBody(o.w, r.Header.Get("Accept-Encoding"))
	}
}

func contentType(format string) string {
	switch f := strings.ToLower(format); {
	case strings.HasPrefix(f, "json") && strings.Contains(f, "eachrow"), f == "jsonlines", f == "ndjson":
		return "application/x-ndjson; charset=UTF-8"
	case strings.HasPrefix(f, "json"):
		return "application/json; charset=UTF-8"
	case strings.HasPrefix(f, "csv"):
		return "text/csv; charset=UTF-8; header=" + map[bool]string{true: "present", false: "absent"}[strings.Contains(f, "names")]
	case strings.HasPrefix(f, "tabseparated"), strings.HasPrefix(f, "tsv"):
		return "text/tab-separated-values; charset=UTF-8"
	case f == "native", f == "parquet", f == "arrow", f == "arrowstream", f == "orc", strings.HasPrefix(f, "rowbinary"):
		return "application/octet-stream"
	}
	return "text/plain; charset=UTF-8"
}

// write sends a piece of the result.
func (o *response) write(b []byte) error {
	o.started = true
	if o.head {
		return nil
	}
	for o.blocks != nil && len(b) > 0 {
		n := min(len(b), 1<<20)
		if err := o.blocks.Compress(b[:n]); err != nil {
			return err
		}
		if _, err := o.w.Write(o.blocks.Data); err != nil {
			return err
		}
		b = b[n:]
	}
	var err error
	if o.coder != nil {
		_, err = o.coder.Write(b)
	} else if len(b) > 0 {
		_, err = o.w.Write(b)
	}
	return err
}

// finish ends a statement: nil when everything was sent.
func (o *response) finish(s stats, err error) error {
	if err != nil {
		return err
	}
	if !o.started {
		o.w.Header().Set("X-ClickHouse-Summary", fmt.Sprintf(
			`{"read_rows":"%d","read_bytes":"0","written_rows":"%d","written_bytes":"%d","total_rows_to_read":"0","result_rows":"0","result_bytes":"0","elapsed_ns":"%d"}`,
			s.rowsRead, s.rowsWritten, s.bytesWritten, time.Since(o.began).Nanoseconds()))
	}
	if o.coder != nil {
		return o.coder.Close()
	}
	return nil
}

// fail sends an exception: as the whole response, or framed behind what has already been sent.
func (o *response) fail(e *exception) {
	if !o.started {
		h := o.w.Header()
		h.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.code))
		h.Set("Content-Type", "text/plain; charset=UTF-8")
		h.Del("Content-Encoding")
		o.coder, o.blocks = nil, nil
		if e.code == 516 {
			h.Set("WWW-Authenticate", `Basic realm="waymark"`)
		}
		o.w.WriteHeader(e.status())
		_, _ = io.WriteString(o.w, e.text+"\n")
		return
	}
	_ = o.write([]byte("\r\n__exception__\r\n" + o.tag + "\r\n" + e.text + "\n" + strconv.Itoa(len(e.text)+1) + " " + o.tag + "\r\n__exception__\r\n"))
	if o.coder != nil {
		_ = o.coder.Close()
	}
}

func blockWriter(method string) *compress.Writer {
	switch method {
	case "ZSTD":
		return compress.NewWriter(compress.LevelZero, compress.ZSTD)
	case "NONE":
		return compress.NewWriter(compress.LevelZero, compress.None)
	}
	return compress.NewWriter(compress.LevelZero, compress.LZ4)
}

// encodeBody picks an HTTP content coding that the client accepts; nil for none.
func encodeBody(w http.ResponseWriter, accept string) io.WriteCloser {
	for _, name := range []string{"zstd", "gzip"} {
		if !strings.Contains(accept, name) {
			continue
		}
		w.Header().Set("Content-Encoding", name)
		if name == "gzip" {
			return gzip.NewWriter(w)
		}
		z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		return z
	}
	return nil
}

// decodeBody undoes the request's content coding and ClickHouse's own block compression.
func decodeBody(r *http.Request) (io.Reader, error) {
	var body io.Reader = r.Body
	switch enc := r.Header.Get("Content-Encoding"); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errBody, err)
		}
		body = z
	case "zstd":
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errBody, err)
		}
		body = z.IOReadCloser()
	default:
		return nil, refuse(48, "NOT_IMPLEMENTED", "Unknown compression method "+strconv.Quote(enc))
	}
	if truthy(r.URL.Query().Get("decompress")) {
		body = newBlockReader(body)
	}
	return body, nil
}

// blockReader undoes ClickHouse's block compression. ch-go's reader wraps io.EOF both at the end of the body and in the
// middle of a block; only the first is a clean end.
type blockReader struct {
	src    counter
	blocks *compress.Reader
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func newBlockReader(r io.Reader) *blockReader {
	b := &blockReader{src: counter{r: r}}
	b.blocks = compress.NewReader(&b.src)
	return b
}

func (b *blockReader) Read(p []byte) (int, error) {
	before := b.src.n
	n, err := b.blocks.Read(p)
	if err != nil && errors.Is(err, io.EOF) {
		if b.src.n == before {
			return n, io.EOF
		}
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}
