package store_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/internal/testenv"
)

func TestS3ListsPastOnePage(t *testing.T) {
	server := testenv.S3(t)
	server.SetEnv(t)
	s := openS3(t, server, store.S3Options{})
	defer s.Close()
	const n = 1100 // S3 lists 1,000 keys a page
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(16)
	for i := range n {
		g.Go(func() error {
			_, err := s.Put(ctx, fmt.Sprintf("part-%04d", i), strings.NewReader("x"), 1, object.Condition{})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err := s.List(t.Context(), "", func(info object.Info) error {
		if want := fmt.Sprintf("part-%04d", seen); info.Key != want {
			return fmt.Errorf("object %d is %s, want %s", seen, info.Key, want)
		}
		seen++
		return nil
	})
	if err != nil || seen != n {
		t.Errorf("listed %d objects, %v; want %d", seen, err, n)
	}
}

func TestS3ReaderResumes(t *testing.T) {
	server := testenv.S3(t)
	server.SetEnv(t)
	content := pattern(3 << 20)
	direct := openS3(t, server, store.S3Options{})
	defer direct.Close()
	info := put(t, direct, "large", content)

	t.Run("after broken connections", func(t *testing.T) {
		proxy := newProxy(t, server.Endpoint, 600<<10, 4)
		s := openS3(t, server, store.S3Options{Endpoint: proxy.endpoint})
		defer s.Close()
		got, err := readAll(t.Context(), s, info)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("read %d bytes, %v; want all %d", len(got), err, len(content))
		}
		if cut := proxy.cut.Load(); cut != 4 {
			t.Errorf("the proxy broke %d connections, want 4", cut)
		}
	})
	t.Run("after a silent connection", func(t *testing.T) {
		proxy := newProxy(t, server.Endpoint, 600<<10, 1)
		proxy.silent = true
		s := openS3(t, server, store.S3Options{Endpoint: proxy.endpoint, Stall: 50 * time.Millisecond})
		defer s.Close()
		got, err := readAll(t.Context(), s, info)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("read %d bytes, %v; want all %d", len(got), err, len(content))
		}
	})
	t.Run("gives up when nothing comes through", func(t *testing.T) {
		proxy := newProxy(t, server.Endpoint, 30<<10, 1<<30)
		s := openS3(t, server, store.S3Options{Endpoint: proxy.endpoint, Attempts: 3})
		defer s.Close()
		if _, err := readAll(t.Context(), s, info); !fault.Is(err, fault.Transient) {
			t.Errorf("error %v, want a transient one", err)
		}
	})
	t.Run("never mixes two versions", func(t *testing.T) {
		proxy := newProxy(t, server.Endpoint, 600<<10, 1)
		s := openS3(t, server, store.S3Options{Endpoint: proxy.endpoint})
		defer s.Close()
		r, err := s.Open(t.Context(), info)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		put(t, direct, "large", pattern(2<<20))
		if _, err := io.ReadAll(r); !fault.Is(err, fault.Conflict) {
			t.Errorf("error %v, want a conflict", err)
		}
	})
	t.Run("stops when its context is cancelled", func(t *testing.T) {
		info := put(t, direct, "large", content)
		proxy := newProxy(t, server.Endpoint, 100<<10, 1)
		proxy.silent = true
		s := openS3(t, server, store.S3Options{Endpoint: proxy.endpoint})
		defer s.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := readAll(ctx, s, info); err == nil || ctx.Err() == nil {
			t.Errorf("error %v, want the context's", err)
		}
	})
}

func TestS3Failures(t *testing.T) {
	server := testenv.S3(t)
	server.SetEnv(t)
	for _, c := range []struct {
		name string
		set  map[string]string
		opt  store.S3Options
		kind fault.Kind
		text string
	}{
		{name: "missing bucket", opt: store.S3Options{Bucket: "absent"}, kind: fault.NotFound, text: "bucket absent does not exist"},
		{name: "unknown access key", set: map[string]string{"AWS_ACCESS_KEY_ID": "someone"}, kind: fault.Auth, text: "s3://exports/"},
		{name: "wrong secret", set: map[string]string{"AWS_SECRET_ACCESS_KEY": "wrong"}, kind: fault.Auth, text: "SignatureDoesNotMatch"},
		{name: "no credentials", set: map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, kind: fault.Auth, text: "find AWS credentials"},
		{name: "nobody listens", opt: store.S3Options{Endpoint: "http://127.0.0.1:1", Attempts: 2}, kind: fault.Transient, text: "connection refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for k, v := range c.set {
				t.Setenv(k, v)
			}
			s := openS3(t, server, c.opt)
			defer s.Close()
			_, statErr := s.Stat(t.Context(), "k")
			_, putErr := s.Put(t.Context(), "k", strings.NewReader("x"), 1, object.Condition{})
			_, condErr := s.Put(t.Context(), "k", strings.NewReader("x"), 1, object.Condition{IfMatch: `"0"`})
			_, openErr := s.Open(t.Context(), object.Info{Key: "k", ETag: `"0"`, Size: 1})
			for what, err := range map[string]error{
				"list": s.List(t.Context(), "", func(object.Info) error { return nil }),
				"stat": statErr, "put": putErr, "conditional put": condErr, "open": openErr,
			} {
				switch {
				case !fault.Is(err, c.kind):
					t.Errorf("%s: %v error %v, want %v", what, fault.KindOf(err), err, c.kind)
				case what == "list" && !strings.Contains(err.Error(), c.text):
					t.Errorf("%s: error %q does not contain %q", what, err, c.text)
				case strings.Contains(err.Error(), server.SecretKey):
					t.Errorf("%s: error names the secret", what)
				}
			}
		})
	}
}

