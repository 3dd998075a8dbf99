package engine_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func BenchmarkSelectOne(b *testing.B) {
	p := sharedEngine(b)
	client := http.Client{}
	for b.Loop() {
		r, _ := http.NewRequest(http.MethodPost, "http://"+p.Address()+"/", strings.NewReader("SELECT 1"))
		r.Header.Set("X-ClickHouse-Key", p.Secret())
		resp, err := client.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

// BenchmarkInsert sends the same two million rows again and again into a table that keeps nothing.
func BenchmarkInsert(b *testing.B) {
	p := sharedEngine(b)
	must(b, p, "CREATE TABLE IF NOT EXISTS sink (id UInt64, name String, price Float64, at DateTime64(6,'UTC')) ENGINE = Null")
	for _, format := range []string{"Native", "Parquet", "JSONEachRow", "CSV"} {
		data := must(b, p, "SELECT number AS id, concat('name-', toString(number % 1000)) AS name, number / 7 AS price, toDateTime64(number, 6, 'UTC') AS at FROM numbers(2000000) FORMAT "+format)
		b.Run(format, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if a := post(b, p, url.Values{"query": {"INSERT INTO sink FORMAT " + format}}, strings.NewReader(data)); a.status != 200 {
					b.Fatal(a.body)
				}
			}
		})
	}
}

func BenchmarkSelect(b *testing.B) {
	p := sharedEngine(b)
	for b.Loop() {
		r, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+p.Address()+"/?default_format=Native",
			strings.NewReader("SELECT number AS id, concat('name-', toString(number % 1000)) AS name, number / 7 AS price FROM numbers(2000000)"))
		r.Header.Set("X-ClickHouse-Key", p.Secret())
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(n)
	}
}
