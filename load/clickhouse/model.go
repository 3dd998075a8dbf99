package clickhouse

import "context"

// Model is a mart table and the SELECT that makes it.
type Model struct {
	Name     string
	Database string // "" is waymark_mart
	Comment  string
	Columns  []ModelColumn
	// PartitionBy is "" (the whole table is one partition), a Date column, or toYYYYMM(column).
	PartitionBy string
	OrderBy     []string
	// SQL is one SELECT giving exactly Columns, by name; {name:Type} are query parameters.
	SQL string
	// Fingerprint is what else the content depends on (the values of parameters such as the time zone).
	Fingerprint string
}

// ModelColumn is one column of a Model; Type is a ClickHouse type.
type ModelColumn struct{ Name, Type, Comment string }

// ModelState is what EnsureModel found.
type ModelState struct {
	Created bool // the table is new (or was recreated because its columns, order or partitioning changed): it is empty
	Stale   bool // the table was not yet built whole from this SQL and Fingerprint; true when Created
}

// View is a plain view of cx_bi.
type View struct {
	Name    string
	Comment string
	SQL     string
	Columns map[string]string // comment of each column; every column of the SELECT needs one
}

// TestResult is the outcome of one data test.
type TestResult struct {
	Failures int64 // rows the test's SELECT gave; 0 is a pass
	Columns  []string
	Sample   [][]string // up to five of those rows
}

// EnsureModel checks the SELECT of m against its columns and creates its table, or recreates it (empty, in one atomic
// statement) when columns, order or partitioning changed. params are the query parameters of m.SQL.
func (w *Warehouse) EnsureModel(ctx context.Context, m Model, params map[string]string) (ModelState, error) {
	return ModelState{}, errUnwritten
}

// MarkBuilt records that every partition of the model's table is built from its present SQL and Fingerprint.
func (w *Warehouse) MarkBuilt(ctx context.Context, m Model) error { return errUnwritten }

// ModelTable is the published table of m.
func ModelTable(m Model) Table { return Table{} }

// BuildModel runs the SELECT of m into a fresh staging table.
func (w *Warehouse) BuildModel(ctx context.Context, m Model, tag string, params map[string]string) (*Staging, error) {
	return nil, errUnwritten
}

// RunTest runs a data test: a SELECT of the rows that are wrong.
func (w *Warehouse) RunTest(ctx context.Context, sql string, params map[string]string) (TestResult, error) {
	return TestResult{}, errUnwritten
}

// EnsureViews creates or replaces plain views in cx_bi, with their comments, in the order given.
func (w *Warehouse) EnsureViews(ctx context.Context, views []View) error { return errUnwritten }
