// Package lake keeps what the transform produced: content-addressed Parquet, one manifest per input object, and the
// ledger of what is published. The lake is the truth; a warehouse is a function of it.
//
//	Batch ──Encoder──▶ RowGroup (one per partition) ──Spool (in chunk order)──▶ data/<table>/<partition>/<sha256>.parquet
//	                                                                └─ Outputs ─▶ manifests/<source>/<xx>/<identity>.json
//	                                                                              ledger/<name>.json
//
// It promises:
//   - Equal batches in equal order give equal bytes, and so equal keys, for any number of workers.
//   - Nothing has effect before its manifest: data files without one are garbage.
//   - Manifests and ledgers change by conditional writes only; whoever comes second gets a fault of kind Conflict.
//   - What another, newer version wrote is refused rather than misread.
//
// Only this package writes Parquet. The formats are described in docs/formats/lake.md.
package lake
