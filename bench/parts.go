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
		{"growth", "Larger inputs", "seconds per byte and memory at a quarter, 1, 4 and 8 times the size, 25 minutes and 20 GB of disk", (*harness).growth},
		{"publish", "Parquet to ClickHouse", "beside the engine's own insert, 5 minutes", (*harness).publish},
		{"run", "Runs from nothing", "all sources of the sample shop at scale 1, 3 and 10, with the models, 15 minutes", (*harness).whole},
		{"models", "Models of 10 million events", "each model's seconds and memory at scale 50, from nothing and for one more hour, 30 minutes", (*harness).models},
		{"idle", "A run with nothing new", "over 100,000 objects of an S3 server, 5 minutes, and as many as an hour the first time", (*harness).idle},
		{"hour", "One new hour", "with 3 months, a year and 3 years of history, 10 minutes", (*harness).hour},
		{"startup", "Start-up", "waymark version and waymark check, seconds", (*harness).startup},
	}
}
