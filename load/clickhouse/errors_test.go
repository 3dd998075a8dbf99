package clickhouse

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"

	ch "github.com/ClickHouse/clickhouse-go/v2"

	"waymark/internal/fault"
)

func TestFaultKinds(t *testing.T) {
	server := func(code int32) error { return fmt.Errorf("sendQuery: %w", &ch.Exception{Code: code, Message: "Boom"}) }
	overHTTP := func(code int32) error {
		return &ch.HTTPError{StatusCode: 500, Err: &ch.Exception{Code: code, Message: "Boom"}}
	}
	status := func(n int) error { return &ch.HTTPError{StatusCode: n, Err: errors.New("response body: \"<html>\"")} }
	dial := func(err error) error {
		return &url.Error{Op: "Post", URL: "http://default:secret@h:1/?query=x", Err: &net.OpError{Op: "dial", Net: "tcp", Err: err}}
	}
	for _, c := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"authentication", server(516), fault.Auth}, {"access denied", overHTTP(497), fault.Auth}, {"readonly", server(164), fault.Invalid},
		{"unknown table", server(60), fault.NotFound}, {"unknown database", server(81), fault.NotFound},
		{"timeout", server(159), fault.Transient}, {"network", server(210), fault.Transient}, {"socket timeout", server(209), fault.Transient},
		{"too many queries", server(202), fault.Transient}, {"memory", overHTTP(241), fault.Transient}, {"read only table", server(242), fault.Transient},
		{"keeper", server(999), fault.Transient}, {"too many parts", server(252), fault.Transient},
		{"type mismatch", server(53), fault.SchemaDrift}, {"no such column", server(16), fault.SchemaDrift},
		{"syntax", server(62), fault.Invalid}, {"unknown identifier", server(47), fault.Invalid}, {"throwIf", server(395), fault.Gate},
		{"unknown code", server(31337), fault.Internal},
		{"401 of a proxy", status(401), fault.Auth}, {"403 of a proxy", status(403), fault.Auth}, {"404 of another server", status(404), fault.NotFound},
		{"503 of a balancer", status(503), fault.Transient}, {"502 of a balancer", status(502), fault.Transient}, {"500 of another server", status(500), fault.Internal},
		{"refused", dial(syscall.ECONNREFUSED), fault.Transient}, {"reset", dial(syscall.ECONNRESET), fault.Transient},
		{"broken pipe", dial(syscall.EPIPE), fault.Transient}, {"EOF", io.ErrUnexpectedEOF, fault.Transient},
		{"no such host", dial(&net.DNSError{IsNotFound: true, Name: "h"}), fault.NotFound}, {"DNS down", dial(&net.DNSError{IsTemporary: true}), fault.Transient},
		{"own deadline", context.DeadlineExceeded, fault.Transient}, {"pool", ch.ErrAcquireConnTimeout, fault.Transient},
		{"unknown authority", dial(x509.UnknownAuthorityError{}), fault.Invalid}, {"not TLS", dial(tls.RecordHeaderError{Msg: "x"}), fault.Invalid},
		{"ours", fmt.Errorf("read: %w", fault.New(fault.Conflict, "mine")), fault.Conflict}, {"anything", errors.New("x"), fault.Internal},
	} {
		got := faultOf("try it", c.err)
		if fault.KindOf(got) != c.want || !strings.HasPrefix(got.Error(), "try it: ") {
			t.Errorf("%s: %v (%s), want %s", c.name, got, fault.KindOf(got), c.want)
		}
		if strings.Contains(got.Error(), "secret") || strings.Contains(got.Error(), "html") {
			t.Errorf("%s: %q tells too much", c.name, got)
		}
	}
	if err := faultOf("x", nil); err != nil {
		t.Error(err)
	}
	if err := faultOf("x", dial(context.Canceled)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancellation became %v", err)
	}
}

