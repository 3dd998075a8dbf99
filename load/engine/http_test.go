package engine_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"waymark/load/engine/enginetest"
)

func TestPlainRequests(t *testing.T) {
	p := sharedEngine(t)
	q := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for _, c := range []struct {
		name, method string
		params       url.Values
		body         string
		status       int
		want         string // the whole body, or a part of an error
	}{
		{"get", "GET", q("query", "SELECT 1"), "", 200, "1\n"},
		{"post", "POST", nil, "SELECT 1", 200, "1\n"},
		{"query and body", "POST", q("query", "SELECT 1 +"), "2", 200, "3\n"},
		{"format in query", "GET", q("query", "SELECT 1 AS a FORMAT JSONEachRow"), "", 200, "{\"a\":1}\n"},
		{"default format", "GET", q("query", "SELECT 1 AS a", "default_format", "CSVWithNames"), "", 200, "\"a\"\n1\n"},
		{"trailing comment", "GET", q("query", "SELECT 1 -- FORMAT JSON"), "", 200, "1\n"},
		{"keyword in string", "GET", q("query", "SELECT 'x FORMAT JSON'"), "", 200, "x FORMAT JSON\n"},
		{"parameter", "GET", q("query", "SELECT {a:Array(UInt8)}", "param_a", "[1,2]"), "", 200, "[1,2]\n"},
		{"time zone", "GET", q("query", "SELECT toDateTime(0), timezone()"), "", 200, "1970-01-01 00:00:00\tUTC\n"},
		{"session time zone", "GET", q("query", "SELECT toDateTime(0)", "session_timezone", "Europe/Warsaw"), "", 200, "1970-01-01 01:00:00\n"},
		{"totals", "GET", q("query", "SELECT number AS a, count() FROM numbers(1) GROUP BY a WITH TOTALS"), "", 200, "0\t1\n\n0\t1\n"},
		{"nothing", "GET", q("query", "SELECT 1 WHERE 0"), "", 200, ""},
		{"large statement", "POST", nil, "SELECT length('" + strings.Repeat("x", 200000) + "')", 200, "200000\n"},
		{"unknown table", "POST", nil, "SELECT * FROM nowhere", 404, "(UNKNOWN_TABLE)"},
		{"unknown setting", "GET", q("query", "SELECT 1", "no_such_setting", "1"), "", 404, "(UNKNOWN_SETTING)"},
		{"unknown database", "GET", q("query", "SELECT 1", "database", "no`such"), "", 404, "(UNKNOWN_DATABASE)"},
		{"syntax", "POST", nil, "SELEC 1", 400, "(SYNTAX_ERROR)"},
		{"empty", "POST", nil, "", 400, "(SYNTAX_ERROR)"},
		{"client command", "POST", nil, "exit", 400, "(SYNTAX_ERROR)"},
		{"two statements", "POST", nil, "SELECT 1; SELECT 2", 400, "Multi-statements"},
		{"parameter missing", "POST", nil, "SELECT {a:UInt8}", 400, "(UNKNOWN_QUERY_PARAMETER)"},
		{"drop default", "POST", nil, "DROP /* x */ DATABASE IF EXISTS `default`", 501, "(NOT_IMPLEMENTED)"},
		{"input", "POST", nil, "INSERT INTO t SELECT * FROM input('a Int8') FORMAT CSV 1", 501, "silently inserts nothing"},
		{"get is read-only", "GET", q("query", "CREATE TABLE g (a Int8) ENGINE = Memory"), "", 400, "(READONLY)"},
		{"method", "PUT", nil, "SELECT 1", 501, "(NOT_IMPLEMENTED)"},
		{"bad query string", "POST", url.Values{"query": {"SELECT 1"}, "compress": {"1"}, "network_compression_method": {"rar"}}, "", 400, "(BAD_ARGUMENTS)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := send(t, p, c.method, c.params, strings.NewReader(c.body), nil)
			if a.err != nil || a.status != c.status || c.status == 200 && a.body != c.want || !strings.Contains(a.body, c.want) {
				t.Fatalf("%d %q %v, want %d %q", a.status, a.body, a.err, c.status, c.want)
			}
			if c.status != 200 && (a.header.Get("X-ClickHouse-Exception-Code") == "" || !strings.HasPrefix(a.body, "Code: "+a.header.Get("X-ClickHouse-Exception-Code")+".")) {
				t.Fatalf("code %q, body %q", a.header.Get("X-ClickHouse-Exception-Code"), a.body)
			}
		})
	}
}

