package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// Column is one output column of a model; Type is a ClickHouse type.
type Column struct{ Name, Type, Comment string }

// Param is a query parameter that a SELECT uses.
type Param struct{ Name, Type string }

// Block is a named SELECT of an iterated model.
type Block struct{ Name, SQL string }

// Iteration is how the scratch tables of an iterated model come to be, before its SELECT reads them. Each block fills a
// table anew; {name} in any SQL stands for the table of that name as it is then, {previous} for the model's own
// published table, or an empty one when that must not be relied on.
type Iteration struct {
	Before []Block // once, at first
	Step   []Block // again and again
	Until  string  // before each step: one number; 0 ends
	After  []Block // once, at the end
	Limit  int     // more steps are an error
}

// Model is one mart table and the SELECT that makes it.
type Model struct {
	Name    string
	Comment string
	File    string
	// Hidden models are steps on the way to others: they get no view in cx_bi.
	Hidden  bool
	Grain   []string
	Columns []Column
	// Partition is "", a Date column, toYYYYMM(column) or toStartOfQuarter(column).
	Partition string
	OrderBy   []string
	Refresh   Refresh
	// Key and Touched belong to ByKey models: an expression over one output row, and what finds the keys to build anew.
	Key     string
	Touched []Touch
	// Days find the days on which the inputs' rows of touched keys lie (those of every line together), so that other days of a
	// long table need not be opened. Empty: they may lie on any.
	Days  []Touch
	Tests []Test
	// DependsOn names the models it reads, Reads the raw tables; both sorted.
	DependsOn, Reads []string
	// Needs names those of them without a row of which the model is empty.
	Needs  []string
	Params []Param
	// Iteration is nil for a plain model.
	Iteration *Iteration
	SQL       string
}

// Column returns the named output column.
func (m *Model) Column(name string) (Column, bool) {
	for _, c := range m.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// Fingerprint changes whenever m would give another table; the values of its parameters are not part of it.
func (m *Model) Fingerprint() string {
	h := sha256.New()
	m.digest(h)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (m *Model) digest(w io.Writer) {
	fmt.Fprintf(w, "%q %q %q %q %q %q %q %q %q\n", m.Name, m.Partition, m.OrderBy, m.Needs, m.Refresh, m.Key, m.Touched, m.Days, m.SQL)
	for _, c := range m.Columns {
		fmt.Fprintf(w, "%q %q\n", c.Name, c.Type)
	}
	if m.Iteration != nil {
		fmt.Fprintf(w, "%#v\n", *m.Iteration)
	}
}

// Fingerprint changes whenever one of models does.
func Fingerprint(models []Model) string {
	h := sha256.New()
	for i := range models {
		models[i].digest(h)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
