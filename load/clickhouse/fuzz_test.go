package clickhouse

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"waymark/internal/fault"
)

// A DSN is either taken or refused as Invalid; the refusal never shows the password.
func FuzzDSN(f *testing.F) {
	for _, seed := range []string{
		"clickhouse://u:PASSWORD@host:9440/?secure=true", "http://u:PASSWORD@[::1]:8123", "https://u:PASSWORD@a,b:1/?x=y&compress=lz4",
		"clickhouse://u:PASSWORD/x@host", "http://u:PASSWORD#@h", "clickhouse://u:PASSWORD@h/?dial_timeout=1h&secure=x",
		"clickhouse://h?password=PASSWORD&max_open_conns=PASSWORD", "http://h:PASSWORD/", "://PASSWORD", "clickhouse://u:PASSWORD%zz@h",
		"http://h/?http_proxy=http://u:PASSWORD@%zz", "clickhouse://PASSWORD:1:2@h:x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, dsn string) {
		_, err := driverOptions(Options{DSN: dsn})
		if err == nil {
			return
		}
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("kind %s: %v", fault.KindOf(err), err)
		}
		text := fmt.Sprint(err, fault.HintOf(err))
		if u, bad := url.Parse(dsn); strings.Contains(text, "PASSWORD") && (bad != nil || !strings.Contains(u.RawQuery, "PASSWORD=")) {
			t.Errorf("%q: %s", dsn, text) // as the name of an option it may be shown
		}
	})
}

// Type names come from servers and model files: nothing in them may panic, and a type fits itself.
func FuzzTypes(f *testing.F) {
	for _, seed := range [][2]string{
		{"Nullable(LowCardinality(String))", "String"}, {"Decimal(18, 4)", "Decimal(38,4)"}, {"LowCardinality(", ")"},
		{"Nullable(", "Nullable())"}, {"DateTime64(3, 'UTC')", "DateTime"}, {"UInt8", "Bool"}, {"Map(LowCardinality(String), String)", "Int64"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, declared, given string) {
		fits(declared, given)
		if !fits(declared, declared) {
			t.Errorf("%q does not fit itself", declared)
		}
		for _, v := range []any{nil, "x", 1.5, []string{"a"}} {
			if _, err := json.Marshal(JSONValue(v, declared)); err != nil {
				t.Errorf("%v as %q: %v", v, declared, err)
			}
			FormatValue(v, declared)
		}
		unreadable(declared)
	})
}

// A comment keeps the mark that is put behind it, whatever the text before.
func FuzzMark(f *testing.F) {
	f.Add("Orders.")
	f.Add("x\n[waymark structure=1 built=2]")
	f.Fuzz(func(t *testing.T, text string) {
		want := mark{structure: "0123456789abcdef", built: "fedcba9876543210"}
		if got := parseMark(want.comment(text)); got != want {
			t.Errorf("got %+v", got)
		}
		parseMark(text)
		if name, err := partitionName(text); err == nil {
			if id, err := PartitionID(name); err != nil || id != text {
				t.Errorf("%q → %q → %q, %v", text, name, id, err)
			}
		}
	})
}
