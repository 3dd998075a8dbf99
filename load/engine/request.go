package engine

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Limits on what a request may carry before its rows.
const (
	maxHead  = 1 << 20  // an INSERT up to its rows
	maxQuery = 16 << 20 // any other statement
)

// request is one statement with everything that governs it.
type request struct {
	text     string // for an INSERT with rows: the statement without FORMAT and rows
	stmt     statement
	body     io.Reader // the rows
	params   []parameter
	settings []parameter // without readonly, by name
	readonly string      // "", "0", "1" or "2"
	implicit bool        // readonly by method, not by wish
	database string
	queryID  string
	format   string // of the output; of the rows when the INSERT names none
	compress string // native block compression of the response: "", "LZ4", "LZ4HC", "ZSTD", "NONE"
	whole    bool   // wait_end_of_query: an error must come as a status, never behind a partial result
}

// notSettings are parameters of ClickHouse's HTTP interface that are no settings, and settings that this front ignores.
var notSettings = []string{
	"query", "user", "password", "database", "default_format", "query_id", "quota_key", "role", "stacktrace",
	"session_id", "session_timeout", "session_check", "close_session", "compress", "decompress", "client_protocol_version",
	"buffer_size", "wait_end_of_query", "readonly", "log_comment", "send_progress_in_http_headers", "http_headers_progress_interval_ms",
	"add_http_cors_header", "enable_http_compression", "http_zlib_compression_level", "http_write_exception_in_output_format",
	"async_insert", "wait_for_async_insert", "implicit_select",
}

// readRequest takes a request apart. body is the request's body, free of transport compression.
func readRequest(r *http.Request, body io.Reader) (*request, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(36, "BAD_ARGUMENTS", "the URL's parameters are malformed")
	}
	req := &request{
		database: firstOf(q.Get("database"), r.Header.Get("X-ClickHouse-Database")),
		queryID:  firstOf(q.Get("query_id"), r.Header.Get("X-ClickHouse-Query-Id"), newID()),
		readonly: q.Get("readonly"),
		whole:    truthy(q.Get("wait_end_of_query")),
	}
	if truthy(q.Get("compress")) {
		req.compress = firstOf(strings.ToUpper(q.Get("network_compression_method")), "LZ4")
	}
	if r.Method != http.MethodPost && req.readonly == "" {
		req.readonly, req.implicit = "2", true // as in ClickHouse: only POST changes anything
	}
	for name, values := range q {
		value := values[len(values)-1]
		if p, ok := strings.CutPrefix(name, "param_"); ok {
			req.params = append(req.params, parameter{p, value})
		} else if !slices.Contains(notSettings, name) {
			req.settings = append(req.settings, parameter{name, value})
		}
	}
	byName := func(a, b parameter) int { return strings.Compare(a.name, b.name) }
	slices.SortFunc(req.params, byName)
	slices.SortFunc(req.settings, byName)
	if err := req.readStatement(q.Get("query"), body); err != nil {
		return nil, err
	}
	req.format = firstOf(req.stmt.format, q.Get("default_format"), r.Header.Get("X-ClickHouse-Format"), "TabSeparated")
	return req, nil
}

// readStatement joins the query parameter and the body, as ClickHouse does, and finds where rows begin.
func (req *request) readStatement(query string, body io.Reader) error {
	if s := parse(query); s.takesData && s.format != "" {
		rows := query[s.dataAt:]
		if strings.TrimSpace(rows) != "" {
			rows += "\n"
		} else {
			rows = ""
		}
		req.takeRows(query, s, io.MultiReader(strings.NewReader(rows), body))
		return nil
	}
	if query != "" {
		query += "\n"
	}
	body = io.MultiReader(strings.NewReader(query), body)
	head, err := io.ReadAll(io.LimitReader(body, maxHead))
	if err != nil {
		return bodyError(err)
	}
	text := string(head)
	s := parse(text)
	if len(head) == maxHead && (!s.takesData || s.headEnd == maxHead) {
		rest, err := io.ReadAll(io.LimitReader(body, maxQuery))
		if err != nil {
			return bodyError(err)
		}
		if len(rest) == maxQuery {
			return refuse(62, "SYNTAX_ERROR", "the statement is longer than 17 MiB")
		}
		text += string(rest)
		s = parse(text)
	}
	if s.takesData {
		req.takeRows(text, s, io.MultiReader(strings.NewReader(text[s.dataAt:]), body))
		return nil
	}
	req.text, req.stmt = text, s
	return nil
}

// takeRows sets an INSERT and its rows. The engine appends a FORMAT clause: the line feed ends a comment before it.
func (req *request) takeRows(text string, s statement, rows io.Reader) {
	req.text, req.stmt, req.body = strings.TrimRight(text[:s.headEnd], " \t\r\n;")+"\n", s, rows
}

// bodyError says that the client's request did not arrive whole.
func bodyError(err error) error {
	if e := (*exception)(nil); errors.As(err, &e) {
		return e
	}
	return refuse(33, "CANNOT_READ_ALL_DATA", "Cannot read the request's body: "+err.Error())
}

func firstOf(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}

func truthy(s string) bool { return s == "1" || strings.EqualFold(s, "true") }

// streamable are the formats whose output can be cut anywhere between rows: no header, no footer, no separators. Only
// these survive the engine's streaming, which formats every chunk by itself.
var streamable = []string{
	"native", "rowbinary", "csv", "tabseparated", "tsv", "tabseparatedraw", "tsvraw", "raw",
	"jsoneachrow", "jsonlines", "ndjson", "jsoncompacteachrow", "jsonstringseachrow", "jsoncompactstringseachrow",
}

// streams reports whether the result can be sent while it is computed; other results are held whole by the engine.
func (req *request) streams(a analysis) bool {
	isSetting := func(p parameter) bool { return p.name == "output_format_json_array_of_rows" || p.name == "extremes" }
	return slices.Contains([]string{"SELECT", "WITH", "(", "FROM"}, req.stmt.verb) && a.class == classReadOnly && !req.stmt.whole && !req.whole &&
		slices.Contains(streamable, strings.ToLower(req.format)) && !slices.ContainsFunc(req.settings, isSetting)
}
