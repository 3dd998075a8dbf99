//go:build linux

package chaos

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The harness itself: a fault strikes the request it waits for, and no other one.
func TestFaultsStrikeWhatTheyWaitFor(t *testing.T) {
	served := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served++
		_, _ = io.Copy(w, r.Body)
	}))
	defer server.Close()
	p := newProxy(t, strings.TrimPrefix(server.URL, "http://"), func(r *http.Request, _ []byte) string { return r.Method })
	ask := func(method string) (int, string, error) {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+p.address, strings.NewReader("whole body"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			return 0, "", err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(text), err
	}
	half := &fault{request: "PUT", nth: 2, do: halfAnswer}
	second := &fault{request: "any", nth: 2, do: s3Error(503, "SlowDown")}
	lost := &fault{request: "any", nth: 4, lasts: true, do: cutAfter}
	p.arm(half, second, lost)
	for i, want := range []struct {
		method string
		status int
		text   string
		fails  bool
		served int
	}{
		{"PUT", 200, "whole body", false, 1}, {"POST", 503, "SlowDown", false, 1}, {"PUT", 200, "whole", true, 2},
		{"POST", 0, "", true, 3}, {"POST", 0, "", true, 4},
	} {
		status, text, err := ask(want.method)
		if status != want.status || !strings.Contains(text, want.text) || (err != nil) != want.fails || served != want.served {
			t.Errorf("request %d: status %d, %q, %v, %d served; want %+v", i+1, status, text, err, served, want)
		}
	}
	if half.struck.Load() != 1 || second.struck.Load() != 1 || lost.struck.Load() != 2 {
		t.Errorf("struck %d, %d and %d times", half.struck.Load(), second.struck.Load(), lost.struck.Load())
	}
	if got := strings.Join(p.trace(), " "); got != "PUT POST PUT POST POST" {
		t.Errorf("trace %s", got)
	}
}

func TestKindsOfRequests(t *testing.T) {
	for sql, want := range map[string]string{
		"INSERT INTO `waymark_stage`.`account__e1_raw_1` (`a`) FORMAT Parquet":           "load staging",
		"INSERT INTO `waymark_stage`.`dim_date__e1_mart_1` SELECT 1":                     "fill staging",
		"ALTER TABLE `waymark_raw`.`account` REPLACE PARTITION ID '4' FROM `x`":          "replace raw",
		"ALTER TABLE `waymark_raw`.`account` MOVE PARTITION ID '4' TO TABLE `x`":         "drop partition",
		"SELECT _partition_id, count() FROM `waymark_stage`.`account__e1_raw_1` GROUP 1": "audit staging",
		"SELECT 1": "read",
	} {
		if got := nameSQL(httptest.NewRequest(http.MethodPost, "/", nil), []byte(sql)); got != want {
			t.Errorf("%s is %q, want %q", sql, got, want)
		}
	}
	for target, want := range map[string]string{
		"PUT /lake/ledger/raw.json": "PUT ledger raw", "PUT /lake/lease.json": "PUT lease", "GET /exports/ga4/a.json.gz": "GET export",
		"PUT /lake/data/account/04/x.parquet": "PUT data", "GET /exports?list-type=2": "LIST exports", "GET /lake?prefix=manifests/web/": "LIST manifests",
	} {
		method, url, _ := strings.Cut(target, " ")
		if got := nameS3(httptest.NewRequest(method, url, nil), nil); got != want {
			t.Errorf("%s is %q, want %q", target, got, want)
		}
	}
}

func TestKillReachesTheChildren(t *testing.T) {
	p, err := startProcess(t.TempDir(), nil, "/bin/sh", "-c", "/bin/sleep 100 & wait")
	if err != nil {
		t.Fatal(err)
	}
	var children []int
	for range 200 {
		if children = childrenOf(p.cmd.Process.Pid); len(children) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.kill(both)
	if p.running() || len(children) != 1 || len(childrenOf(p.cmd.Process.Pid)) != 0 {
		t.Errorf("running %t, children %v", p.running(), children)
	}
	if o := p.wait(time.Second); o.code != -1 || !p.killed {
		t.Errorf("outcome %+v", o)
	}
}
