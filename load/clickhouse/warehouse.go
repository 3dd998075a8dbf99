package clickhouse

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/rs/zerolog"

	"waymark/schemas"
)

// Warehouse is an open connection pool. It may be used by several goroutines.
type Warehouse struct {
	conn driver.Conn
	log  zerolog.Logger
}

// Open connects to the warehouse and learns its version.
func Open(ctx context.Context, o Options) (*Warehouse, error) { return nil, errUnwritten }

// Close ends every connection.
func (w *Warehouse) Close() error { return nil }

// Version is the server's version, such as "26.7.2.1".
func (w *Warehouse) Version() string { return "" }

// AcceptsParquet reports whether Staging.Load works (HTTP); over the native protocol use LoadBatch.
func (w *Warehouse) AcceptsParquet() bool { return false }

// Migrate creates the databases, the raw tables of tables and waymark_ops, and adds columns that are missing. It may be
// repeated. A column whose type is another one is an error of kind SchemaDrift.
func (w *Warehouse) Migrate(ctx context.Context, tables []*schemas.Table) error { return errUnwritten }

// PartitionStates returns what the named partitions of t hold, all of them when none is named. A table that does not
// exist is of kind NotFound.
func (w *Warehouse) PartitionStates(ctx context.Context, t Table, partitions ...string) (States, error) {
	return nil, errUnwritten
}

// DropPartition removes a partition of a published table: the explicit form of an empty desired state. An absent one is fine.
func (w *Warehouse) DropPartition(ctx context.Context, t Table, partition string) error {
	return errUnwritten
}

// Exec runs one statement that may not be repeated; it is for the pipeline's own needs.
func (w *Warehouse) Exec(ctx context.Context, sql string, params map[string]string) error {
	return errUnwritten
}
