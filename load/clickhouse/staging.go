package clickhouse

import (
	"context"
	"io"

	"waymark/schemas"
)

// Staging is a private table of waymark_stage in which partitions of one published table are built.
type Staging struct {
	w      *Warehouse
	table  Table // in waymark_stage
	target Table
	raw    *schemas.Table // nil for a model
}

// NewStaging creates an empty staging table for t. The tag (lower-case letters, digits, _) makes the name unique: a
// leftover of the same name is dropped first.
func (w *Warehouse) NewStaging(ctx context.Context, t *schemas.Table, tag string) (*Staging, error) {
	return nil, errUnwritten
}

// AttachStaging returns the existing staging table of that name, to repeat a publish whose intent was journalled; kind
// NotFound when it does not exist.
func (w *Warehouse) AttachStaging(ctx context.Context, target Table, name string) (*Staging, error) {
	return nil, errUnwritten
}

// ListStagings returns the names of all staging tables, sorted.
func (w *Warehouse) ListStagings(ctx context.Context) ([]string, error) { return nil, errUnwritten }

// DropStaging drops a staging table by name; an absent one is fine.
func (w *Warehouse) DropStaging(ctx context.Context, name string) error { return errUnwritten }

// Name is the staging table's name within waymark_stage, for the journal.
func (s *Staging) Name() string { return s.table.Name }

// Table is the staging table itself, for data tests.
func (s *Staging) Table() Table { return s.table }

// Target is the published table that Replace writes to.
func (s *Staging) Target() Table { return s.target }

// Load inserts one Parquet file. It is not repeatable: after an error Truncate, or drop the staging, and start over.
// name is for messages only.
func (s *Staging) Load(ctx context.Context, name string, open func(ctx context.Context) (io.ReadCloser, error)) error {
	return errUnwritten
}

// LoadBatch inserts the rows of b, whole columns at a time. It works over both protocols; not repeatable, as Load.
func (s *Staging) LoadBatch(ctx context.Context, b *schemas.Batch) error { return errUnwritten }

// Truncate empties the staging table.
func (s *Staging) Truncate(ctx context.Context) error { return errUnwritten }

// State returns what each partition of the staging table holds.
func (s *Staging) State(ctx context.Context) (States, error) { return nil, errUnwritten }

// Resolve leaves one row per key: the one of the greatest (record_version, row_hash). Of business_interval only the
// newest version of each schedule stays. Winners that are deleted go, except in journey_event, whose models need them.
// It returns the partitions that changed; one that became empty is absent from State afterwards.
func (s *Staging) Resolve(ctx context.Context) ([]string, error) { return nil, errUnwritten }

// Optimize merges the named partitions (all when none is named) to one part each, so that Replace is as near to atomic
// as ClickHouse can make it.
func (s *Staging) Optimize(ctx context.Context, partitions ...string) error { return errUnwritten }

// Replace swaps one partition of the target for the staging table's. It may be repeated. Replacing from an empty
// partition is refused (kind Invalid): that is DropPartition's work.
func (s *Staging) Replace(ctx context.Context, partition string) error { return errUnwritten }

// Drop drops the staging table; it may be repeated.
func (s *Staging) Drop(ctx context.Context) error { return errUnwritten }
