package engine

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// response writes a result, or an exception in the place where the client will look for it.
type response struct {
	w       http.ResponseWriter
	out     io.WriteCloser // compresses into w; nil when nothing is compressed
	tag     string         // marks an exception behind a partial result
	began   time.Time
	started bool // bytes have gone out: the status line is spent
	head    bool // HEAD: the body is dropped
}

func (o *response) prepare(r *http.Request, req *request) (err error) {
	o.began, o.tag, o.head = time.Now(), newID()[:16], r.Method == http.MethodHead
	h := o.w.Header()
	h.Set("X-ClickHouse-Query-Id", req.queryID)
	h.Set("X-ClickHouse-Format", req.format)
	h.Set("X-ClickHouse-Exception-Tag", o.tag)
	h.Set("Content-Type", contentType(req.format))
	switch {
	case req.compress != "":
		b, err := newBlockWriter(o.w, req.compress)
		if err != nil {
			return err
		}
		o.out = b
	case truthy(r.URL.Query().Get("enable_http_compression")):
		o.out = encodeContent(o.w, r.Header.Get("Accept-Encoding"))
	}
	return nil
}

func contentType(format string) string {
	f := strings.ToLower(format)
	switch {
	case strings.HasPrefix(f, "json") && strings.Contains(f, "eachrow"), f == "jsonlines", f == "ndjson":
		return "application/x-ndjson; charset=UTF-8"
	case strings.HasPrefix(f, "json"):
		return "application/json; charset=UTF-8"
	case strings.HasPrefix(f, "csvwithnames"):
		return "text/csv; charset=UTF-8; header=present"
	case f == "csv":
		return "text/csv; charset=UTF-8; header=absent"
	case strings.HasPrefix(f, "tabseparated"), strings.HasPrefix(f, "tsv"):
		return "text/tab-separated-values; charset=UTF-8"
	case f == "native", f == "parquet", f == "orc", strings.HasPrefix(f, "arrow"), strings.HasPrefix(f, "rowbinary"):
		return "application/octet-stream"
	}
	return "text/plain; charset=UTF-8"
}

// write sends a piece of the result; s is what is known of the statement so far.
func (o *response) write(s stats, b []byte) (err error) {
	if !o.started {
		o.summary(s)
		o.started = true
	}
	switch {
	case o.head:
	case o.out != nil:
		_, err = o.out.Write(b)
	default:
		_, err = o.w.Write(b)
	}
	return err
}

func (o *response) summary(s stats) {
	o.w.Header().Set("X-ClickHouse-Summary", fmt.Sprintf(
		`{"read_rows":"%d","read_bytes":"%d","written_rows":"%d","written_bytes":"%d","total_rows_to_read":"0","result_rows":"0","result_bytes":"0","elapsed_ns":"%d"}`,
		s.rowsRead, s.bytesRead, s.rowsWritten, s.bytesWritten, time.Since(o.began).Nanoseconds()))
}

// finish ends a successful statement.
func (o *response) finish(s stats) error {
	if !o.started {
		o.summary(s)
		o.w.Header().Del("Content-Encoding") // an empty body is not an empty archive
		return nil
	}
	if o.out != nil {
		return o.out.Close()
	}
	return nil
}

// fail sends an exception: as the whole response, or framed behind what has already gone out. In the second case the
// connection is broken off as well, so that a client that does not know the frame cannot take the result for complete.
func (o *response) fail(e *exception) {
	if !o.started {
		h := o.w.Header()
		h.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.code))
		h.Set("Content-Type", "text/plain; charset=UTF-8")
		h.Del("Content-Encoding")
		if e.code == codeDenied {
			h.Set("WWW-Authenticate", `Basic realm="waymark"`)
		}
		o.w.WriteHeader(e.status())
		_, _ = io.WriteString(o.w, e.text+"\n")
		return
	}
	frame := fmt.Sprintf("\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", o.tag, e.text, len(e.text)+1, o.tag)
	_ = o.write(stats{}, []byte(frame))
	if o.out != nil {
		_ = o.out.Close()
	}
	_ = http.NewResponseController(o.w).Flush()
	panic(http.ErrAbortHandler)
}
