package clickhouse

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"waymark/internal/fault"
	"waymark/schemas"
)

// unsteady is a proxy before the real engine that spoils requests whose statement contains a word.
type unsteady struct {
	word  string
	fails int32 // how many requests to spoil
	spoil func(http.ResponseWriter, *http.Request)
	seen  atomic.Int32
}

func (u *unsteady) warehouse(t testing.TB, budget time.Duration) *Warehouse {
	t.Helper()
	p := process(t)
	target := &url.URL{Scheme: "http", Host: p.Address()}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sql := r.URL.Query().Get("query")
		if sql == "" {
			b, _ := io.ReadAll(r.Body)
			sql = string(b)
			r.Body = io.NopCloser(strings.NewReader(sql))
		}
		if strings.Contains(sql, u.word) && u.seen.Add(1) <= u.fails {
			u.spoil(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	w, err := Open(t.Context(), Options{
		Address: strings.TrimPrefix(server.URL, "http://"), Secret: p.Secret(), RetryBudget: budget, Log: zerolog.Nop(),
	})
	must(t, err)
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func overloaded(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-ClickHouse-Exception-Code", "202")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, "Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)")
}

func unavailable(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusServiceUnavailable)
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func denied(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }

func TestRetries(t *testing.T) {
	open(t)
	for name, c := range map[string]struct {
		spoil   func(http.ResponseWriter, *http.Request)
		fails   int32
		budget  time.Duration
		run     func(context.Context, *Warehouse) error
		want    int32 // requests that reached the proxy
		succeed bool
	}{
		"overload passes":    {overloaded, 2, time.Minute, dropTwice, 3, true},
		"balancer passes":    {unavailable, 1, time.Minute, dropTwice, 2, true},
		"hang-up passes":     {hangUp, 1, time.Minute, dropTwice, 2, true},
		"no budget":          {overloaded, 1, -1, dropTwice, 1, false},
		"budget is spent":    {overloaded, 1000, 400 * time.Millisecond, dropTwice, 0, false},
		"not transient":      {denied, 1, time.Minute, dropTwice, 1, false},
		"a lie is no answer": {agree, 1, time.Minute, dropTwice, 2, true},
		"nor is it done":     {agree, 1, time.Minute, execOnce, 1, false},
		"not repeatable":     {overloaded, 1, time.Minute, execOnce, 1, false},
		"reading may repeat": {hangUp, 1, time.Minute, readAgain, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			u := &unsteady{word: "waymark_stage", fails: c.fails, spoil: c.spoil}
			err := c.run(t.Context(), u.warehouse(t, c.budget))
			if (err == nil) != c.succeed || c.want != 0 && u.seen.Load() != c.want {
				t.Errorf("%d requests, %v", u.seen.Load(), err)
			}
		})
	}
}

// agree says that all is done, as a proxy can that has no server behind it.
func agree(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

func dropTwice(ctx context.Context, w *Warehouse) error { return w.DropStaging(ctx, "retry__x") }

func execOnce(ctx context.Context, w *Warehouse) error {
	return w.Exec(ctx, "DROP TABLE IF EXISTS waymark_stage.retry__x", nil)
}

func readAgain(ctx context.Context, w *Warehouse) error {
	_, err := w.PartitionStates(ctx, Table{Database: Stage, Name: "retry__x", hash: "1"})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func TestCancellationEndsThePauseBetweenAttempts(t *testing.T) {
	open(t)
	u := &unsteady{word: "retry__x", fails: 1000, spoil: overloaded}
	w := u.warehouse(t, time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := w.DropStaging(ctx, "retry__x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestABrokenInsertIsNotRepeated(t *testing.T) {
	real := open(t)
	s := newStaging(t, real, schemas.JourneyEvent, "cut")
	insertEvents(t, s, event{id: "01", day: "2024-01-31", hash: 11})
	file := parquet(t, real, "SELECT * FROM "+s.table.SQL())
	u := &unsteady{word: "INSERT INTO", fails: 1, spoil: func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 100)
		hangUp(w, r)
	}}
	w := u.warehouse(t, time.Minute)
	cut, err := w.AttachStaging(t.Context(), s.Target(), s.Name())
	must(t, err)
	if err := cut.Load(t.Context(), "x.parquet", reader(file)); !fault.Is(err, fault.Transient) || u.seen.Load() != 1 {
		t.Errorf("%d inserts, %v", u.seen.Load(), err)
	}
	must(t, cut.Load(t.Context(), "x.parquet", reader(file)))
}

// The embedded engine does not come back once its process is gone: nothing is tried again, and the error says what to do.
func TestNothingIsTriedAgainOnceTheEngineIsGone(t *testing.T) {
	u := &unsteady{word: "SELECT 7", fails: 100, spoil: overloaded}
	w := u.warehouse(t, time.Minute)
	gone := false
	w.lost = func() error {
		if gone {
			return fault.New(fault.Transient, "the engine's process ended (signal: killed)")
		}
		return nil
	}
	u.spoil = func(rw http.ResponseWriter, r *http.Request) {
		gone = u.seen.Load() == 2
		overloaded(rw, r)
	}
	_, err := w.describeSelect(t.Context(), "ask", "SELECT 7", nil)
	if !fault.Is(err, fault.Transient) || !errors.Is(err, ErrGone) || u.seen.Load() != 2 || !strings.Contains(err.Error(), "signal: killed") || fault.HintOf(err) == "" {
		t.Errorf("after %d requests: %v", u.seen.Load(), err)
	}
}