func TestServerMessagesLoseData(t *testing.T) {
	for _, c := range []struct {
		code       int32
		text, want string
	}{
		{6, "Cannot parse string 'jan@example.com' as UInt64: it's bad", "Cannot parse string … (CANNOT_PARSE_TEXT)"},
		{31337, `Value "x" is odd`, "Value … ()"},
		{60, "DB::Exception: Table a.b does not exist. (UNKNOWN_TABLE) (version 26.7.2.1 (official build))", "Table a.b does not exist. (UNKNOWN_TABLE)"},
		{47, "Unknown expression identifier 'x'. Stack trace: 0. foo", "Unknown expression identifier 'x'."},
	} {
		if got := messageOf(&ch.Exception{Code: c.code, Message: c.text}, codeOf(c.code).quotes); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if got := messageOf(&ch.Exception{Message: strings.Repeat("ż", 5000)}, false); len([]rune(got)) > longestMessage+1 {
		t.Errorf("%d characters", len([]rune(got)))
	}
}

func TestCodesHaveTheServersNames(t *testing.T) {
	w := open(t)
	for code, c := range serverCodes() {
		if got := texts(t, w, fmt.Sprintf("SELECT errorCodeToName(%d)", code)); got[0] != c.name {
			t.Errorf("%d is %s, not %s", code, got[0], c.name)
		}
	}
}

func TestErrorsOfTheEngine(t *testing.T) {
	w := open(t)
	for sql, want := range map[string]struct {
		kind fault.Kind
		code int32
	}{
		"SELECT * FROM waymark_raw.nothing":                {fault.NotFound, 60},
		"SELECT * FROM nowhere.nothing":                    {fault.NotFound, 81},
		"SELEC 1":                                          {fault.Invalid, 62},
		"SELECT nothing FROM waymark_raw.agent":            {fault.Invalid, 47},
		"SELECT toUInt8('jan@example.com')":                {fault.Invalid, 6},
		"INSERT INTO waymark_raw.agent (nothing) SELECT 1": {fault.SchemaDrift, 16},
		"SELECT throwIf(1, 'test failed')":                 {fault.Gate, 395},
	} {
		err := w.Exec(t.Context(), sql, nil)
		if fault.KindOf(err) != want.kind || Code(err) != want.code {
			t.Errorf("%s: %v (%s, code %d)", sql, err, fault.KindOf(err), Code(err))
		}
		if err != nil && strings.Contains(err.Error(), "jan@") {
			t.Errorf("%s: the message quotes data: %v", sql, err)
		}
	}
}

func TestOpenFails(t *testing.T) {
	p := process(t)
	_, err := Open(t.Context(), Options{Address: p.Address(), Secret: "wrong"})
	if !fault.Is(err, fault.Auth) || fault.HintOf(err) == "" {
		t.Errorf("wrong secret: %v", err)
	}
	_, err = Open(t.Context(), Options{DSN: "http://default:wrong-word@" + p.Address()})
	if !fault.Is(err, fault.Auth) || strings.Contains(err.Error(), "wrong-word") {
		t.Errorf("wrong password in the DSN: %v", err)
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := closed.Addr().String()
	must(t, closed.Close())
	for _, scheme := range []string{"http", "clickhouse"} {
		_, err = Open(t.Context(), Options{DSN: scheme + "://u:hidden-word@" + address, RetryBudget: -1})
		if !fault.Is(err, fault.Transient) || strings.Contains(err.Error(), "hidden-word") {
			t.Errorf("%s, nobody listens: %v (%s)", scheme, err, fault.KindOf(err))
		}
	}
	w, err := Open(t.Context(), Options{DSN: "http://anyone@" + p.Address(), Password: p.Secret()})
	must(t, err)
	if !w.AcceptsParquet() || !strings.HasPrefix(w.Version(), "26.") {
		t.Errorf("version %s", w.Version())
	}
	must(t, w.Close())
}