func TestS3RetriesWhatMayPass(t *testing.T) {
	var requests atomic.Int32
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`)
			return
		}
		w.Header().Set("ETag", `"1"`)
	}))
	defer slow.Close()
	testenv.S3Server{AccessKey: "a", SecretKey: "b", Region: "us-east-1"}.SetEnv(t)
	s, err := store.OpenS3(t.Context(), store.S3Options{Bucket: "b", Endpoint: slow.URL, PathStyle: true, Attempts: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Put(t.Context(), "k", strings.NewReader("x"), 1, object.Condition{}); err != nil {
		t.Errorf("put: %v", err)
	}
	requests.Store(-1 << 30)
	_, err = s.Put(t.Context(), "k", strings.NewReader("x"), 1, object.Condition{})
	if !fault.Is(err, fault.Transient) || !strings.Contains(err.Error(), "SlowDown") {
		t.Errorf("error %v, want a transient SlowDown", err)
	}
	if tries := requests.Load() + 1<<30; tries != 4 {
		t.Errorf("%d tries, want 4", tries)
	}
}

func TestOpenS3RefusesBadOptions(t *testing.T) {
	testenv.S3Server{}.SetEnv(t)
	for name, opt := range map[string]store.S3Options{
		"no bucket": {}, "bare endpoint": {Bucket: "b", Endpoint: "localhost:9000"}, "no region": {Bucket: "b"},
	} {
		if s, err := store.OpenS3(t.Context(), opt); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, %v; want an invalid error", name, s, err)
		}
	}
}

func TestAbortedUploadLeavesNoParts(t *testing.T) {
	server := testenv.S3(t)
	server.SetEnv(t)
	s := openS3(t, server, store.S3Options{})
	defer s.Close()
	content := pattern(17 << 20)
	_, err := s.Put(t.Context(), "k", bytes.NewReader(content), int64(len(content)), object.Condition{IfMatch: `"0"`})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("error %v, want a conflict", err)
	}
	var left []string
	_ = fsWalk(server.Dir, func(path string, size int64) {
		if size > 1<<20 {
			left = append(left, path)
		}
	})
	if len(left) > 0 {
		t.Errorf("parts are left behind: %v", left)
	}
}

func pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i * 2654435761 >> 13)
	}
	return p
}

func put(t *testing.T, s store.Store, key string, content []byte) object.Info {
	t.Helper()
	info, err := s.Put(t.Context(), key, bytes.NewReader(content), int64(len(content)), object.Condition{})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func readAll(ctx context.Context, s store.Store, info object.Info) ([]byte, error) {
	r, err := s.Open(ctx, info)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func fsWalk(dir string, visit func(path string, size int64)) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		path := dir + "/" + e.Name()
		if e.IsDir() {
			_ = fsWalk(path, visit)
		} else if info, err := e.Info(); err == nil {
			visit(path, info.Size())
		}
	}
	return err
}
