package clickhouse

import (
	"context"
	"time"
)

// Run is one run of the pipeline, mirrored to waymark_ops.run.
type Run struct {
	ID, Source, Window, Status                                       string
	StartedAt, FinishedAt                                            time.Time
	Objects, Quarantined, Records, Rows, Rejects, Partitions, Models int64
	Message                                                          string
}

// ObjectStatus is one input object, mirrored to waymark_ops.object.
type ObjectStatus struct {
	Source, Key, Version, Status, Reason, Field, RunID string
	Bytes, Records, Rows, Rejects                      int64
	Modified, CommittedAt                              time.Time
}

// RecordRun writes one run; the newest record of an id wins.
func (w *Warehouse) RecordRun(ctx context.Context, r Run) error { return errUnwritten }

// RecordObjects writes the status of objects; the newest record of (source, key) wins.
func (w *Warehouse) RecordObjects(ctx context.Context, objects []ObjectStatus) error {
	return errUnwritten
}
