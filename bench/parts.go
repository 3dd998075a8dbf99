package main

import (
	"context"

	"waymark/internal/sampledata"
)

// part is one measurement that can be chosen.
type part struct {
	name, title, about string
	run                func(*harness, context.Context, *result) error
}

// parts are all of them in the order of RESULTS.md.
func parts() []part {
	compare := func(kind sampledata.Bulk) func(*harness, context.Context, *result) error {
		return func(h *harness, ctx context.Context, r *result) error { return h.compare(ctx, r, kind) }
	}
	return []part{
		{"ga4", "GA4 events to Parquet", "a million events beside DuckDB and ClickHouse, 4 minutes", compare(sampledata.BulkWebEvents)},
		{"zendesk", "Zendesk ticket audits to Parquet", "a million audits beside DuckDB and ClickHouse, 4 minutes", compare(sampledata.BulkTicketAudits)},
		{"salesforce", "Salesforce contacts to Parquet", "a million contacts beside DuckDB and ClickHouse, 2 minutes", compare(sampledata.BulkContacts)},
	}
}
