// Package models holds the marts: one SELECT per file in sql/, each with a front matter that says what it gives, and
// the graph, refresh rules and data tests that follow from them. It only parses: load/clickhouse runs what it returns.
//
//	sql/*.sql ──Parse──▶ Model ──Order──▶ inputs before their readers ──▶ waymark_mart ──Views──▶ cx_bi
//
// A file begins with comment lines of the form "-- key: value" and goes on with one plain SELECT that runs as it is:
//
//	-- comment: One row per order.
//	-- grain: order_id
//	-- order_by: order_date, order_id
//	-- column: order_id String "Order number; each counts once."
//	-- test: accepted_values(channel: email, web)
//	SELECT … FROM waymark_mart.fct_journey_event WHERE … {timezone:String}
//
// A model that no single SELECT can compute (identity: connected components) says "-- iterate: N" and consists of several
// blocks, see blocks in iterate.go; the runner only repeats the step until it is told that nothing is left to do.
//
// The keys are documented at Parse. A model's inputs are the names waymark_raw.x and waymark_mart.y in its SELECT.
//
// The package promises that a model is a pure function of its inputs and of Params: a SELECT that reads a clock, a
// random number or another database is refused, and so is anything it cannot understand, with file, line and a
// suggestion. Nothing comes of nothing: a model whose inputs are all empty is empty, and need not be built.
package models
