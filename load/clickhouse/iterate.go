package clickhouse

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
)

// Block is a named SELECT that fills a scratch table.
type Block struct{ Name, SQL string }

// Iteration is how the scratch tables of an iterated model come to be. In any SQL {name} stands for the table of that
// name, {previous} for the model's published table, which is empty unless it is to be trusted.
type Iteration struct {
	Before []Block // once, in order
	Step   []Block // in order, again and again; {name} in its own block is the content of the step before
	Until  string  // read after each step: one unsigned number; 0 ends
	After  []Block // once, in order
	Limit  int     // more steps are an error of kind Internal
}

// previous is the name of the model's own published table.
const previous = "previous"

// rounds runs one iteration. Its scratch tables are staging tables by name, so that what a crash leaves behind is found.
type rounds struct {
	w      *Warehouse
	m      Model
	tag    string
	params map[string]string
	tables map[string]Table
	made   int
}

func (r *rounds) run(ctx context.Context) error {
	it := r.m.Iteration
	if err := r.build(ctx, it.Before); err != nil {
		return err
	}
	for step := 1; ; step++ {
		if err := r.build(ctx, it.Step); err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
		left, err := r.left(ctx)
		if err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
		r.w.log.Debug().Str("model", r.m.Name).Int("step", step).Uint64("left", left).Msg("model is iterated")
		if left == 0 {
			return r.build(ctx, it.After)
		}
		if step >= it.Limit {
			return fault.New(fault.Internal, "model %s is not settled after %d steps: %d left to do", r.m.Name, step, left)
		}
	}
}

// build fills the tables of the blocks, one after the other, each in the place of the former one of its name.
func (r *rounds) build(ctx context.Context, blocks []Block) error {
	for _, b := range blocks {
		r.made++
		name := fmt.Sprintf("%s__%s_%s_%d", r.m.Name, r.tag, b.Name, r.made)
		next := Table{Database: Stage, Name: name}
		sql := trimSQL(r.bind(b.SQL))
		former, replaces := r.tables[b.Name]
		r.tables[b.Name] = next // from here on drop knows it
		err := r.w.exec(ctx, statement{
			what: "build " + b.Name + " of model " + r.m.Name, params: used(r.params, sql), settings: r.w.buildSettings(),
			sql: "CREATE OR REPLACE TABLE " + next.SQL() + " ENGINE = MergeTree ORDER BY tuple() AS\n" + sql,
		})
		if replaces {
			if dropErr := r.w.DropStaging(context.WithoutCancel(ctx), former.Name); err == nil {
				err = dropErr
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// left reads the number that ends the iteration when it is 0.
func (r *rounds) left(ctx context.Context) (n uint64, err error) {
	sql := "SELECT toUInt64(*) FROM (\n" + trimSQL(r.bind(r.m.Iteration.Until)) + "\n)"
	rows := 0
	err = r.w.read(ctx, statement{what: "see what is left of model " + r.m.Name, sql: sql, params: used(r.params, sql)},
		func() { rows = 0 }, func(row driver.Rows) error {
			rows++
			return row.Scan(&n)
		})
	if err == nil && rows != 1 {
		err = fault.New(fault.Internal, "model %s: until gives %d rows, want one", r.m.Name, rows)
	}
	return n, err
}

func (r *rounds) drop(ctx context.Context) {
	for _, t := range r.tables {
		if err := r.w.DropStaging(ctx, t.Name); err != nil {
			r.w.log.Warn().Err(err).Str("table", t.Name).Msg("scratch table is left behind")
		}
	}
}

func (r *rounds) bind(sql string) string {
	return bind(sql, func(name string) string {
		if t, ok := r.tables[name]; ok {
			return t.SQL()
		}
		if r.m.Trusted {
			return ModelTable(r.m).SQL()
		}
		return r.m.nothing()
	})
}

var blockName = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)

// bind puts what table returns in the place of each {name}; parameters, {name:Type}, stay.
func bind(sql string, table func(name string) string) string {
	return blockName.ReplaceAllStringFunc(sql, func(ref string) string { return table(strings.Trim(ref, "{}")) })
}

// nothing is an empty table with the columns of m.
func (m Model) nothing() string {
	columns := make([]string, len(m.Columns))
	for i, c := range m.Columns {
		columns[i] = ident(c.Name) + " " + c.Type
	}
	return "null(" + literal(strings.Join(columns, ", ")) + ")"
}

// flat is the SELECT of m with the blocks it reads as subqueries: it has the same columns, and is never run.
func (m Model) flat() string {
	if m.Iteration == nil {
		return m.SQL
	}
	tables := map[string]string{}
	resolve := func(sql string) string {
		return bind(sql, func(name string) string {
			if name == previous {
				return m.nothing()
			}
			return tables[name]
		})
	}
	for _, blocks := range [][]Block{m.Iteration.Before, m.Iteration.Step, m.Iteration.After} {
		for _, b := range blocks {
			if tables[b.Name] == "" {
				tables[b.Name] = "(" + trimSQL(resolve(b.SQL)) + "\n)"
			}
		}
	}
	return resolve(m.SQL)
}

// used returns the parameters that sql names: the server refuses others.
func used(params map[string]string, sql string) map[string]string {
	out := map[string]string{}
	for name, value := range params {
		if strings.Contains(sql, "{"+name+":") {
			out[name] = value
		}
	}
	return out
}
