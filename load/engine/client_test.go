package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"waymark/load/engine/enginetest"
)

func TestBatchAndSelectInEveryCompression(t *testing.T) {
	p := sharedEngine(t)
	methods := []clickhouse.CompressionMethod{clickhouse.CompressionNone, clickhouse.CompressionLZ4, clickhouse.CompressionZSTD,
		clickhouse.CompressionGZIP, clickhouse.CompressionDeflate, clickhouse.CompressionBrotli}
	for _, method := range methods {
		t.Run(method.String(), func(t *testing.T) {
			ctx := context.Background()
			conn := connect(t, p, func(o *clickhouse.Options) {
				o.Compression = &clickhouse.Compression{Method: method, Level: 3}
				o.Settings = clickhouse.Settings{"enable_http_compression": 1}
			})
			table := "compression_" + method.String()
			if err := conn.Exec(ctx, "CREATE TABLE "+table+" (id UInt64, name String, at DateTime64(6,'UTC')) ENGINE = MergeTree ORDER BY id"); err != nil {
				t.Fatal(err)
			}
			batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table)
			if err != nil {
				t.Fatal(err)
			}
			at := time.UnixMicro(1700000000123456).UTC()
			for i := range 10000 {
				if err := batch.Append(uint64(i), "n", at); err != nil {
					t.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			rows, err := conn.Query(ctx, "SELECT id, name, at FROM "+table+" ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var want uint64
			for rows.Next() {
				var id uint64
				var name string
				var got time.Time
				if err := rows.Scan(&id, &name, &got); err != nil || id != want || name != "n" || !got.Equal(at) {
					t.Fatal(id, want, name, got, err)
				}
				want++
			}
			if rows.Err() != nil || want != 10000 {
				t.Fatal(rows.Err(), want)
			}
			if err := conn.Exec(ctx, "SELECT * FROM nowhere"); code(err) != 60 {
				t.Fatalf("exec: want code 60, got %v", err)
			}
			if _, err := conn.Query(ctx, "SELECT * FROM nowhere"); code(err) != 60 {
				t.Fatalf("query: want code 60, got %v", err)
			}
		})
	}
}

// code is the ClickHouse error code that a client sees, 0 for none.
func code(err error) int32 {
	var e *clickhouse.Exception
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func TestParametersSettingsDatabase(t *testing.T) {
	p := sharedEngine(t)
	must(t, p, "CREATE DATABASE other")
	must(t, p, "CREATE TABLE other.here (a Int8) ENGINE = Memory")
	conn := connect(t, p, func(o *clickhouse.Options) {
		o.Auth.Database = "other"
		o.Settings = clickhouse.Settings{"max_block_size": 7}
	})
	ctx := clickhouse.Context(context.Background(), clickhouse.WithSettings(clickhouse.Settings{"max_threads": 3}),
		clickhouse.WithParameters(clickhouse.Parameters{"s": `it's \\ "quoted"`, "n": "42"}))
	var s, threads, block, table string
	var n uint8
	query := "SELECT {s:String}, {n:UInt8}, toString(getSetting('max_threads')), toString(getSetting('max_block_size')), (SELECT name FROM system.tables WHERE database = currentDatabase())"
	if err := conn.QueryRow(ctx, query).Scan(&s, &n, &threads, &block, &table); err != nil {
		t.Fatal(err)
	}
	if s != `it's \ "quoted"` || n != 42 || threads != "3" || block != "7" || table != "here" {
		t.Fatal(s, n, threads, block, table)
	}
	if err := conn.QueryRow(context.Background(), "SELECT count() FROM here WHERE a = ?", 1).Scan(new(uint64)); err != nil {
		t.Fatal(err)
	}
}

func TestErrorCodes(t *testing.T) {
	p := sharedEngine(t)
	ctx := context.Background()
	conn := connect(t, p, nil)
	for query, want := range map[string]int32{
		"SELEC 1": 62, "SELECT * FROM nowhere": 60, "SELECT nothing": 47, "SELECT nofunction()": 46, "USE nodatabase": 81,
		"SELECT toUInt8('x')": 6, "CREATE TABLE t_x (a NoType) ENGINE = Memory": 50, "SELECT throwIf(1)": 395,
		"SELECT 1 SETTINGS nosetting = 1": 115, "DROP DATABASE default": 48, "SELECT 1; SELECT 2": 62,
		"SELECT number FROM numbers(1000000) WHERE throwIf(number = 999999)": 395,
	} {
		rows, err := conn.Query(ctx, query)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
		}
		if code(err) != want {
			t.Errorf("%s: want code %d, got %v", query, want, err)
		}
	}
}

func TestWrongSecret(t *testing.T) {
	p := sharedEngine(t)
	conn := connect(t, p, func(o *clickhouse.Options) { o.Auth.Password = "wrong" })
	if err := conn.Ping(context.Background()); code(err) != 516 {
		t.Fatalf("want 516, got %v", err)
	}
}

func TestInsertFormat(t *testing.T) {
	p := sharedEngine(t)
	ctx := context.Background()
	conn := connect(t, p, nil)
	must(t, p, "CREATE TABLE formats (a Int32, b String) ENGINE = MergeTree ORDER BY a")
	for i, f := range []struct{ format, data string }{
		{"CSV", "1,a\n2,b\n"}, {"JSONEachRow", `{"a":1,"b":"a"} {"a":2,"b":"b"}`}, {"TabSeparated", "1\ta\n2\tb\n"}, {"Values", "(1,'a'),(1+1,lower('B'))"},
		{"CSVWithNames", "b,a\na,1\nb,2\n"}, {"Parquet", must(t, p, "SELECT toInt32(number+1) AS a, char(97+number) AS b FROM numbers(2) FORMAT Parquet")},
	} {
		if err := conn.InsertFormat(ctx, f.format, "INSERT INTO formats (a, b)", strings.NewReader(f.data)); err != nil {
			t.Fatalf("%s: %v", f.format, err)
		}
		if got, want := must(t, p, "SELECT count(), sum(a), uniqExact(a, b) FROM formats"), fmt.Sprintf("%d\t%d\t2\n", 2*(i+1), 3*(i+1)); got != want {
			t.Fatalf("%s: got %q, want %q", f.format, got, want)
		}
	}
	err := conn.InsertFormat(ctx, "CSV", "INSERT INTO formats (a, b)", strings.NewReader("1,a\nx,b\n"))
	if code(err) != 27 && code(err) != 72 && code(err) != 6 {
		t.Fatalf("bad row: %v", err)
	}
	broken := io.MultiReader(strings.NewReader("7,a\n"), failingReader{})
	if err := conn.InsertFormat(ctx, "CSV", "INSERT INTO formats (a, b)", broken); err == nil {
		t.Fatal("an insert whose body broke off succeeded")
	}
	if got := must(t, p, "SELECT count() FROM formats WHERE a = 7"); got != "0\n" {
		t.Fatalf("rows of a broken insert: %s", got)
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("the source broke off") }

func TestQueryFormat(t *testing.T) {
	conn := connect(t, sharedEngine(t), nil)
	ctx := context.Background()
	r, err := conn.QueryFormat(ctx, "JSONEachRow", "SELECT number FROM numbers(3)")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b, err := io.ReadAll(r); err != nil || string(b) != "{\"number\":0}\n{\"number\":1}\n{\"number\":2}\n" {
		t.Fatalf("%q %v", b, err)
	}
	late, err := conn.QueryFormat(ctx, "CSV", "SELECT number FROM numbers(3000000) WHERE throwIf(number = 2900000) = 0")
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	if n, err := io.Copy(io.Discard, late); code(err) != 395 {
		t.Fatalf("after %d bytes: %v", n, err)
	}
}

func TestCancelledQueryEnds(t *testing.T) {
	p := enginetest.Start(t)
	conn := connect(t, p, nil)
	for name, query := range map[string]string{
		"stream":       "SELECT sum(cityHash64(number)) FROM numbers(1000000000000)",
		"materialised": "SELECT sum(cityHash64(number)) FROM numbers(1000000000000) FORMAT JSON",
		"insert":       "INSERT INTO FUNCTION null('a UInt64') SELECT cityHash64(number) FROM numbers(1000000000000)",
		"sleep":        "SELECT sleepEachRow(1) FROM numbers(100) SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
			defer cancel()
			began := time.Now()
			if err := conn.Exec(ctx, query); err == nil {
				t.Fatal("the query succeeded")
			}
			for must(t, p, "SELECT count() FROM system.processes WHERE query NOT LIKE '%system.processes%'") != "0\n" {
				if time.Since(began) > 4*time.Second { // half a second on a machine with nothing else to do
					t.Fatal("the query still runs seconds after it was cancelled")
				}
				time.Sleep(20 * time.Millisecond)
			}
			t.Logf("gone %v after it was cancelled", time.Since(began)-500*time.Millisecond)
		})
	}
}

func TestKillQueryByClientsID(t *testing.T) {
	p := sharedEngine(t)
	conn := connect(t, p, nil)
	ctx := clickhouse.Context(context.Background(), clickhouse.WithQueryID("to-be-killed"))
	ended := make(chan error, 1)
	go func() { ended <- conn.Exec(ctx, "SELECT sum(cityHash64(number)) FROM numbers(1000000000000)") }()
	for must(t, p, "SELECT count() FROM system.processes WHERE query LIKE '%cityHash64(number)) FROM numbers(1000%' AND query NOT LIKE '%system.processes%'") == "0\n" {
		time.Sleep(10 * time.Millisecond)
	}
	if err := conn.Exec(ctx, "SELECT 1"); code(err) != 216 {
		t.Errorf("same id again: want 216, got %v", err)
	}
	must(t, p, "KILL QUERY WHERE query_id = 'to-be-killed' SYNC")
	select {
	case err := <-ended:
		if code(err) != 394 {
			t.Fatalf("want 394, got %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the query still runs")
	}
}

func TestSixteenClients(t *testing.T) {
	p := sharedEngine(t)
	must(t, p, "CREATE TABLE many (client UInt8, i UInt32) ENGINE = MergeTree ORDER BY (client, i)")
	conn := connect(t, p, nil)
	const clients, each = 16, 10
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			ctx := context.Background()
			for i := range each {
				batch, err := conn.PrepareBatch(ctx, "INSERT INTO many")
				if err == nil {
					err = errors.Join(batch.Append(uint8(c), uint32(i)), batch.Send(), batch.Close())
				}
				var n uint64
				if err == nil {
					err = conn.QueryRow(ctx, "SELECT count() FROM many WHERE client = {c:UInt8}", clickhouse.Named("c", fmt.Sprint(c))).Scan(&n)
				}
				if err != nil || n != uint64(i+1) {
					t.Errorf("client %d, round %d: %d rows, %v", c, i, n, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if got := must(t, p, "SELECT count(), uniqExact(client, i) FROM many"); got != "160\t160\n" {
		t.Fatal(got)
	}
}

func TestMillionRowsThereAndBack(t *testing.T) {
	if testing.Short() {
		t.Skip("a million rows")
	}
	p := sharedEngine(t)
	ctx := context.Background()
	conn := connect(t, p, func(o *clickhouse.Options) {
		o.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	})
	must(t, p, "CREATE TABLE million (id UInt64, name String, score Nullable(Float32), tags Map(LowCardinality(String), String)) ENGINE = MergeTree ORDER BY id")
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO million")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1_000_000 {
		var score *float32
		if i%3 == 0 {
			v := float32(i)
			score = &v
		}
		if err := batch.Append(uint64(i), "row", score, map[string]string{"k": "v"}); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	sent := time.Since(began)
	began = time.Now()
	rows, err := conn.Query(ctx, "SELECT id, score FROM million")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var n, sum, nulls uint64
	for rows.Next() {
		var id uint64
		var score *float32
		if err := rows.Scan(&id, &score); err != nil {
			t.Fatal(err)
		}
		n, sum = n+1, sum+id
		if score == nil {
			nulls++
		}
	}
	t.Logf("insert %v, select %v", sent, time.Since(began))
	if rows.Err() != nil || n != 1_000_000 || sum != 499999500000 || nulls != 666666 {
		t.Fatal(rows.Err(), n, sum, nulls)
	}
}
