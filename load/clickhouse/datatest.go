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

// Audit is State and runs data tests, all in one statement; it returns the tests that failed, in order.
func (s *Staging) Audit(ctx context.Context, tests []DataTest, params map[string]string) (States, []TestResult, error) {
	states, counts, err := s.audit(ctx, tests, params)
	if err != nil {
		return nil, nil, err
	}
	var failed []TestResult
	for i, n := range counts {
		if n == 0 {
			continue
		}
		result := TestResult{Name: tests[i].Name, Failures: int64(n)}
		if err := s.w.sample(ctx, tests[i], params, &result); err != nil {
			return nil, nil, fmt.Errorf("data test %s: %w", tests[i].Name, err)
		}
		failed = append(failed, result)
	}
	return states, failed, nil
}

// audit counts the rows of every test. Scalar subqueries run one after the other: each has the memory to itself.
func (s *Staging) audit(ctx context.Context, tests []DataTest, params map[string]string) (States, []uint64, error) {
	counts := make([]string, len(tests))
	for i, t := range tests {
		counts[i] = "assumeNotNull((SELECT count() FROM (\n" + trimSQL(t.SQL) + "\n)))"
	}
	sql := fmt.Sprintf(`WITH (
    SELECT (groupArray(held_id), groupArray(held_rows), groupArray(held_hash)) FROM (%s)
) AS held
SELECT held.1, held.2, held.3, CAST([
%s
], 'Array(UInt64)')`, s.table.states(""), strings.Join(counts, ",\n"))
	var (
		ids                  []string
		rows, sums, failures []uint64
	)
	err := s.w.read(ctx, statement{what: "audit " + s.table.Name, params: used(params, sql), sql: sql},
		func() {}, func(r driver.Rows) error { return r.Scan(&ids, &rows, &sums, &failures) })
	if err != nil {
		return nil, nil, err
	}
	states := States{}
	for i, id := range ids {
		if err := states.add(id, rows[i], sums[i]); err != nil {
			return nil, nil, err
		}
	}
	return states, failures, nil
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
