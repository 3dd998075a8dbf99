//go:build linux

package chaos

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy stands before the S3 server or the engine. It names every request, notes it, and hands it to the fault that
// waits for it; what no fault wants is forwarded. Bodies are held whole: exports are small here.
type proxy struct {
	address string
	name    func(*http.Request, []byte) string
	client  *http.Transport

	mu     sync.Mutex
	target string
	faults []*fault
	seen   []string
	count  map[string]int
}

// fault strikes at the nth request of a kind, and at all later ones when it lasts.
type fault struct {
	what    string // for the table, where an attempt has several
	request string
	nth     int
	lasts   bool
	do      func(*fault, *exchange)

	struck atomic.Int64
	run    atomic.Pointer[process] // of the program that it strikes
}

// process waits for the program to be known: its first request may come before start has returned.
func (f *fault) process() *process {
	for f.run.Load() == nil {
		time.Sleep(time.Millisecond)
	}
	return f.run.Load()
}

func newProxy(t testing.TB, target string, name func(*http.Request, []byte) string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: l.Addr().String(), target: target, name: name, count: map[string]int{},
		client: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}}
	server := &http.Server{Handler: p}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); p.client.CloseIdleConnections() })
	return p
}

// arm forgets what was seen and waits for the given faults.
func (p *proxy) arm(faults ...*fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults, p.seen, p.count = faults, nil, map[string]int{}
}

func (p *proxy) point(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// trace returns the names of the requests since arm.
func (p *proxy) trace() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.seen...)
}

// counts returns how often each kind of request came since arm.
func (p *proxy) counts() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.count)
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client died while it sent
	}
	x := &exchange{proxy: p, w: w, r: r, body: body, name: p.name(r, body)}
	if f := p.pick(x.name); f != nil {
		f.do(f, x)
		if x.done {
			return
		}
	}
	x.pass()
}

func (p *proxy) pick(name string) *fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, name)
	p.count[name]++
	p.count["any"]++
	for _, f := range p.faults {
		if n := p.count[f.request]; (f.request == name || f.request == "any") && (n == f.nth || f.lasts && n > f.nth) {
			f.struck.Add(1)
			return f
		}
	}
	return nil
}

// exchange is one request at the proxy. A fault that leaves it undone lets it be forwarded.
type exchange struct {
	*proxy
	w    http.ResponseWriter
	r    *http.Request
	body []byte
	name string
	done bool
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// forward sends the request on and returns the whole answer.
func (x *exchange) forward() answer {
	a, err := x.send(bytes.NewReader(x.body))
	if err != nil {
		x.abort()
	}
	return a
}

func (x *exchange) send(body io.Reader) (answer, error) {
	x.mu.Lock()
	target := x.target
	x.mu.Unlock()
	r := x.r.Clone(x.r.Context())
	r.URL.Scheme, r.URL.Host, r.RequestURI = "http", target, ""
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(body), int64(len(x.body)), nil
	r.Header.Del("Expect")
	if len(x.body) == 0 {
		r.Body = http.NoBody
	}
	resp, err := x.client.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, text}, err
}

// forwardHalf sends half of the request's body and breaks the connection to the server.
func (x *exchange) forwardHalf() {
	_, _ = x.send(io.MultiReader(bytes.NewReader(x.body[:len(x.body)/2]), broken{}))
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, fmt.Errorf("cut by the test") }

func (x *exchange) pass() { x.reply(x.forward()) }

func (x *exchange) reply(a answer) { x.write(a, a.body) }

// replyHalf promises the whole answer, sends half of it and cuts the connection.
func (x *exchange) replyHalf(a answer) {
	x.write(a, a.body[:len(a.body)/2])
	x.abort()
}

func (x *exchange) write(a answer, body []byte) {
	x.done = true
	for k, v := range a.header {
		x.w.Header()[k] = v
	}
	x.w.Header().Del("Transfer-Encoding")
	if x.r.Method != http.MethodHead {
		x.w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	x.w.WriteHeader(a.status)
	_, _ = x.w.Write(body)
	if f, ok := x.w.(http.Flusher); ok {
		f.Flush()
	}
}

// abort cuts the connection to the client.
func (x *exchange) abort() {
	x.done = true
	panic(http.ErrAbortHandler)
}

// trickle sends the answer in ten parts with pauses between.
func (x *exchange) trickle(a answer, pause time.Duration) {
	const parts = 10
	n := len(a.body)/parts + 1
	x.write(a, a.body[:min(n, len(a.body))])
	for at := n; at < len(a.body); at += n {
		time.Sleep(pause)
		_, _ = x.w.Write(a.body[at:min(at+n, len(a.body))])
		x.w.(http.Flusher).Flush()
	}
}
