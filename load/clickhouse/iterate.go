package clickhouse

import (
	"context"
	"fmt"
	"regexp"
	"slices"
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
	// Step is built in order, again and again; {name} in its own block is the content of the step before, of the same columns.
	Step  []Block
	Until string  // read after each step: one unsigned number; 0 ends
	After []Block // once, in order
	Limit int     // more steps are an error of kind Internal
}

// previous is the name of the model's own published table.
const previous = "previous"

// rounds runs one iteration. Its scratch tables are staging tables by name, so that what a crash leaves behind is found.
type rounds struct {
	w      *Warehouse
	m      Model
	tag    string
	params map[string]string
	tables map[string]Table // what {name} stands for
	made   []Table          // all that may be there
	built  int
}

func (r *rounds) run(ctx context.Context) error {
	it := r.m.Iteration
	if err := r.build(ctx, it.Before); err != nil {
		return err
	}
	for step := 0; ; step++ {
		left, err := r.left(ctx)
		if err != nil {
			return fmt.Errorf("after step %d: %w", step, err)
		}
		r.w.log.Debug().Str("model", r.m.Name).Int("step", step).Uint64("left", left).Msg("model is iterated")
		if left == 0 {
			return r.build(ctx, it.After)
		}
		if step == it.Limit {
			return fault.New(fault.Internal, "model %s is not settled after %d steps: %d left to do", r.m.Name, step, left)
		}
		if err := r.build(ctx, it.Step); err != nil {
			return fmt.Errorf("step %d: %w", step+1, err)
		}
	}
}

// build fills the tables of the blocks in order, each in the place of the former one of its name, and drops those.
func (r *rounds) build(ctx context.Context, blocks []Block) error {
	for _, b := range blocks {
		sql := trimSQL(r.bind(b.SQL))
		next := Table{Database: Stage, Name: fmt.Sprintf("%s__%s_%s_%d", r.m.Name, r.tag, b.Name, r.built)}
		r.built++
		r.made = append(r.made, next)
		err := r.w.exec(ctx, statement{
			what: "build " + b.Name + " of model " + r.m.Name, params: used(r.params, sql), settings: r.w.buildSettings(),
			sql: "CREATE OR REPLACE TABLE " + next.SQL() + " ENGINE = MergeTree ORDER BY tuple() AS\n" + sql,
		})
		if err != nil {
			return err
		}
		r.tables[b.Name] = next
	}
	var current []Table
	for _, t := range r.tables {
		current = append(current, t)
	}
	return r.drop(ctx, current...)
}

// drop drops the tables that were made but for those to keep.
func (r *rounds) drop(ctx context.Context, keep ...Table) error {
	var names []string
	for _, t := range r.made {
		if !slices.Contains(keep, t) {
			names = append(names, t.SQL())
		}
	}
	if len(names) == 0 {
		return nil
	}
	err := r.w.exec(ctx, statement{
		what: "drop scratch tables of model " + r.m.Name, sql: "DROP TABLE IF EXISTS " + strings.Join(names, ", ") + " SYNC", repeatable: true,
	})
	if err == nil {
		r.made = keep
	}
	return err
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
	define := func(blocks []Block, again bool) {
		for _, b := range blocks {
			if again || tables[b.Name] == "" {
				tables[b.Name] = "(" + trimSQL(resolve(b.SQL)) + "\n)"
			}
		}
	}
	define(m.Iteration.Before, true)
	define(m.Iteration.Step, false) // a table of the start has the same columns in every step
	define(m.Iteration.After, true)
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
