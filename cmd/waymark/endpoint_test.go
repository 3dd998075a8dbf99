package main

import (
	"io"
	"net"
	"net/http"
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// freeport sets a variable to a local address on which nothing listens: freeport ADDRESS.
func freeport(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// fetch gets an address until its body matches, for up to a minute: fetch http://… 'pattern'. Negated it gets it once,
// and the body must not match.
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	pattern, err := regexp.Compile(`(?m)` + args[1])
	ts.Check(err)
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	body := ""
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		resp, err := client.Get(args[0])
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		body = string(text)
		if neg && pattern.MatchString(body) {
			ts.Fatalf("%s answers what matches %s", args[0], args[1])
		}
		if neg || pattern.MatchString(body) {
			return
		}
	}
	ts.Fatalf("%s never matched %s; it answered last:\n%s", args[0], args[1], body)
}