func TestHeadersOfAnAnswer(t *testing.T) {
	p := sharedEngine(t)
	a := send(t, p, "GET", url.Values{"query": {"SELECT count() FROM numbers(10) FORMAT JSON"}, "query_id": {"mine"}}, nil, nil)
	for name, want := range map[string]string{
		"X-ClickHouse-Query-Id": "mine", "X-ClickHouse-Format": "JSON", "X-ClickHouse-Timezone": "UTC", "Content-Type": "application/json; charset=UTF-8",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if s := a.header.Get("X-ClickHouse-Summary"); !strings.Contains(s, `"read_rows":"10"`) {
		t.Errorf("summary %s", s)
	}
	must(t, p, "CREATE TABLE summary (a Int8) ENGINE = Memory")
	a = post(t, p, nil, strings.NewReader("INSERT INTO summary VALUES (1), (2)"))
	if s := a.header.Get("X-ClickHouse-Summary"); !strings.Contains(s, `"written_rows":"2"`) {
		t.Errorf("summary %s", s)
	}
}

func TestAuthentication(t *testing.T) {
	p := sharedEngine(t)
	get := func(change func(*http.Request)) int {
		r, _ := http.NewRequest(http.MethodGet, "http://"+p.Address()+"/?query=SELECT+1", nil)
		change(r)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"none":      {func(*http.Request) {}, 403},
		"wrong":     {func(r *http.Request) { r.Header.Set("X-ClickHouse-Key", p.Secret()+"x") }, 403},
		"key":       {func(r *http.Request) { r.Header.Set("X-ClickHouse-Key", p.Secret()) }, 200},
		"basic":     {func(r *http.Request) { r.SetBasicAuth("anybody", p.Secret()) }, 200},
		"basic bad": {func(r *http.Request) { r.SetBasicAuth("default", ""); r.Header.Set("X-ClickHouse-Key", p.Secret()) }, 403},
		"parameter": {func(r *http.Request) { r.URL.RawQuery += "&user=default&password=" + p.Secret() }, 200},
		"ping":      {func(r *http.Request) { r.URL.Path, r.URL.RawQuery = "/ping", "" }, 200},
		"elsewhere": {func(r *http.Request) { r.URL.Path = "/play" }, 404},
	} {
		if got := get(c.change); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestInsertsOverHTTP(t *testing.T) {
	p := sharedEngine(t)
	gz := func(s string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		io.WriteString(w, s)
		w.Close()
		return b.String()
	}
	zs := func(s string) string {
		w, _ := zstd.NewWriter(nil)
		return string(w.EncodeAll([]byte(s), nil))
	}
	for i, c := range []struct {
		name, query, body, encoding, want string
	}{
		{"body", "INSERT INTO %s FORMAT CSV", "1,a\n2,b\n", "", "1\ta\n2\tb\n"},
		{"body after a line feed", "INSERT INTO %s FORMAT TSV\n", "1\ta\n", "", "1\ta\n"},
		{"inline in the body", "", "INSERT INTO %s FORMAT JSONEachRow {\"a\":1,\"b\":\"x;y\"}", "", "1\tx;y\n"},
		{"inline in the query", "INSERT INTO %s (b, a) VALUES ('(', 1), ('''', 2)", "", "", "1\t(\n2\t\\'\n"},
		{"values in the body", "INSERT INTO %s VALUES", "(1,'a')", "", "1\ta\n"},
		{"head in the query", "INSERT INTO %s (a, b)", "FORMAT CSV\n1,a\n", "", "1\ta\n"},
		{"columns, settings, comments", "/* a */ INSERT INTO TABLE %s (a, b) SETTINGS max_threads = 1 -- b\n FORMAT CSV", "1,a\n", "", "1\ta\n"},
		{"gzip", "INSERT INTO %s FORMAT CSV", gz("1,a\n"), "gzip", "1\ta\n"},
		{"zstd", "INSERT INTO %s FORMAT CSV", zs("1,a\n"), "zstd", "1\ta\n"},
		{"select", "INSERT INTO %s SELECT 1, 'a'", "", "", "1\ta\n"},
		{"select in parentheses", "INSERT INTO %s (SELECT 1, 'a')", "", "", "1\ta\n"},
		{"with", "INSERT INTO %s WITH x AS (SELECT 1 AS a) SELECT a, 'a' FROM x", "", "", "1\ta\n"},
		{"no rows", "INSERT INTO %s FORMAT CSV", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := fmt.Sprintf("inserts_%d", i)
			must(t, p, "CREATE TABLE "+table+" (a Int32, b String) ENGINE = MergeTree ORDER BY a")
			params, body := url.Values{}, c.body
			if c.query != "" {
				params.Set("query", fmt.Sprintf(c.query, table))
			} else {
				body = fmt.Sprintf(body, table)
			}
			a := send(t, p, "POST", params, strings.NewReader(body), map[string]string{"Content-Encoding": c.encoding})
			if a.status != 200 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if got := must(t, p, "SELECT a, b FROM "+table+" ORDER BY a"); got != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestBrokenInsertsLeaveNothing: an upload that does not end cleanly is never committed, whatever it is wrapped in.
func TestBrokenInsertsLeaveNothing(t *testing.T) {
	p := sharedEngine(t)
	must(t, p, "CREATE TABLE broken (a UInt64) ENGINE = MergeTree ORDER BY a")
	rows := strings.Repeat("12345\n", 50000)
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	io.WriteString(w, rows)
	w.Close()
	query := url.Values{"query": {"INSERT INTO broken FORMAT CSV"}}
	cut := send(t, p, "POST", query, bytes.NewReader(gz.Bytes()[:gz.Len()-20]), map[string]string{"Content-Encoding": "gzip"})
	if cut.status != 400 {
		t.Errorf("cut gzip: %d %s", cut.status, cut.body)
	}
	query.Set("decompress", "1")
	if a := send(t, p, "POST", query, strings.NewReader(rows), nil); a.status != 400 {
		t.Errorf("not compressed blocks: %d %s", a.status, a.body)
	}
	conn, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /?query=INSERT+INTO+broken+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nX-ClickHouse-Key: %s\r\nContent-Length: 1000000\r\n\r\n%s", p.Secret(), rows)
	conn.Close()
	chunked, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(chunked, "POST /?query=INSERT+INTO+broken+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nX-ClickHouse-Key: %s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", p.Secret(), len(rows), rows)
	chunked.Close()
	time.Sleep(200 * time.Millisecond)
	if got := must(t, p, "SELECT count() FROM broken"); got != "0\n" {
		t.Fatalf("%s rows of broken inserts", got)
	}
}

func TestErrorBehindAPartialResult(t *testing.T) {
	p := sharedEngine(t)
	query := "SELECT number FROM numbers(3000000) WHERE throwIf(number = 2900000) = 0"
	a := post(t, p, nil, strings.NewReader(query))
	frame := "\r\n__exception__\r\n" + a.header.Get("X-ClickHouse-Exception-Tag") + "\r\nCode: 395."
	if a.status != 200 || !strings.Contains(a.body, frame) || a.err == nil {
		t.Fatalf("status %d, %d bytes, error %v: want a framed exception and a broken connection", a.status, len(a.body), a.err)
	}
	whole := post(t, p, url.Values{"wait_end_of_query": {"1"}}, strings.NewReader(query))
	if whole.status != 500 || !strings.HasPrefix(whole.body, "Code: 395.") {
		t.Fatalf("wait_end_of_query: %d %.80s", whole.status, whole.body)
	}
}

func TestLargeResultsStream(t *testing.T) {
	p := sharedEngine(t)
	for _, format := range []string{"TSV", "CSV", "JSONEachRow", "RowBinary", "JSON", "CSVWithNames", "Parquet"} {
		want := must(t, p, "SELECT count(), sum(number) FROM numbers(500000)")
		data := must(t, p, "SELECT number FROM numbers(500000) FORMAT "+format)
		structure := url.Values{"query": {"INSERT INTO large_" + format + " FORMAT " + format}}
		must(t, p, "CREATE TABLE large_"+format+" (number UInt64) ENGINE = MergeTree ORDER BY number")
		if a := post(t, p, structure, strings.NewReader(data)); a.status != 200 {
			t.Fatalf("%s: %s", format, a.body)
		}
		if got := must(t, p, "SELECT count(), sum(number) FROM large_"+format); got != want {
			t.Errorf("%s: %s", format, got)
		}
	}
}

func TestReadOnly(t *testing.T) {
	p := sharedEngine(t)
	must(t, p, "CREATE TABLE ro (a String) ENGINE = MergeTree ORDER BY a")
	readonly := url.Values{"readonly": {"1"}}
	for _, query := range []string{
		"SELECT 1", "WITH 1 AS x SELECT x", "(SELECT 1) UNION ALL SELECT 2", "SELECT * FROM ro WHERE a = '/x'", "SHOW TABLES", "DESCRIBE ro", "EXPLAIN SELECT 1",
		"SELECT trim(BOTH '/' FROM '/a/')", "SELECT 1 AS `won/lost`", "SELECT a FROM ro ARRAY JOIN ['a'] AS x", "SELECT * FROM numbers(2) ORDER BY number DESC, 'x'",
		"SELECT count() FROM system.tables", "SELECT * FROM values('a Int8', 1)", "SELECT '/' FROM ro JOIN (SELECT '/x' AS b) AS t ON a = b",
		"SELECT name FROM system.columns WHERE table = 'ro'", "SELECT table, '/x' FROM system.parts WHERE active AND table IN ('ro') ORDER BY table DESC, 'x'",
		"SELECT c.table, name FROM system.columns AS c WHERE c.table LIKE 'r%' AND database = 'default' LIMIT 1 BY table, 'x'", "SHOW TABLES FROM default LIKE 'r%'",
		"WITH file AS (SELECT 'x' AS url) SELECT url FROM file WHERE url IN ('x') AND (url = 'FROM file(''/etc/passwd'')')", "SELECT a AS file, a AS url, a AS s3, a AS table FROM ro",
		"SELECT 1 /* FROM file('/etc/passwd') /* INSERT */ FROM '/etc/passwd' */ -- FROM '/etc/passwd'\n, 'INTO OUTFILE', $$FROM '/etc/passwd'$$",
		"SELECT extract('a/b', '/(.)'), substring('/x' FROM 1 FOR 1), 1 AS “x”, ‘FROM '/etc/passwd'’", "DESCRIBE TABLE ro", "EXISTS TABLE ro", "SHOW CREATE TABLE ro",
	} {
		if a := post(t, p, readonly, strings.NewReader(query)); a.status != 200 {
			t.Errorf("%s: refused: %s", query, a.body)
		}
	}
	for _, query := range []string{
		"INSERT INTO ro VALUES ('x')", "INSERT INTO ro SELECT 'x'", "DROP TABLE ro", "CREATE TABLE ro2 (a Int8) ENGINE = Memory", "CREATE TEMPORARY TABLE x (a Int8)",
		"SET readonly = 0", "SELECT 1 SETTINGS readonly = 0", "KILL QUERY WHERE 1", "SYSTEM FLUSH LOGS", "OPTIMIZE TABLE ro", "SELECT 1 INTO OUTFILE '/tmp/never'",
		"SELECT * FROM file('/etc/passwd', 'LineAsString')", "SELECT file('/etc/passwd')", "SELECT FILE ('/etc/passwd')", "SELECT `file`('/etc/passwd')",
		"DESCRIBE file('/etc/passwd', 'LineAsString')", "DESCRIBE TABLE file('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM `/etc/passwd`",
		"SELECT * FROM default.`/etc/passwd`", `SELECT * FROM "\x2fetc/passwd"`, "SELECT * FROM ro, '/etc/passwd'", "SELECT * FROM (SELECT * FROM 'passwd')",
		"DESCRIBE '/etc/passwd'", "EXISTS '/etc/passwd'", "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')", "SELECT * FROM executable('ls', 'TSV', 'a String')",
		"SELECT * FROM remote('127.0.0.1', system.one)", "SELECT * FROM eval('SELECT 1')", "SELECT * FROM {t:Identifier}", "SELECT 1; DROP TABLE ro", "",
		"SELECT * FROM loop(default, `/etc/passwd`)", "SELECT * FROM view(SELECT * FROM '/etc/passwd')", "SELECT 1 FROM numbers(1) UNION ALL SELECT 1 FROM '/etc/passwd'",
		"DESCRIBE TABLE '/etc/passwd'", "DESC '/etc/passwd'", "SELECT array FROM '/etc/passwd'", "SELECT table FROM '/etc/passwd' WHERE table = 'x'", "SELECT hasColumnInTable('default', '/etc/passwd', 'c1')",
		"SELECT 1 FROM ro ARRAY JOIN [1] AS x JOIN '/etc/passwd' AS b ON 1", "SELECT 1 FROM ro AS a, (SELECT 1) AS b, '/etc/passwd'", "SELECT * FROM viewExplain('EXPLAIN', '', (SELECT * FROM '/etc/passwd'))",
		"SELECT * FROM s3('http://127.0.0.1/x.csv')", "SELECT 1 IN `/etc/passwd`", "ALTER TABLE ro DELETE WHERE 1", "TRUNCATE TABLE ro", "SYSTEM SHUTDOWN", "RENAME TABLE ro TO rp", "ATTACH TABLE x", "GRANT ALL ON *.* TO default",
		// What the engine's lexer takes for blanks, quotes, comments and words.
		"SELECT * FROM\u00a0'/etc/passwd'", "SELECT * FROM\u2003'/etc/passwd'", "DESCRIBE\u00a0'/etc/passwd'", "SELECT file\u00a0('/etc/passwd')", "SELECT * FROM \ufeff'/etc/passwd'",
		"SELECT * FROM “/etc/passwd”", "SELECT “file”('/etc/passwd')", "SELECT * FROM default.“/etc/passwd”", "SELECT 1 AS “a'b” FROM '/etc/passwd' -- '", "SELECT ‘a'b’ FROM '/etc/passwd' -- '", `SELECT 1 AS “a\” FROM '/etc/passwd' AS “x”`,
		"SELECT 1 /* /* */ ' */ FROM '/etc/passwd' --'", "SELECT 1 /*/ ' */ FROM '/etc/passwd' --'", "SELECT 1 -- \\\n FROM '/etc/passwd'", "SELECT 1 AS x$$ FROM '/etc/passwd' AS y$$", "SELECT 1 AS `a``'` FROM '/etc/passwd' --'",
	} {
		a := post(t, p, url.Values{"readonly": {"1"}, "param_t": {"/etc/passwd"}}, strings.NewReader(query))
		if a.status == 200 || strings.Contains(a.body, "root:") {
			t.Errorf("%s: allowed: %.100s", query, a.body)
		}
	}
	if got := must(t, p, "SELECT count() FROM ro"); got != "0\n" {
		t.Fatal(got)
	}
}

func TestMemoryLimit(t *testing.T) {
	o := enginetest.Options(t)
	o.MemoryLimit, o.Threads = 700<<20, 1
	p := enginetest.StartWith(t, o)
	a := post(t, p, nil, strings.NewReader("SELECT length(groupArray(number)) FROM numbers(1000000000)"))
	if a.status != 500 || !strings.Contains(a.body, "Code: 241.") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if got := must(t, p, "SELECT getSetting('max_threads')"); got != "1\n" {
		t.Fatal(got)
	}
}

func TestVanishedClientEndsItsQuery(t *testing.T) {
	p := sharedEngine(t)
	conn, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	query := "SELECT sum(sipHash64(number)) FROM numbers(1000000000000)"
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nX-ClickHouse-Key: %s\r\nContent-Length: %d\r\n\r\n%s", p.Secret(), len(query), query)
	listed := func() bool {
		return must(t, p, "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%system.processes%'") != "0\n"
	}
	wait(t, listed, true)
	conn.Close()
	wait(t, listed, false)
}

// wait polls until cond is want, for five seconds at most.
func wait(t testing.TB, cond func() bool, want bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); cond() != want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not %v after five seconds", want)
		}
	}
}

func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	p := sharedEngine(t)
	run := func(args ...string) string {
		out, err := exec.Command(curl, append([]string{"-sS"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	at := "http://default:" + p.Secret() + "@" + p.Address() + "/"
	if got := run(at + "?query=SELECT+1"); got != "1\n" {
		t.Fatal(got)
	}
	run(at, "--data-binary", "CREATE TABLE curl (a Int8) ENGINE = Memory")
	run(at+"?query=INSERT+INTO+curl+FORMAT+CSV", "--data-binary", "1\n2\n")
	if got := run(at+"?enable_http_compression=1", "--compressed", "--data-binary", "SELECT sum(a) FROM curl FORMAT JSONEachRow"); got != "{\"sum(a)\":3}\n" {
		t.Fatal(got)
	}
}
