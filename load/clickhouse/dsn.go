package clickhouse

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"

	"waymark/internal/fault"
)

// Limits of the connection pool. acquiring waits at most dialTimeout, so that the pool must be larger than what the
// pipeline runs at once.
const (
	maxConnections = 64
	idleConns      = 8
	dialTimeout    = 15 * time.Second
)

// driverOptions turns o into the driver's options. Errors never quote the DSN: it may hold a password.
func driverOptions(o Options) (*ch.Options, error) {
	var (
		opt *ch.Options
		err error
	)
	switch {
	case o.DSN != "" && o.Address != "":
		return nil, fault.New(fault.Invalid, "warehouse: both a DSN and an embedded engine are given")
	case o.DSN != "":
		opt, err = parseDSN(o.DSN)
	case o.Address != "":
		opt, err = embedded(o)
	default:
		err = fault.New(fault.Invalid, "warehouse: neither a DSN nor an embedded engine is given")
	}
	if err != nil {
		return nil, err
	}
	if o.Password != "" {
		opt.Auth.Password = o.Password
	}
	if opt.Settings == nil {
		opt.Settings = ch.Settings{}
	}
	opt.MaxOpenConns, opt.MaxIdleConns = maxConnections, idleConns
	if opt.DialTimeout == 0 {
		opt.DialTimeout = dialTimeout
	}
	// Over HTTP this is the wait for the first byte of an answer, which for a long INSERT … SELECT is its whole run;
	// each statement has its own deadline.
	opt.ReadTimeout = o.statementTimeout() + time.Minute
	opt.TransportFunc = func(t *http.Transport) (http.RoundTripper, error) { return answers{t}, nil }
	return opt, nil
}

func embedded(o Options) (*ch.Options, error) {
	if _, _, err := net.SplitHostPort(o.Address); err != nil {
		return nil, fault.New(fault.Invalid, "warehouse: the embedded engine's address is not host:port")
	}
	return &ch.Options{
		Protocol: ch.HTTP, Addr: []string{o.Address}, Auth: ch.Auth{Username: "default", Password: o.Secret},
	}, nil
}

// defaultPort gives the port of a scheme where the DSN names none; "" is an unknown scheme.
func defaultPort(scheme string, secure bool) string {
	switch {
	case scheme == "clickhouse" && secure:
		return "9440"
	case scheme == "clickhouse":
		return "9000"
	case scheme == "http":
		return "8123"
	case scheme == "https":
		return "8443"
	}
	return ""
}

func parseDSN(dsn string) (*ch.Options, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		e := fault.New(fault.Invalid, "warehouse: the DSN is not a URL")
		e.Hint = "percent-encode special characters of user and password"
		return nil, e
	}
	if defaultPort(u.Scheme, false) == "" {
		e := fault.New(fault.Invalid, "warehouse: the DSN must start with clickhouse://, http:// or https://")
		if u.Scheme == "tcp" || u.Scheme == "native" || u.Scheme == "chs" {
			e.Hint = "the native protocol is clickhouse://host:9000, with TLS clickhouse://host:9440/?secure=true"
		}
		return nil, e
	}
	if u.Host == "" || u.Hostname() == "" {
		return nil, fault.New(fault.Invalid, "warehouse: the DSN names no host")
	}
	query := u.Query()
	if u.Scheme == "https" {
		query.Set("secure", "true")
	}
	if u.Scheme == "http" && query.Get("secure") != "" {
		e := fault.New(fault.Invalid, "warehouse: http:// and secure contradict each other")
		e.Hint = "use https://"
		return nil, e
	}
	secure := query.Get("secure") != "" && query.Get("secure") != "false"
	u.Host = withPorts(u.Host, defaultPort(u.Scheme, secure))
	u.RawQuery = query.Encode()
	opt, err := ch.ParseDSN(u.String())
	if err != nil {
		return nil, fault.New(fault.Invalid, "warehouse: the DSN's options are not valid: %s", optionError(err))
	}
	if opt.Auth.Database != "" && opt.Auth.Database != "default" {
		e := fault.New(fault.Invalid, "warehouse: the DSN names a database; Waymark keeps its own (%s, %s, …)", Raw, Mart)
		e.Hint = "remove the path from the DSN"
		return nil, e
	}
	if opt.TLS != nil && opt.TLS.MinVersion == 0 {
		opt.TLS.MinVersion = tls.VersionTLS12
	}
	if opt.Compression == nil {
		opt.Compression = &ch.Compression{Method: ch.CompressionLZ4}
	}
	return opt, nil
}

// withPorts completes every host of a comma-separated list that names no port.
func withPorts(hosts, port string) string {
	list := strings.Split(hosts, ",")
	for i, h := range list {
		if _, _, err := net.SplitHostPort(h); err != nil && h != "" {
			list[i] = net.JoinHostPort(strings.Trim(h, "[]"), port)
		}
	}
	return strings.Join(list, ",")
}

// optionError keeps the name of the option at fault and drops everything that may quote its value.
func optionError(err error) string {
	text := strings.TrimPrefix(err.Error(), "clickhouse [dsn parse]:")
	name, _, _ := strings.Cut(strings.TrimSpace(text), ":")
	if len(name) > 60 || strings.Contains(name, "@") || strings.Contains(name, "/") {
		return "unknown option or value"
	}
	return name
}
