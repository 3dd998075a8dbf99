package clickhouse

import (
	"context"
	"errors"
	"reflect"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Rows is a result being read. It serves one goroutine and must be closed.
type Rows struct {
	Columns []string
	Types   []string // ClickHouse type names

	w      *Warehouse
	ctx    context.Context
	cancel context.CancelFunc
	id     string
	rows   driver.Rows
	dest   []any // pointers that the driver fills
	values []any
	text   []string
	done   bool
	err    error
}

// Query runs one statement and streams its result. With readonly the server refuses anything that writes.
func (w *Warehouse) Query(ctx context.Context, sql string, params map[string]string, readonly bool) (*Rows, error) {
	st := statement{what: "query", sql: sql, params: params}
	if readonly {
		st.settings = ch.Settings{"readonly": 1}
	}
	r := &Rows{w: w, id: queryID()}
	limited, cancel := context.WithTimeout(w.queryContext(ctx, r.id, st), w.statementTimeout)
	r.ctx, r.cancel = limited, cancel
	rows, err := w.conn.Query(limited, sql)
	if err != nil {
		return nil, r.fail(err)
	}
	r.rows, r.Columns = rows, rows.Columns()
	for _, t := range rows.ColumnTypes() {
		r.Types = append(r.Types, t.DatabaseTypeName())
		r.dest = append(r.dest, reflect.New(t.ScanType()).Interface())
	}
	r.values, r.text = make([]any, len(r.dest)), make([]string, len(r.dest))
	if len(r.Columns) == 0 {
		r.describe(st)
	}
	return r, nil
}

// describe asks for the columns of a result without rows, which HTTP leaves out. A statement that is no SELECT keeps
// none.
func (r *Rows) describe(st statement) {
	ctx := r.w.queryContext(r.ctx, queryID(), st)
	rows, err := r.w.conn.Query(ctx, "DESCRIBE TABLE ("+st.sql+"\n)")
	if err != nil {
		return
	}
	defer func() { _ = rows.Close() }() // its answer is read to the end, or not needed
	for rows.Next() {
		var name, typ, rest string
		if rows.Scan(&name, &typ, &rest, &rest, &rest, &rest, &rest) != nil {
			return
		}
		r.Columns, r.Types = append(r.Columns, name), append(r.Types, typ)
	}
}

// fail maps an error and ends the query on the server when its context ended.
func (r *Rows) fail(err error) error {
	if r.ctx.Err() != nil {
		r.w.kill(r.ctx, r.id)
		if errors.Is(r.ctx.Err(), context.Canceled) {
			err = context.Canceled
		}
	}
	r.cancel()
	return faultOf("query", err)
}

// Next moves to the next row; false at the end or on an error, which Err tells.
func (r *Rows) Next() bool {
	if r.done {
		return false
	}
	if r.rows.Next() {
		return true
	}
	r.done = true
	if err := r.rows.Err(); err != nil {
		r.err = r.fail(err)
	}
	return false
}

// Values returns the current row as Go values (nil for NULL); valid until Next.
func (r *Rows) Values() ([]any, error) {
	if err := r.rows.Scan(r.dest...); err != nil {
		return nil, faultOf("read row", err)
	}
	for i, d := range r.dest {
		r.values[i] = indirect(reflect.ValueOf(d))
	}
	return r.values, nil
}

// Text returns the current row as text by FormatValue; valid until Next.
func (r *Rows) Text() ([]string, error) {
	values, err := r.Values()
	if err != nil {
		return nil, err
	}
	for i, v := range values {
		r.text[i] = FormatValue(v, r.Types[i])
	}
	return r.text, nil
}

// Err returns what ended the rows early.
func (r *Rows) Err() error { return r.err }

// Close ends the query; what was not read is thrown away. It may be repeated.
func (r *Rows) Close() error {
	if !r.done {
		r.done = true
		r.cancel()
		_ = r.rows.Close()
		r.w.kill(r.ctx, r.id)
	}
	r.cancel()
	return nil
}
