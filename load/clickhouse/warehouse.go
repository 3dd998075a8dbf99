package clickhouse

import (
	"context"
	"fmt"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/rs/zerolog"

	"waymark/internal/fault"
)

// Warehouse is an open connection pool. It may be used by several goroutines.
type Warehouse struct {
	conn             driver.Conn
	log              zerolog.Logger
	http             bool
	version          release
	statementTimeout time.Duration
	retryBudget      time.Duration
	policies         *policies
	lost             func() error
}

// release is a server's version; settings and guarantees depend on it.
type release struct{ major, minor, patch uint64 }

func (r release) atLeast(major, minor uint64) bool {
	return r.major > major || r.major == major && r.minor >= minor
}

// Open connects to the warehouse and learns its version.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	opt, err := driverOptions(o)
	if err != nil {
		return nil, err
	}
	conn, err := ch.Open(opt)
	if err != nil {
		return nil, faultOf("open warehouse", err)
	}
	w := &Warehouse{
		conn: conn, log: o.Log, http: opt.Protocol == ch.HTTP,
		statementTimeout: o.statementTimeout(), retryBudget: o.retryBudget(), policies: &policies{}, lost: o.Lost,
	}
	if err := w.handshake(ctx, o.patience()); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return w, nil
}

func (w *Warehouse) handshake(ctx context.Context, patience time.Duration) error {
	var text string
	patient := *w
	patient.retryBudget = patience
	st := statement{what: "open warehouse", sql: "SELECT version()"}
	err := patient.read(ctx, st, func() {}, func(r driver.Rows) error { return r.Scan(&text) })
	if err != nil {
		return err
	}
	if n, _ := fmt.Sscanf(text, "%d.%d.%d", &w.version.major, &w.version.minor, &w.version.patch); n < 2 {
		return fault.New(fault.Invalid, "open warehouse: the server does not name a ClickHouse version")
	}
	if !w.version.atLeast(24, 3) {
		e := fault.New(fault.Invalid, "open warehouse: ClickHouse %s is too old", w.Version())
		e.Hint = "Waymark needs 24.3 or later"
		return e
	}
	return nil
}

// Close ends every connection.
func (w *Warehouse) Close() error { return w.conn.Close() }

// Version is the server's version, such as "26.7.2".
func (w *Warehouse) Version() string {
	return fmt.Sprintf("%d.%d.%d", w.version.major, w.version.minor, w.version.patch)
}

// AcceptsParquet reports whether Staging.Load works (HTTP); over the native protocol use LoadBatch.
func (w *Warehouse) AcceptsParquet() bool { return w.http }

// Exec runs one statement that may not be repeated; it is for the pipeline's own needs.
func (w *Warehouse) Exec(ctx context.Context, sql string, params map[string]string) error {
	return w.exec(ctx, statement{what: "execute statement", sql: sql, params: params})
}
