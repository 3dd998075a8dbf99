package engine_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/load/engine"
	"waymark/load/engine/enginetest"
)

// shared is one engine for the tests that only ask it things; each uses tables of its own name.
var shared struct {
	once    sync.Once
	dir     string
	process *engine.Process
	err     error
}

func TestMain(m *testing.M) {
	if enginetest.IsChild() {
		os.Exit(enginetest.RunChild())
	}
	if parent := os.Getenv(parentVariable); parent != "" {
		dir, library, _ := strings.Cut(parent, ",")
		os.Exit(runParent(dir, library))
	}
	code := m.Run()
	if shared.process != nil {
		if err := shared.process.Close(); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			code = 1
		}
		_ = os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}

func sharedEngine(t testing.TB) *engine.Process {
	t.Helper()
	o := enginetest.Options(t)
	shared.once.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "waymark-engine-"); shared.err == nil {
			o.Dir = shared.dir
			shared.process, shared.err = engine.Start(context.Background(), o)
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.process
}

// connect opens clickhouse-go over HTTP.
func connect(t testing.TB, p *engine.Process, change func(*clickhouse.Options)) driver.Conn {
	t.Helper()
	o := &clickhouse.Options{
		Protocol: clickhouse.HTTP, Addr: []string{p.Address()}, DialTimeout: 5 * time.Second, MaxOpenConns: 32,
		Auth: clickhouse.Auth{Username: "default", Password: p.Secret()},
	}
	if change != nil {
		change(o)
	}
	conn, err := clickhouse.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// answer is what came back from one plain HTTP request.
type answer struct {
	status int
	body   string
	header http.Header
	err    error // while the body was read
}

// post sends a request as curl would. body may be nil.
func post(t testing.TB, p *engine.Process, params url.Values, body io.Reader) answer {
	t.Helper()
	return send(t, p, http.MethodPost, params, body, nil)
}

func send(t testing.TB, p *engine.Process, method string, params url.Values, body io.Reader, header map[string]string) answer {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+p.Address()+"/?"+params.Encode(), body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-ClickHouse-Key", p.Secret())
	for k, v := range header {
		r.Header.Set(k, v)
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, string(b), resp.Header, err}
}

// must runs a statement that has to succeed and returns its output.
func must(t testing.TB, p *engine.Process, query string) string {
	t.Helper()
	a := post(t, p, nil, strings.NewReader(query))
	if a.status != http.StatusOK || a.err != nil {
		t.Fatalf("%s: %d %s %v", query, a.status, a.body, a.err)
	}
	return a.body
}
