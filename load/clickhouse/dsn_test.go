package clickhouse

import (
	"fmt"
	"strings"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
)

func TestDSN(t *testing.T) {
	for _, c := range []struct {
		dsn      string
		protocol ch.Protocol
		addr     []string
		tls      bool
	}{
		{"clickhouse://host", ch.Native, []string{"host:9000"}, false},
		{"clickhouse://u:p@host:9440/?secure=true", ch.Native, []string{"host:9440"}, true},
		{"clickhouse://u:p@host/?secure=true", ch.Native, []string{"host:9440"}, true},
		{"clickhouse://u:p@a:9001,b:9002/default", ch.Native, []string{"a:9001", "b:9002"}, false},
		{"http://host", ch.HTTP, []string{"host:8123"}, false},
		{"https://u@host", ch.HTTP, []string{"host:8443"}, true},
		{"https://u@host:443/?skip_verify=true", ch.HTTP, []string{"host:443"}, true},
		{"http://[::1]", ch.HTTP, []string{"[::1]:8123"}, false},
		{"http://[::1]:8000", ch.HTTP, []string{"[::1]:8000"}, false},
	} {
		opt, err := driverOptions(Options{DSN: c.dsn})
		if err != nil {
			t.Errorf("%s: %v", c.dsn, err)
			continue
		}
		if diff := cmp.Diff(c.addr, opt.Addr); diff != "" || opt.Protocol != c.protocol || (opt.TLS != nil) != c.tls {
			t.Errorf("%s: %s protocol %s, TLS %t", c.dsn, diff, opt.Protocol, opt.TLS != nil)
		}
		if opt.ReadTimeout < time.Hour {
			t.Errorf("%s: an answer is awaited for %s only", c.dsn, opt.ReadTimeout)
		}
	}
	opt, err := driverOptions(Options{DSN: "clickhouse://u:p%40ss@host/?max_memory_usage=1000&compress=zstd", Password: "other"})
	must(t, err)
	if opt.Auth.Username != "u" || opt.Auth.Password != "other" || opt.Settings["max_memory_usage"] != 1000 || opt.Compression.Method != ch.CompressionZSTD {
		t.Errorf("got %+v", opt.Auth.Username)
	}
}

func TestBadDSN(t *testing.T) {
	for dsn, want := range map[string]string{
		"host:9000":                                       "must start with",
		"tcp://host:9000":                                 "must start with",
		"mysql://u:s3cret@host":                           "must start with",
		"clickhouse://u:s3cret/x@host":                    "", // an unescaped slash makes a host of the user
		"clickhouse://u:s3cret#x@host":                    "",
		"clickhouse://u:s3%zzcret@host":                   "not a URL",
		"clickhouse://":                                   "names no host",
		"http://u:s3cret@:8123":                           "names no host",
		"http://u:s3cret@host/?secure=true":               "contradict",
		"clickhouse://u:s3cret@host/?secure=oui":          "secure",
		"clickhouse://u:s3cret@host/shop":                 "names a database",
		"clickhouse://u:s3cret@host/?dial_timeout=s3cret": "dial timeout",
	} {
		_, err := driverOptions(Options{DSN: dsn})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", dsn, err)
		}
		if text := fmt.Sprintf("%v %s", err, fault.HintOf(err)); strings.Contains(text, "s3") {
			t.Errorf("%s: the error shows the password: %s", dsn, text)
		}
	}
	for _, o := range []Options{{}, {DSN: "http://h", Address: "127.0.0.1:1"}, {Address: "127.0.0.1"}} {
		if _, err := driverOptions(o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
	}
}
