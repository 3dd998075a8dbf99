package clickhouse

import "context"

// Rows is a result being read. It serves one goroutine and must be closed.
type Rows struct {
	Columns []string
	Types   []string // ClickHouse type names
}

// Query runs one statement and streams its result. With readonly the server refuses anything that writes.
func (w *Warehouse) Query(ctx context.Context, sql string, params map[string]string, readonly bool) (*Rows, error) {
	return nil, errUnwritten
}

// Next moves to the next row; false at the end or on an error, which Err tells.
func (r *Rows) Next() bool { return false }

// Values returns the current row as Go values (nil for NULL); valid until Next.
func (r *Rows) Values() ([]any, error) { return nil, errUnwritten }

// Text returns the current row as text by FormatValue; valid until Next.
func (r *Rows) Text() ([]string, error) { return nil, errUnwritten }

// Err returns what ended the rows early.
func (r *Rows) Err() error { return nil }

// Close ends the query.
func (r *Rows) Close() error { return nil }

// FormatValue renders a value for people and files: times as UTC ISO 8601, NULL as "", decimals exactly, arrays and
// maps as JSON.
func FormatValue(v any, clickhouseType string) string { return "" }
