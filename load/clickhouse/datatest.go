package clickhouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// DataTest is a SELECT of the rows that are wrong.
type DataTest struct{ Name, SQL string }

// TestResult is the outcome of one data test.
type TestResult struct {
	Name     string
	Failures int64 // rows the SELECT gave; 0 is a pass
	Columns  []string
	Sample   [][]string // up to five of those rows
}

// RunTests runs data tests, all in one statement, and returns those that failed, in order.
func (w *Warehouse) RunTests(ctx context.Context, tests []DataTest, params map[string]string) ([]TestResult, error) {
	if len(tests) == 0 {
		return nil, nil
	}
	counts, err := w.countFailures(ctx, tests, params)
	if err != nil {
		return nil, err
	}
	var failed []TestResult
	for i, n := range counts {
		if n == 0 {
			continue
		}
		result := TestResult{Name: tests[i].Name, Failures: int64(n)}
		if err := w.sample(ctx, tests[i], params, &result); err != nil {
			return nil, fmt.Errorf("data test %s: %w", tests[i].Name, err)
		}
		failed = append(failed, result)
	}
	return failed, nil
}

// countFailures counts the rows of every test. Scalar subqueries run one after the other: each has the memory to itself.
func (w *Warehouse) countFailures(ctx context.Context, tests []DataTest, params map[string]string) ([]uint64, error) {
	counts := make([]string, len(tests))
	for i, t := range tests {
		counts[i] = "assumeNotNull((SELECT count() FROM (\n" + trimSQL(t.SQL) + "\n)))"
	}
	var failures []uint64
	sql := "SELECT [\n" + strings.Join(counts, ",\n") + "\n]"
	err := w.read(ctx, statement{what: "run data tests", params: used(params, sql), sql: sql},
		func() {}, func(r driver.Rows) error { return r.Scan(&failures) })
	return failures, err
}

// sample reads the first rows of a test that failed.
func (w *Warehouse) sample(ctx context.Context, test DataTest, params map[string]string, into *TestResult) error {
	sql := "SELECT * FROM (\n" + trimSQL(test.SQL) + "\n) LIMIT 5"
	rows, err := w.Query(ctx, sql, used(params, sql), false)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	into.Columns = rows.Columns
	for rows.Next() {
		text, err := rows.Text()
		if err != nil {
			return err
		}
		into.Sample = append(into.Sample, append([]string(nil), text...))
	}
	return rows.Err()
}
