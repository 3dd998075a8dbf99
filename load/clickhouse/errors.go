package clickhouse

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"

	ch "github.com/ClickHouse/clickhouse-go/v2"

	"waymark/internal/fault"
)

// serverCode is what one of ClickHouse's error codes means to us. A message that may quote data has its quotations
// removed, because error texts never hold values from records.
type serverCode struct {
	name   string
	kind   fault.Kind
	quotes bool
	hint   string
}

// codeOf looks a ClickHouse error code up; unknown codes are Internal and may quote data.
func codeOf(code int32) serverCode {
	if c, ok := serverCodes()[code]; ok {
		return c
	}
	return serverCode{kind: fault.Internal, quotes: true}
}

// faultOf maps an error of clickhouse-go, of the network or of the server to a *fault.Error that says what was done.
func faultOf(what string, err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return fmt.Errorf("%s: %w", what, err)
	}
	var exception *ch.Exception
	if errors.As(err, &exception) {
		c := codeOf(exception.Code)
		return &fault.Error{Kind: c.kind, Hint: c.hint, Err: fmt.Errorf("%s: %w", what, &serverError{
			code: exception.Code, text: messageOf(exception, c.quotes),
		})}
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", what, context.Canceled)
	}
	kind, hint := transportKind(err)
	return &fault.Error{Kind: kind, Hint: hint, Err: fmt.Errorf("%s: %w", what, bare(err))}
}

// transportKind classifies errors that did not come from the server's query engine.
func transportKind(err error) (fault.Kind, string) {
	var (
		status    *ch.HTTPError
		dns       *net.DNSError
		network   net.Error
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		expired   x509.CertificateInvalidError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &status):
		return statusKind(status.StatusCode), "check the address: the answer did not come from ClickHouse"
	case errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &expired), errors.As(err, &record):
		return fault.Invalid, "check the certificate, the port and whether the server speaks TLS there"
	case errors.As(err, &dns) && dns.IsNotFound:
		return fault.NotFound, "check the host name of the warehouse"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fault.Invalid, "the port does not speak TLS"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, ch.ErrAcquireConnTimeout),
		errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, net.ErrClosed), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, ch.ErrBatchInvalid), errors.As(err, &network):
		return fault.Transient, ""
	}
	return fault.Internal, ""
}

func statusKind(status int) fault.Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault.Auth
	case http.StatusNotFound:
		return fault.NotFound
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return fault.Transient
	}
	return fault.Internal
}

// serverError is the server's own message, cut to size and without data.
type serverError struct {
	code int32
	text string
}

func (e *serverError) Error() string { return fmt.Sprintf("ClickHouse %d: %s", e.code, e.text) }

// Code returns ClickHouse's error code in err's chain, 0 when there is none.
func Code(err error) int32 {
	var e *serverError
	if errors.As(err, &e) {
		return e.code
	}
	return 0
}

const longestMessage = 500

// versionNote is what servers append to every message.
var versionNote = regexp.MustCompile(`\s*\(version [^)]*\(?[^)]*\)?\)`)

func messageOf(e *ch.Exception, quotes bool) string {
	text := strings.TrimPrefix(e.Message, "DB::Exception: ")
	text = versionNote.ReplaceAllString(text, "")
	if i := strings.Index(text, "Stack trace:"); i >= 0 {
		text = text[:i]
	}
	if quotes {
		// A value may hold a quote itself, so that pairs are not to be trusted: keep what comes before the first.
		if i := strings.IndexAny(text, `'"`); i >= 0 {
			text = strings.TrimSpace(text[:i]) + " … (" + codeOf(e.Code).name + ")"
		}
	}
	if runes := []rune(text); len(runes) > longestMessage {
		text = string(runes[:longestMessage]) + "…"
	}
	return strings.TrimSpace(text)
}

// bare strips what wraps a transport error in requests: *url.Error prints the URL, which holds the statement, its
// parameters and, over plain HTTP, the credentials; an HTTP error prints the body.
func bare(err error) error {
	var status *ch.HTTPError
	if errors.As(err, &status) {
		return fmt.Errorf("HTTP status %d", status.StatusCode)
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil || !strings.Contains(err.Error(), "://") {
			return err
		}
		err = inner
	}
}
