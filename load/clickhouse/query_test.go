package clickhouse

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
)

func TestQueryFormatsValues(t *testing.T) {
	w := open(t)
	for _, c := range []struct{ sql, want, json string }{
		{"NULL", "", "null"},
		{"toDate('2024-01-31')", "2024-01-31", `"2024-01-31"`},
		{"toDateTime64('2024-01-31 10:20:30.123456', 6, 'UTC')", "2024-01-31T10:20:30.123456Z", `"2024-01-31T10:20:30.123456Z"`},
		{"toDateTime64('2024-01-31 10:20:30.5', 3, 'Europe/Warsaw')", "2024-01-31T09:20:30.500Z", `"2024-01-31T09:20:30.500Z"`},
		{"toDateTime('2024-01-31 10:20:30', 'UTC')", "2024-01-31T10:20:30Z", `"2024-01-31T10:20:30Z"`},
		{"toNullable(toDecimal64('12.5', 4))", "12.5000", "12.5000"},
		{"CAST(NULL AS Nullable(Decimal(18, 4)))", "", "null"},
		{"toDecimal128('-12345678901234567890.123456', 6)", "-12345678901234567890.123456", "-12345678901234567890.123456"},
		{"toUInt64(18446744073709551615)", "18446744073709551615", "18446744073709551615"},
		{"toInt64(-9223372036854775808)", "-9223372036854775808", "-9223372036854775808"},
		{"toInt256('12345678901234567890123')", "12345678901234567890123", `"12345678901234567890123"`},
		{"0.1::Float64", "0.1", "0.1"}, {"toFloat32(0.1)", "0.1", "0.1"}, {"1e300", "1e+300", "1e+300"}, {"100000::Float64", "100000", "100000"},
		{"nan", "nan", "null"}, {"inf", "Inf", "null"}, {"true", "true", "true"},
		{"toLowCardinality('zażółć')", "zażółć", `"zażółć"`}, {"'a\\tb'", "a\tb", `"a\tb"`},
		{"toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')", "61f0c404-5cb3-11e7-907b-a6006ad3dba0", `"61f0c404-5cb3-11e7-907b-a6006ad3dba0"`},
		{"[toDecimal64(1, 2), NULL]", "[1.00,null]", "[1.00,null]"}, {"[[1, 2], []]", "[[1,2],[]]", "[[1,2],[]]"}, {"map('b', 1, 'a', 2)", `{"a":2,"b":1}`, `{"a":2,"b":1}`},
		{"['x', 'y\"z']", `["x","y\"z"]`, `["x","y\"z"]`}, {"[toDate('2024-01-31')]", `["2024-01-31"]`, `["2024-01-31"]`},
		{"(1, 'x')", `[1,"x"]`, `[1,"x"]`}, {"toIPv4('127.0.0.1')", "127.0.0.1", `"127.0.0.1"`}, {"CAST('b' AS Enum8('a' = 1, 'b' = 2))", "b", `"b"`},
	} {
		rows, err := w.Query(t.Context(), "SELECT "+c.sql+" AS v", nil, true)
		if err != nil {
			t.Errorf("%s: %v", c.sql, err)
			continue
		}
		if !rows.Next() {
			t.Fatalf("%s: no row, %v", c.sql, rows.Err())
		}
		text, err := rows.Text()
		must(t, err)
		values, err := rows.Values()
		must(t, err)
		encoded, err := json.Marshal(JSONValue(values[0], rows.Types[0]))
		must(t, err)
		if text[0] != c.want || string(encoded) != c.json {
			t.Errorf("%s (%s, %T): %q and %s, want %q and %s", c.sql, rows.Types[0], values[0], text[0], encoded, c.want, c.json)
		}
		must(t, rows.Close())
	}
}

