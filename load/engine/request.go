package engine

import (
	"io"
	"net/http"
	"sort"
	"strings"
)

// Limits on what a request may carry before its data.
const (
	maxHead  = 1 << 20  // an INSERT up to its data
	maxQuery = 16 << 20 // any other statement
)

// request is one statement with everything that governs it.
type request struct {
	text   string // for an INSERT with data: the statement without FORMAT and data
	stmt   statement
	body   io.Reader // the data of an INSERT
	params []parameter
	// settings in a fixed order; readonly is applied last, since nothing can be set behind it.
	settings []parameter
	readonly string // "", "0", "1", "2"
	database string
	queryID  string
	format   string // the output's, resolved
	compress string // native compression of the response: "", "LZ4", "ZSTD", …
}

// notSettings are URL parameters of ClickHouse's HTTP interface that are not settings, or that this front ignores.
var notSettings = map[string]bool{
	"query": true, "user": true, "password": true, "database": true, "default_format": true, "query_id": true, "quota_key": true,
	"session_id": true, "session_timeout": true, "session_check": true, "session_timezone": false, "close_session": true,
	"compress": true, "decompress": true, "client_protocol_version": true, "buffer_size": true, "wait_end_of_query": true,
	"stacktrace": true, "role": true, "readonly": true, "log_comment": true, "send_progress_in_http_headers": true,
	"http_headers_progress_interval_ms": true, "add_http_cors_header": true, "enable_http_compression": true, "http_zlib_compression_level": true,
	"http_write_exception_in_output_format": true, "async_insert": true, "wait_for_async_insert": true, "implicit_select": true,
}

// readRequest takes a request apart. body is the decoded request body, already free of transport compression.
func readRequest(r *http.Request, body io.Reader) (*request, error) {
	q := r.URL.Query()
	req := &request{database: q.Get("database"), queryID: q.Get("query_id"), readonly: q.Get("readonly")}
	if req.database == "" {
		req.database = r.Header.Get("X-ClickHouse-Database")
	}
	if req.queryID == "" {
		req.queryID = r.Header.Get("X-ClickHouse-Query-Id")
	}
	if truthy(q.Get("compress")) {
		req.compress = strings.ToUpper(q.Get("network_compression_method"))
		if req.compress == "" {
			req.compress = "LZ4"
		}
	}
	if r.Method != http.MethodPost && req.readonly == "" {
		req.readonly = "2" // as in ClickHouse: only POST changes anything
	}
	for name, values := range q {
		value := values[len(values)-1]
		if p, ok := strings.CutPrefix(name, "param_"); ok {
			req.params = append(req.params, parameter{p, value})
		} else if !notSettings[name] {
			req.settings = append(req.settings, parameter{name, value})
		}
	}
	byName := func(p []parameter) func(i, j int) bool { return func(i, j int) bool { return p[i].name < p[j].name } }
	sort.Slice(req.params, byName(req.params))
	sort.Slice(req.settings, byName(req.settings))
	if err := req.readStatement(q.Get("query"), body); err != nil {
		return nil, err
	}
	req.format = firstOf(req.stmt.format, q.Get("default_format"), r.Header.Get("X-ClickHouse-Format"), "TabSeparated")
	return req, nil
}

// readStatement joins the query parameter and the body, as ClickHouse does, and finds where data begins.
func (req *request) readStatement(query string, body io.Reader) error {
	if query != "" {
		query += "\n"
	}
	body = io.MultiReader(strings.NewReader(query), body)
	head, err := io.ReadAll(io.LimitReader(body, maxHead))
	if err != nil {
		return err
	}
	text := string(head)
	req.stmt = parse(text)
	if req.stmt.takesData {
		if req.stmt.headEnd == maxHead {
			return refuse(62, "SYNTAX_ERROR", "no data found in the first MiB of an INSERT")
		}
		req.text = strings.TrimRight(text[:req.stmt.headEnd], " \t\r\n;")
		req.body = io.MultiReader(strings.NewReader(text[req.stmt.dataAt:]), body)
		return nil
	}
	if len(head) == maxHead {
		rest, err := io.ReadAll(io.LimitReader(body, maxQuery))
		if err != nil {
			return err
		}
		if len(rest) == maxQuery {
			return refuse(62, "SYNTAX_ERROR", "the statement is longer than 17 MiB")
		}
		text += string(rest)
		req.stmt = parse(text)
	}
	req.text = text
	return nil
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
var streamable = map[string]bool{
	"native": true, "rowbinary": true,
	"tabseparated": true, "tsv": true, "tabseparatedraw": true, "tsvraw": true, "raw": true, "csv": true,
	"jsoneachrow": true, "jsonlines": true, "ndjson": true, "jsoncompacteachrow": true, "jsonstringseachrow": true, "jsoncompactstringseachrow": true,
}

func (req *request) streams(class uint32) bool {
	switch req.stmt.verb {
	case "SELECT", "WITH", "(", "FROM":
	default:
		return false
	}
	return class == classReadOnly && !req.stmt.totals && streamable[strings.ToLower(req.format)]
}

// fileFunctions read files or the network; a read-only request may call none of them.
var fileFunctions = map[string]bool{}

// check refuses what the engine would accept to its own or its data's harm, and what a read-only request may not do.
func (req *request) check(a analysis) error {
	switch {
	case endangersDefault(req.text):
		return refuse(48, "NOT_IMPLEMENTED", "the database default cannot be dropped or renamed in the embedded engine")
	case req.stmt.takesData:
		if req.readonly == "1" || req.readonly == "2" {
			return refuse(164, "READONLY", "Cannot execute query in readonly mode")
		}
		return nil
	case req.stmt.verb == "INSERT" && contains(req.stmt.calls, "input"):
		return refuse(48, "NOT_IMPLEMENTED", "INSERT … SELECT … FROM input() silently inserts nothing in the embedded engine; insert with a FORMAT instead")
	case a.statements > 1 && !req.stmt.parallel:
		return refuse(62, "SYNTAX_ERROR", "Multi-statements are not allowed")
	case req.readonly != "1" && req.readonly != "2":
		return nil
	case a.class != classReadOnly || a.statements != 1:
		return refuse(164, "READONLY", "Cannot execute query in readonly mode")
	}
	for _, c := range req.stmt.calls {
		if fileFunctions[c] {
			return refuse(164, "READONLY", "Cannot use function "+c+" in readonly mode")
		}
	}
	if req.stmt.paths {
		return refuse(164, "READONLY", "Cannot read files in readonly mode")
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
