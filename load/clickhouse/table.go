package clickhouse

import (
	"waymark/schemas"
)

// The databases.
const (
	Raw   = "waymark_raw"   // lake tables, published
	Stage = "waymark_stage" // staging tables, private to a publisher
	Mart  = "waymark_mart"  // models
	BI    = "cx_bi"         // what people see: plain views
	Ops   = "waymark_ops"   // runs, objects, partitions, rejects and freshness, mirrored for dashboards
)

// Table names one table of the warehouse and how the state of its partitions is summed.
type Table struct {
	Database, Name string
	hash           string // SQL expression of one row's hash, UInt64
}

// RawTable is the published table of t.
func RawTable(t *schemas.Table) Table {
	return Table{Database: Raw, Name: t.Name, hash: ident("row_hash")}
}

// Thorough is t with a state that takes every column to read, and so finds one that is damaged. It is the same state.
func (t Table) Thorough() Table {
	t.hash = "(" + t.hash + " + ignore(*))"
	return t
}

// String returns the table's qualified name for messages.
func (t Table) String() string { return t.Database + "." + t.Name }

// SQL returns the quoted, qualified name, for statements.
func (t Table) SQL() string { return ident(t.Database) + "." + ident(t.Name) }

// State is what a partition holds: its rows and the wrapping sum of their hashes.
type State struct {
	Rows    int64
	HashSum uint64
}

// States maps partitions to what they hold. Empty partitions are absent.
type States map[string]State

// Mismatch names the first partition, in order, whose state differs between want and got; "" when all are equal.
func Mismatch(want, got States) string {
	first := ""
	for p, s := range want {
		if got[p] != s && (first == "" || p < first) {
			first = p
		}
	}
	for p := range got {
		if _, ok := want[p]; !ok && (first == "" || p < first) {
			first = p
		}
	}
	return first
}
