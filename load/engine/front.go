package engine

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// front is ClickHouse's HTTP interface over the engine's library: one engine connection per request.
type front struct {
	lib     *library
	args    []string // of every connection
	secret  string
	version string
	guard   guard
	log     zerolog.Logger

	handlers sync.WaitGroup
	serial   atomic.Uint64
	mu       sync.Mutex
	running  map[string]*running // by query id
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.handlers.Add(1)
	defer f.handlers.Done()
	w.Header().Set("X-ClickHouse-Server-Display-Name", "waymark")
	w.Header().Set("X-ClickHouse-Timezone", "UTC")
	switch {
	case r.URL.Path == "/ping", r.URL.Path == "/" && r.Method == http.MethodGet && r.URL.RawQuery == "":
		_, _ = io.WriteString(w, "Ok.\n")
		return
	case r.URL.Path != "/":
		http.Error(w, "There is no handle for this path. Use / or /ping.", http.StatusNotFound)
		return
	}
	out := &response{w: w}
	if err := f.serve(out, r); err != nil {
		e := asException(err)
		if e.code != codeDenied {
			f.drain(w, r)
		}
		out.fail(e)
	}
}

// drain takes in what the client is still sending, for a moment: a client that cannot finish sending may never read why.
func (f *front) drain(w http.ResponseWriter, r *http.Request) {
	if http.NewResponseController(w).SetReadDeadline(time.Now().Add(5*time.Second)) == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

func (f *front) serve(out *response, r *http.Request) error {
	if !f.authentic(r) {
		return refuse(codeDenied, "AUTHENTICATION_FAILED", "default: Authentication failed: password is incorrect, or there is no user with such name")
	}
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost && r.Method != http.MethodHead:
		return refuse(48, "NOT_IMPLEMENTED", "Only GET, HEAD and POST are served")
	case strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/"):
		return refuse(48, "NOT_IMPLEMENTED", "External tables are not served by the embedded engine")
	}
	body, err := decodeBody(r)
	if err != nil {
		return err
	}
	req, err := readRequest(r, body)
	if err != nil {
		return err
	}
	if err := out.prepare(r, req); err != nil {
		return err
	}
	s := stats{rowsRead: 1}
	if strings.TrimSpace(req.text) == helloQuery && strings.EqualFold(req.format, "Native") {
		err = out.write(s, helloBlock(f.version))
	} else {
		s, err = f.run(out, r, req)
	}
	if err != nil {
		return err
	}
	return out.finish(s)
}

// authentic checks the secret; the user's name does not matter, since the engine has only one.
func (f *front) authentic(r *http.Request) bool {
	given := r.Header.Get("X-ClickHouse-Key")
	if given == "" {
		given = r.URL.Query().Get("password")
	}
	if _, password, ok := r.BasicAuth(); ok {
		given = password
	}
	return subtle.ConstantTimeCompare([]byte(given), []byte(f.secret)) == 1
}

// run executes one statement on a connection of its own.
func (f *front) run(out *response, r *http.Request, req *request) (stats, error) {
	conn, err := dial(f.lib, f.args)
	if err != nil {
		return stats{}, err
	}
	defer conn.close()
	var a analysis
	if !req.stmt.takesData {
		a = conn.classify(req.text)
	}
	if err := f.guard.check(req, a); err != nil {
		return stats{}, err
	}
	if req.stmt.verb == "KILL" {
		f.kill(r.Context(), req.stmt.literals)
	}
	marker := "waymark-" + strconv.FormatUint(f.serial.Add(1), 10)
	if err := configure(conn, req, marker); err != nil {
		return stats{}, err
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	done, err := f.register(req.queryID, cancel)
	if err != nil {
		return stats{}, err
	}
	defer done()
	var stop atomic.Bool
	finished := f.killWhenDone(ctx, marker, func() {
		stop.Store(true)
		if req.body != nil { // the rows may never come: wake the reader
			_ = http.NewResponseController(out.w).SetReadDeadline(time.Now())
		}
	})
	defer finished()
	return execute(out, conn, req, a, &stop)
}

func execute(out *response, conn *connection, req *request, a analysis, stop *atomic.Bool) (stats, error) {
	switch {
	case req.stmt.takesData:
		return conn.insert(req.text, req.format, req.params, req.body, stop)
	case req.streams(a):
		return conn.stream(req.text, req.format, req.params, out.write)
	}
	s, err := conn.query(req.text, req.format, req.params, out.write)
	if err == nil && a.class == classUnknown && !out.started {
		err = refuse(62, "SYNTAX_ERROR", "Syntax error: the text holds no statement") // "exit" and the like
	}
	return s, err
}

// configure makes the connection the request's session. readonly comes last: nothing can be set behind it.
func configure(conn *connection, req *request, marker string) error {
	if req.database != "" && req.database != "default" {
		if err := conn.exec("USE " + quote(req.database, '`')); err != nil {
			return err
		}
	}
	set := "SET log_comment = " + quote(marker, '\'')
	for _, s := range req.settings {
		set += ", " + quote(s.name, '`') + " = " + quote(s.value, '\'')
	}
	if req.readonly != "" {
		set += ", readonly = " + quote(req.readonly, '\'')
	}
	return conn.exec(set)
}

// quote makes a literal ('\”) or an identifier ('`').
func quote(s string, q byte) string {
	b := []byte{q}
	for i := range len(s) {
		if s[i] == q || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return string(append(b, q))
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
