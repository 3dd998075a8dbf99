package store_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands between a store and its server and breaks connections.
type proxy struct {
	endpoint string
	silent   bool         // do not close, just say nothing more
	cut      atomic.Int32 // connections broken so far
}

// newProxy passes TCP on to endpoint; the first breaks connections whose answers grow past limit bytes break there.
func newProxy(t *testing.T, endpoint string, limit int64, breaks int32) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{endpoint: "http://" + l.Addr().String()}
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(client, strings.TrimPrefix(endpoint, "http://"), limit, breaks, done) })
		}
	})
	t.Cleanup(func() {
		close(done)
		l.Close()
		wg.Wait()
	})
	return p
}

func (p *proxy) serve(client net.Conn, address string, limit int64, breaks int32, done <-chan struct{}) {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close()
	go func() { <-done; client.Close(); server.Close() }()
	go func() { _, _ = io.Copy(server, client) }()
	n, _ := io.CopyN(client, server, limit)
	if n == limit && p.cut.Add(1) <= breaks {
		if p.silent {
			<-done
		}
		return
	}
	if n == limit {
		p.cut.Add(-1)
		_, _ = io.Copy(client, server)
	}
}
