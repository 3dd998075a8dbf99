package engine

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// front is ClickHouse's HTTP interface over the engine's library: one connection and one goroutine per request.
type front struct {
	lib     *library
	args    []string // of every connection
	secret  string
	version string
	log     zerolog.Logger

	serial  atomic.Uint64
	mu      sync.Mutex
	running map[string]*running // by query id
}

// running is a statement that KILL QUERY and a vanished client can end.
type running struct {
	cancel context.CancelFunc
	done   chan struct{}
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-ClickHouse-Server-Display-Name", "waymark")
	h.Set("X-ClickHouse-Timezone", "UTC")
	switch {
	case r.URL.Path == "/ping":
		_, _ = io.WriteString(w, "Ok.\n")
		return
	case r.URL.Path != "/" && r.URL.Path != "/query":
		http.Error(w, "There is no handle "+strconv.Quote(r.URL.Path), http.StatusNotFound)
		return
	case r.Method == http.MethodGet && r.URL.RawQuery == "":
		_, _ = io.WriteString(w, "Ok.\n")
		return
	}
	out := &response{w: w}
	if err := f.serve(out, r); err != nil {
		out.fail(asException(err))
	}
}

func (f *front) serve(out *response, r *http.Request) error {
	if !f.authentic(r) {
		return refuse(516, "AUTHENTICATION_FAILED", "default: Authentication failed: password is incorrect, or there is no user with such name")
	}
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodHead:
	default:
		return refuse(48, "NOT_IMPLEMENTED", "only GET, HEAD and POST are served")
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return refuse(48, "NOT_IMPLEMENTED", "external tables are not served by the embedded engine")
	}
	body, err := decodeBody(r)
	if err != nil {
		return err
	}
	req, err := readRequest(r, body)
	if err != nil {
		return err
	}
	if req.queryID == "" {
		req.queryID = newID()
	}
	out.prepare(r, req)
	if strings.TrimSpace(req.text) == helloQuery && strings.EqualFold(req.format, "Native") {
		return out.finish(stats{rowsRead: 1}, out.write(helloBlock(f.version)))
	}
	return f.run(out, r, req)
}

// authentic checks the secret; the user name does not matter, since the engine has only one.
func (f *front) authentic(r *http.Request) bool {
	given := r.Header.Get("X-ClickHouse-Key")
	if _, password, ok := r.BasicAuth(); ok {
		given = password
	} else if given == "" {
		given = r.URL.Query().Get("password")
	}
	return subtle.ConstantTimeCompare([]byte(given), []byte(f.secret)) == 1
}

// run executes one statement on a connection of its own.
func (f *front) run(out *response, r *http.Request, req *request) error {
	conn, err := dial(f.lib, f.args)
	if err != nil {
		return err
	}
	defer conn.close()
	var a analysis
	if !req.stmt.takesData {
		a = conn.classify(req.text)
	}
	if err := req.check(a); err != nil {
		return err
	}
	if req.stmt.verb == "KILL" {
		f.kill(req.stmt.strings)
	}
	marker := "waymark-" + strconv.FormatUint(f.serial.Add(1), 10)
	if err := configure(conn, req, marker); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	done, err := f.register(req.queryID, cancel)
	if err != nil {
		return err
	}
	defer done()
	var stop atomic.Bool
	finished := f.killWhenDone(ctx, marker, &stop)
	s, err := f.execute(out, conn, req, a, &stop)
	finished()
	return out.finish(s, err)
}

func (f *front) execute(out *response, conn *connection, req *request, a analysis, stop *atomic.Bool) (stats, error) {
	switch {
	case req.stmt.takesData:
		return conn.insert(req.text, firstOf(req.stmt.format, req.format), req.params, req.body, stop)
	case req.streams(a.class):
		return conn.stream(req.text, req.format, req.params, out.write)
	}
	s, err := conn.query(req.text, req.format, req.params, out.write)
	if err == nil && a.class == classUnknown && !out.started {
		return s, refuse(62, "SYNTAX_ERROR", "Syntax error: the text holds no statement")
	}
	return s, err
}

// configure makes the connection the request's session. readonly comes last: nothing can be set behind it.
func configure(conn *connection, req *request, marker string) error {
	set := "SET log_comment = " + quote(marker)
	for _, s := range req.settings {
		set += ", " + identifier(s.name) + " = " + quote(s.value)
	}
	if req.readonly != "" {
		set += ", readonly = " + quote(req.readonly)
	}
	if req.database != "" && req.database != "default" {
		if err := conn.exec("USE " + identifier(req.database)); err != nil {
			return err
		}
	}
	return conn.exec(set)
}

// register makes the statement known to KILL QUERY; an id that is already running is refused, as by a server.
func (f *front) register(id string, cancel context.CancelFunc) (done func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running[id] != nil {
		return nil, refuse(216, "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING", "Query with this id is already running")
	}
	entry := &running{cancel, make(chan struct{})}
	f.running[id] = entry
	return func() {
		f.mu.Lock()
		delete(f.running, id)
		f.mu.Unlock()
		close(entry.done)
	}, nil
}

// kill ends the statements whose ids a KILL QUERY names: the engine knows them under other ids.
func (f *front) kill(ids []string) {
	for _, id := range ids {
		f.mu.Lock()
		entry := f.running[id]
		f.mu.Unlock()
		if entry != nil {
			entry.cancel()
			<-entry.done
		}
	}
}

// killWhenDone kills the marked statement once ctx ends, again and again until the returned function says that the
// statement is over: a single KILL can come before the engine lists the statement.
func (f *front) killWhenDone(ctx context.Context, marker string, stop *atomic.Bool) (finished func()) {
	over, exited := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(exited)
		select {
		case <-over:
			return
		case <-ctx.Done():
		}
		stop.Store(true)
		conn, err := dial(f.lib, f.args)
		if err != nil {
			f.log.Error().Err(err).Msg("engine: connect to kill a statement")
			return
		}
		defer conn.close()
		for {
			if err := conn.exec("KILL QUERY WHERE Settings['log_comment'] = " + quote(marker) + " ASYNC"); err != nil {
				f.log.Error().Err(err).Msg("engine: kill a statement")
			}
			select {
			case <-over:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() { close(over); <-exited }
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// quote makes a string literal.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// identifier makes a quoted identifier.
func identifier(s string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(s) + "`"
}

var errBody = errors.New("read the request body")
