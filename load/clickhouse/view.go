package clickhouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
)

// View is a plain view of cx_bi (or waymark_ops).
type View struct {
	Name    string
	Comment string
	SQL     string
	Columns map[string]string // comment of each column; every column of the SELECT needs one
	Typed   []ModelColumn     // the columns in order, with types, where the caller knows them: the server is not asked then
}

// EnsureViews creates or replaces plain views in cx_bi, with their comments, in the order given. A view with a column
// that has no comment, or of a type that BI tools cannot read, is of kind Invalid.
func (w *Warehouse) EnsureViews(ctx context.Context, views []View) error {
	for _, v := range views {
		if err := w.ensureView(ctx, BI, v); err != nil {
			return err
		}
	}
	return nil
}

// ViewsDigest digests the views of cx_bi as the server holds them, with their comments: "" when there are none.
func (w *Warehouse) ViewsDigest(ctx context.Context) (digest string, err error) {
	err = w.read(ctx, statement{
		what: "look at the views of " + BI, params: map[string]string{"database": BI},
		sql: "SELECT if(count() = 0, '', hex(sipHash128(arraySort(groupArray(tuple(name, create_table_query)))))) " +
			"FROM system.tables WHERE database = {database:String} AND engine = 'View'",
	}, func() {}, func(r driver.Rows) error { return r.Scan(&digest) })
	return digest, err
}

func (w *Warehouse) ensureView(ctx context.Context, database string, v View) error {
	t := Table{Database: database, Name: v.Name}
	columns := v.Typed
	if columns == nil {
		var err error
		if columns, err = w.describeSelect(ctx, "describe view "+t.String(), v.SQL, nil); err != nil {
			return err
		}
	}
	clauses := make([]string, len(columns))
	for i, c := range columns {
		c.Comment = v.Columns[c.Name]
		if c.Comment == "" {
			return fault.New(fault.Invalid, "view %s: column %s has no comment", t, c.Name)
		}
		if bad := unreadable(c.Type); bad != "" {
			return fault.New(fault.Invalid, "view %s: column %s is %s, which BI tools cannot read", t, c.Name, bad)
		}
		clauses[i] = "    " + columnClause(c)
	}
	return w.exec(ctx, statement{
		what: "create view " + t.String(), repeatable: true,
		sql: fmt.Sprintf("CREATE OR REPLACE VIEW %s\n(\n%s\n)\nAS\n%s\nCOMMENT %s", t.SQL(), strings.Join(clauses, ",\n"),
			trimSQL(v.SQL), literal(v.Comment)),
	})
}

// unreadable names the part of a type that a view must not show, "" when there is none.
func unreadable(t string) string {
	for _, bad := range []string{"Map(", "Array(", "Tuple(", "JSON", "AggregateFunction(", "Int128", "Int256", "Variant(", "Dynamic"} {
		if strings.Contains(t, bad) {
			return t
		}
	}
	if i := strings.Index(t, "Decimal("); i >= 0 {
		precision := 0
		if _, err := fmt.Sscanf(t[i:], "Decimal(%d", &precision); err == nil && precision > 18 {
			return t
		}
	}
	return ""
}
