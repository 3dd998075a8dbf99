package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
)

// BuildModel runs the SELECT of m, after its iteration if it has one, into a fresh staging table. On an error nothing is
// left behind.
func (w *Warehouse) BuildModel(ctx context.Context, m Model, tag string, params map[string]string) (*Staging, error) {
	newStaging := w.newStaging
	if m.Restructured {
		newStaging = w.newTable
	}
	d := m.definition()
	d.comment = mark{structure: m.structure(), built: m.content()}.comment(m.Comment)
	s, err := newStaging(ctx, ModelTable(m), d, tag)
	if err != nil {
		return nil, err
	}
	if err := w.fillModel(ctx, m, s.table, tag, params); err != nil {
		if dropErr := s.Drop(context.WithoutCancel(ctx)); dropErr != nil {
			w.log.Warn().Err(dropErr).Msg("staging table is left behind")
		}
		return nil, err
	}
	return s, nil
}

func (w *Warehouse) fillModel(ctx context.Context, m Model, into Table, tag string, params map[string]string) error {
	sql := m.SQL
	if m.Iteration != nil {
		r := &rounds{w: w, m: m, tag: tag, params: params, tables: map[string]Table{}}
		defer func() {
			if err := r.drop(context.WithoutCancel(ctx)); err != nil {
				w.log.Warn().Err(err).Msg("scratch tables are left behind")
			}
		}()
		if err := r.run(ctx); err != nil {
			return err
		}
		sql = r.bind(sql)
	}
	columns := idents(m.definition().names())
	return w.exec(ctx, statement{
		what: "build model " + m.Name, params: used(params, sql), settings: w.buildSettings(),
		sql: fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM (\n%s\n)", into.SQL(), columns, converted(m.Columns), trimSQL(sql)),
	})
}

// converted lists the columns for the INSERT: integers by accurateCast, as ClickHouse would wrap those out of range.
func converted(columns []ModelColumn) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = ident(c.Name)
		inner := strings.TrimSuffix(strings.TrimPrefix(bareType(c.Type), "Nullable("), ")")
		if kind, _ := integer(inner); kind != 0 && c.Type != "Bool" {
			list[i] = "accurateCast(" + ident(c.Name) + ", " + literal(c.Type) + ") AS " + ident(c.Name)
		}
	}
	return strings.Join(list, ", ")
}

// Difference compares two states: the partitions of want that published lacks or holds otherwise, and those that only
// published has, both in order. For a model's staging table want is its State.
func Difference(want, published States) (changed, gone []string) {
	for p, s := range want {
		if published[p] != s {
			changed = append(changed, p)
		}
	}
	for p := range published {
		if _, ok := want[p]; !ok {
			gone = append(gone, p)
		}
	}
	slices.Sort(changed)
	slices.Sort(gone)
	return changed, gone
}

// CheckModel compares what the SELECT of m gives with the columns it declares. Models are part of the program, so that its
// tests do this and no run has to.
func (w *Warehouse) CheckModel(ctx context.Context, m Model, params map[string]string) error {
	sql := m.flat()
	columns, err := w.describeSelect(ctx, "describe model "+m.Name, sql, used(params, sql))
	if err != nil {
		return err
	}
	gives := map[string]string{}
	for _, c := range columns {
		gives[c.Name] = c.Type
	}
	var wrong []string
	for _, c := range m.Columns {
		got, ok := gives[c.Name]
		switch {
		case !ok:
			wrong = append(wrong, c.Name+" is declared, the SELECT does not give it")
		case !fits(c.Type, got):
			wrong = append(wrong, fmt.Sprintf("%s is declared %s, the SELECT gives %s", c.Name, c.Type, got))
		}
		delete(gives, c.Name)
	}
	for _, c := range columns {
		if _, ok := gives[c.Name]; ok {
			wrong = append(wrong, c.Name+" is given by the SELECT, but not declared")
		}
	}
	if len(wrong) > 0 {
		return fault.New(fault.SchemaDrift, "model %s: %s", m.Name, strings.Join(wrong, "; "))
	}
	return nil
}

// describeSelect asks the server for the columns of a SELECT without running it.
func (w *Warehouse) describeSelect(ctx context.Context, what, sql string, params map[string]string) ([]ModelColumn, error) {
	var columns []ModelColumn
	err := w.read(ctx, statement{
		what: what, params: params, sql: "DESCRIBE TABLE (\n" + trimSQL(sql) + "\n)",
	}, func() { columns = nil }, func(r driver.Rows) error {
		var (
			c    ModelColumn
			skip string
		)
		err := r.Scan(&c.Name, &c.Type, &skip, &skip, &skip, &skip, &skip)
		columns = append(columns, c)
		return err
	})
	return columns, err
}

// trimSQL removes the final semicolon, so that the statement can stand in parentheses.
func trimSQL(sql string) string { return strings.TrimRight(sql, " \t\r\n;") }
