// Package clickhouse is the warehouse: the only importer of clickhouse-go. It speaks to an embedded engine and to a
// server in the same way, over HTTP or the native protocol.
//
// A published table is never written to. A partition is built in a staging table, audited there, and swapped in whole:
//
//	Parquet ──Load──▶ waymark_stage.t__tag ──State (audit) ─▶ Resolve ─▶ Optimize ──Replace──▶ waymark_raw.t
//	SELECT ──BuildModel─▶ waymark_stage.m__tag ──Audit ────────▶ Optimize ──Replace──▶ waymark_mart.m ◀── cx_bi views
//
// Promises: every statement carries a query id, a time limit and the caller's context, and is killed on the server when
// the context ends; only statements that may be repeated harmlessly are retried, and only for errors of kind Transient;
// every error but a cancellation is a *fault.Error, whose text holds no value from a record and no secret. Partitions are named as in the
// lake: "2024-01-31" by day (or the first of a quarter), "2024-01" by month, "07" by bucket, "all" for a table that is one partition.
//
// On a server (24.3 or later) the user needs every right on the five databases, CREATE DATABASE for the first run, and to
// read system.tables, system.columns and system.parts; KILL QUERY on its own queries needs no grant.
package clickhouse
