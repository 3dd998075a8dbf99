package clickhouse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Model is a mart table and the SELECT that makes it.
type Model struct {
	Name    string
	Comment string
	Columns []ModelColumn
	// PartitionBy is "" (the whole table is one partition), a Date column, or a function of one: toYYYYMM, toStartOfQuarter.
	PartitionBy string
	OrderBy     []string
	// SQL is one SELECT giving exactly Columns, by name; {name:Type} are query parameters.
	SQL string
	// Iteration fills the scratch tables that SQL reads; nil for a plain model.
	Iteration *Iteration
	// Trusted says that the published table is what an earlier build from the same SQL and Fingerprint made, so that
	// {previous} may be it. Otherwise {previous} is empty.
	Trusted bool
	// Empty says that SQL gives nothing now: a table that EnsureModel creates is built by that.
	Empty bool
	// Restructured says that the published table has other columns, order or partitioning: BuildModel makes the table anew, and
	// Staging.Exchange puts it in place.
	Restructured bool
	// Fingerprint is what else the content depends on (the values of parameters such as the time zone).
	Fingerprint string
}

// ModelColumn is one column of a Model; Type is a ClickHouse type.
type ModelColumn struct{ Name, Type, Comment string }

// ModelState is what EnsureModel found.
type ModelState struct {
	Created      bool // the table is new: it is empty
	Stale        bool // the table was not yet built whole from this SQL and Fingerprint
	Restructured bool // the table has other columns, order or partitioning; readers keep it until another one is built
}

// ModelTable is the published table of m.
func ModelTable(m Model) Table {
	t := Table{Database: Mart, Name: m.Name}
	// A tuple keeps NULLs apart from each other and from zero; a bare NULL argument would make the whole hash NULL.
	t.hash = fmt.Sprintf("%s(tuple(%s))", RowHash, idents(m.definition().names()))
	return t
}

// RowHash is the function that hashes the rows of models. Every row is hashed whenever it is built, compared or read back; sipHash64 takes
// 6 to 12 times as long.
const RowHash = "cityHash64"

func (m Model) definition() definition {
	return definition{columns: m.Columns, partitionBy: m.PartitionBy, orderBy: m.OrderBy, comment: m.Comment}
}

// mark is what the table's comment carries besides the text: which structure it has, and which SQL it was built from
// whole. It lives in the comment because that changes in one atomic statement with, or on, the table.
type mark struct{ structure, built string }

const markStart = "\n[waymark "

func (m Model) structure() string {
	d := m.definition()
	d.comment, d.columns = "", slices.Clone(d.columns)
	for i := range d.columns {
		d.columns[i].Comment = "" // comments are corrected in place
	}
	return digest(d.create("CREATE TABLE", ModelTable(m)))
}

func (m Model) content() string {
	text := m.SQL + "\x00" + m.Fingerprint
	if m.Iteration != nil {
		text += fmt.Sprintf("\x00%#v", *m.Iteration)
	}
	return digest(text)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

func (k mark) comment(text string) string {
	return fmt.Sprintf("%s%sstructure=%s built=%s]", text, markStart, k.structure, k.built)
}

// parseMark reads a comment; text without a mark gives an empty one.
func parseMark(comment string) mark {
	var k mark
	if i := strings.LastIndex(comment, markStart); i >= 0 {
		for _, field := range strings.Fields(strings.TrimSuffix(comment[i+len(markStart):], "]")) {
			if v, ok := strings.CutPrefix(field, "structure="); ok {
				k.structure = v
			}
			if v, ok := strings.CutPrefix(field, "built="); ok {
				k.built = v
			}
		}
	}
	return k
}

// Marts is what DescribeMarts found in waymark_mart.
type Marts map[string]*found

// DescribeMarts reads how the tables of the models look.
func (w *Warehouse) DescribeMarts(ctx context.Context) (Marts, error) {
	return w.describeDatabase(ctx, Mart)
}

// EnsureModel creates the table of m if there is none. One with other columns, order or partitioning is left as it is. marts is how it
// found the tables; nobody else may have changed that of m since.
func (w *Warehouse) EnsureModel(ctx context.Context, m Model, marts Marts) (ModelState, error) {
	t, have := ModelTable(m), marts[m.Name]
	if have != nil {
		current := parseMark(have.comment)
		if current.structure != m.structure() {
			w.log.Info().Str("model", m.Name).Msg("model is made anew: its columns, order or partitioning changed")
			return ModelState{Stale: true, Restructured: true}, nil
		}
		err := w.updateComments(ctx, m, have, current)
		return ModelState{Stale: current.built != m.content()}, err
	}
	created := mark{structure: m.structure()}
	if m.Empty {
		created.built = m.content()
	}
	d := m.definition()
	d.comment = created.comment(m.Comment)
	err := w.exec(ctx, statement{
		what: "create model " + t.String(), sql: d.create("CREATE OR REPLACE TABLE", t), repeatable: true,
	})
	if err == nil {
		w.policies.created(t)
	}
	return ModelState{Created: true, Stale: !m.Empty}, err
}

// updateComments corrects what does not need the table to be built anew.
func (w *Warehouse) updateComments(ctx context.Context, m Model, have *found, current mark) error {
	d := m.definition()
	d.comment = current.comment(m.Comment)
	changes := d.changes(have)
	if len(changes) == 0 {
		return nil
	}
	t := ModelTable(m)
	return w.exec(ctx, statement{
		what: "update comments of " + t.String(), sql: "ALTER TABLE " + t.SQL() + " " + strings.Join(changes, ", "), repeatable: true,
	})
}

// MarkBuilt records that every partition of the model's table is built from its present SQL and Fingerprint.
func (w *Warehouse) MarkBuilt(ctx context.Context, m Model) error {
	t := ModelTable(m)
	comment := mark{structure: m.structure(), built: m.content()}.comment(m.Comment)
	return w.exec(ctx, statement{
		what: "mark model " + t.String(), sql: "ALTER TABLE " + t.SQL() + " MODIFY COMMENT " + literal(comment), repeatable: true,
	})
}
