// Package schemas is the contract between the layers: the canonical tables with their columns and types, the
// vocabulary of journey events, the draft row that a source fills, and the columnar batch that the lake encodes.
//
//	extract ──Row (raw identifiers)──▶ transform ──Batch (pseudonyms, ids, hashes)──▶ load
//
// It promises that a table is declared once: Parquet schema, ClickHouse DDL, comments and documentation are all
// derived from the same Table value. It imports nothing of Waymark.
package schemas
