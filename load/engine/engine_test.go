package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/load/engine"
	"waymark/load/engine/enginetest"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

func connect(t testing.TB, p *engine.Process, change func(*clickhouse.Options)) driver.Conn {
	t.Helper()
	o := &clickhouse.Options{Protocol: clickhouse.HTTP, Addr: []string{p.Address()}, Auth: clickhouse.Auth{Username: "default", Password: p.Secret()}, DialTimeout: 5 * time.Second}
	if change != nil {
		change(o)
	}
	conn, err := clickhouse.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestBatchAndSelect(t *testing.T) {
	p := enginetest.Start(t)
	for _, method := range []clickhouse.CompressionMethod{clickhouse.CompressionNone, clickhouse.CompressionLZ4, clickhouse.CompressionZSTD, clickhouse.CompressionGZIP} {
		t.Run(method.String(), func(t *testing.T) {
			ctx := context.Background()
			conn := connect(t, p, func(o *clickhouse.Options) { o.Compression = &clickhouse.Compression{Method: method} })
			table := "t_" + method.String()
			if err := conn.Exec(ctx, "CREATE TABLE "+table+" (id UInt64, name String, at DateTime64(6,'UTC')) ENGINE = MergeTree ORDER BY id"); err != nil {
				t.Fatal(err)
			}
			batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table)
			if err != nil {
				t.Fatal(err)
			}
			now := time.UnixMicro(1700000000123456).UTC()
			for i := range 1000 {
				if err := batch.Append(uint64(i), "n", now); err != nil {
					t.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			var n, sum uint64
			var at time.Time
			if err := conn.QueryRow(ctx, "SELECT count(), sum(id), max(at) FROM "+table).Scan(&n, &sum, &at); err != nil {
				t.Fatal(err)
			}
			if n != 1000 || sum != 499500 || !at.Equal(now) {
				t.Fatal(n, sum, at)
			}
		})
	}
}
