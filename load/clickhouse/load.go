package clickhouse

import (
	"context"
	"fmt"
	"io"

	ch "github.com/ClickHouse/clickhouse-go/v2"

	"waymark/internal/fault"
)

// insertSettings make an insert mean what it says: no deduplication against what was inserted before, no queue on the
// server, and a refusal instead of a default where the input does not fit the table.
func (w *Warehouse) insertSettings() ch.Settings {
	s := ch.Settings{
		"async_insert":                               0,
		"insert_null_as_default":                     0,
		"input_format_null_as_default":               0,
		"input_format_parquet_allow_missing_columns": 0,
		"date_time_overflow_behavior":                "throw",
		// Many partitions at once are the rule here. Rows are gathered to blocks of this size, as a block gives each partition
		// one part: larger ones cost the server memory, smaller ones merges.
		"max_partitions_per_insert_block": 0,
		"min_insert_block_size_rows":      1 << 18,
		"min_insert_block_size_bytes":     128 << 20,
	}
	if w.version.atLeast(26, 2) {
		s["deduplicate_insert"] = "disable"
	} else {
		s["insert_deduplicate"] = 0
	}
	return s
}

// Load inserts one Parquet file. It is not repeatable: after an error Truncate, or drop the staging, and start over.
// name is for messages only.
func (s *Staging) Load(ctx context.Context, name string, open func(ctx context.Context) (io.ReadCloser, error)) error {
	what := fmt.Sprintf("load %s into %s", name, s.table.Name)
	if s.raw == nil {
		return fault.New(fault.Internal, "%s: a model's staging table is filled by its SELECT", what)
	}
	if !s.w.http {
		return fault.New(fault.Internal, "%s: Parquet goes over HTTP only, use LoadBatch", what)
	}
	st := statement{
		what: what, settings: s.w.insertSettings(),
		sql: fmt.Sprintf("INSERT INTO %s (%s)", s.table.SQL(), idents(rawDefinition(s.raw).names())),
	}
	return s.w.attempts(ctx, st, func(ctx context.Context) error {
		file, err := open(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		return s.w.conn.InsertFormat(ctx, "Parquet", st.sql, file)
	})
}