func TestQueryParametersAreValues(t *testing.T) {
	w := open(t)
	for _, value := range []string{"plain", "it's", `back\slash`, "tab\tnew\nline", "'; DROP TABLE x; --", "{x:String}", "zażółć ☃", ""} {
		rows, err := w.Query(t.Context(), "SELECT {v:String} AS v, length({v:String})", map[string]string{"v": value}, true)
		must(t, err)
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
		text, err := rows.Text()
		must(t, err)
		if text[0] != value {
			t.Errorf("%q came back as %q", value, text[0])
		}
		must(t, rows.Close())
	}
	if _, err := w.Query(t.Context(), "SELECT {v:String}", nil, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("missing parameter: %v", err)
	}
}

func TestQueryStreamsAndStops(t *testing.T) {
	w := open(t)
	rows, err := w.Query(t.Context(), "SELECT number, toString(number) AS s FROM numbers(300000)", nil, true)
	must(t, err)
	if diff := cmp.Diff([]string{"UInt64", "String"}, rows.Types); diff != "" {
		t.Error(diff)
	}
	n, sum := 0, uint64(0)
	for rows.Next() {
		v, err := rows.Values()
		must(t, err)
		n, sum = n+1, sum+v[0].(uint64)
	}
	if rows.Err() != nil || n != 300000 || sum != 300000*299999/2 {
		t.Errorf("%d rows, sum %d, %v", n, sum, rows.Err())
	}
	must(t, rows.Close())

	rows, err = w.Query(t.Context(), "SELECT number FROM numbers(1000000000000)", nil, true)
	must(t, err)
	for range 10 {
		rows.Next()
	}
	started := time.Now()
	must(t, rows.Close())
	must(t, rows.Close())
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("closing took %s", took)
	}
	noneRunning(t, w)
}

func TestReadonlyQueriesCannotWrite(t *testing.T) {
	w := open(t)
	for _, sql := range []string{
		"INSERT INTO waymark_raw.agent (agent_id) SELECT 'x'", "DROP TABLE waymark_raw.agent", "CREATE TABLE waymark_stage.x (n Int8) ENGINE = Memory",
		"TRUNCATE TABLE waymark_raw.agent", "SELECT 1; SELECT 2",
	} {
		rows, err := w.Query(t.Context(), sql, nil, true)
		if err == nil {
			_ = rows.Close()
		}
		if !fault.Is(err, fault.Auth) && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if got := texts(t, w, "SELECT count() FROM waymark_raw.agent"); got[0] != "0" {
		t.Error("a row was written")
	}
	for _, sql := range []string{"SHOW TABLES FROM waymark_raw", "DESCRIBE TABLE waymark_raw.agent", "EXPLAIN SELECT 1", "EXISTS waymark_raw.agent"} {
		if got := texts(t, w, sql); len(got) == 0 {
			t.Errorf("%s: nothing came back", sql)
		}
	}
}

// noneRunning waits until the engine runs nothing but the question itself.
func noneRunning(t testing.TB, w *Warehouse) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for {
		running := texts(t, w, "SELECT query FROM system.processes WHERE query NOT LIKE '%system.processes%'")
		if len(running) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still running: %v", running)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestCancellationEndsTheStatementOnTheServer(t *testing.T) {
	w := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- w.Exec(ctx, "CREATE OR REPLACE TABLE waymark_stage.cancel__x ENGINE = Memory AS SELECT sum(sipHash64(number)) FROM numbers(1000000000000)", nil)
	}()
	for len(texts(t, w, "SELECT 1 FROM system.processes WHERE query LIKE '%cancel__x%' AND query NOT LIKE '%system.processes%'")) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	err := <-done
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	noneRunning(t, w)
	must(t, w.DropStaging(t.Context(), "cancel__x"))
}

func TestStatementTimeout(t *testing.T) {
	open(t)
	w := connect(t, Options{StatementTimeout: 1500 * time.Millisecond, RetryBudget: -1})
	started := time.Now()
	err := w.Exec(t.Context(), "CREATE TABLE waymark_stage.timeout__x ENGINE = Memory AS SELECT sum(sipHash64(number)) FROM numbers(1000000000000)", nil)
	if !fault.Is(err, fault.Transient) || !strings.Contains(err.Error(), "longer than 1.5s") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(started); took > 6*time.Second {
		t.Errorf("took %s", took)
	}
	noneRunning(t, w)
}
