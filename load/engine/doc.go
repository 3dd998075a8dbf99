// Package engine is the embedded warehouse: ClickHouse as a library (libchdb, bound without cgo) in a supervised child
// process, behind the part of ClickHouse's HTTP interface that clickhouse-go, curl and @clickhouse/client use.
//
//	waymark ──Start──▶ child process ──Serve──▶ HTTP on loopback ──▶ libchdb ──▶ <Dir>/db
//	   └─────────── clickhouse-go, secret per process ─────────────┘
//
// It exists so that there is one path: the loader talks to it exactly as to a server. It promises:
//
//   - an INSERT whose body does not end cleanly is cancelled, never committed (blocks already written stay: the engine
//     is atomic per block only);
//   - a client that goes away, and KILL QUERY with the client's own query id, end the statement;
//   - with readonly=1 nothing is written and no file or address is read;
//   - one process per directory: a second Start joins the first one's server, or fails with Conflict naming its pid;
//   - the child ends when its parent does.
//
// It does not do sessions across requests, external tables, progress headers, async inserts or users.
package engine
