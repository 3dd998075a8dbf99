package clickhouse

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// TestResult is the outcome of one data test.
type TestResult struct {
	Failures int64 // rows the test's SELECT gave; 0 is a pass
	Columns  []string
	Sample   [][]string // up to five of those rows
}

// RunTest runs a data test: a SELECT of the rows that are wrong.
func (w *Warehouse) RunTest(ctx context.Context, sql string, params map[string]string) (TestResult, error) {
	var (
		result TestResult
		n      uint64
	)
	st := statement{what: "run data test", params: params, sql: "SELECT count() FROM (\n" + trimSQL(sql) + "\n)"}
	err := w.read(ctx, st, func() {}, func(r driver.Rows) error { return r.Scan(&n) })
	if err != nil || n == 0 {
		return result, err
	}
	result.Failures = int64(n)
	rows, err := w.Query(ctx, "SELECT * FROM (\n"+trimSQL(sql)+"\n) LIMIT 5", params, false)
	if err != nil {
		return result, err
	}
	defer func() { _ = rows.Close() }()
	result.Columns = rows.Columns
	for rows.Next() {
		text, err := rows.Text()
		if err != nil {
			return result, err
		}
		result.Sample = append(result.Sample, append([]string(nil), text...))
	}
	return result, rows.Err()
}
