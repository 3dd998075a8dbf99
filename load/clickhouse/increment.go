package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Increment says which rows of a model are built anew: those whose Key is in the table Keys.
type Increment struct {
	Key  string // expression over the columns of the model
	Keys Table  // one column, key; made by TouchedKeys
	SQL  string // the model's SELECT narrowed down to these keys
}

// touched is the condition that a row is one of the keys.
func (inc *Increment) touched() string {
	return fmt.Sprintf("%s IN (SELECT key FROM %s)", inc.Key, inc.Keys.SQL())
}

// NewDelta creates an empty table of waymark_stage for rows of t, to be filled by Staging.Differ.
func (w *Warehouse) NewDelta(ctx context.Context, t Table, tag string) (Table, error) {
	delta := Table{Database: Stage, Name: "delta_" + t.Name + "__" + tag}
	err := w.exec(ctx, statement{
		what: "create " + delta.String(), repeatable: true,
		sql: fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s AS %s\nENGINE = MergeTree ORDER BY tuple()", delta.SQL(), t.SQL()),
	})
	return delta, err
}

// Differ adds to delta the rows that replacing the named partitions takes from the target or gives it. It is not
// repeatable.
func (s *Staging) Differ(ctx context.Context, delta Table, partitions []string) error {
	where, err := wherePartitions(partitions)
	if err != nil || len(partitions) == 0 {
		return err
	}
	if s.increment != nil { // all other rows were copied
		if v := s.w.version; v.atLeast(26, 6) || !v.atLeast(26, 1) { // between them it finds no rows by the table's order, or fails
			where = " PREWHERE " + s.increment.touched() + where // first of all, so that no other row is hashed
		} else {
			where += " AND " + s.increment.touched()
		}
	}
	for _, side := range [2][2]Table{{s.table, s.target}, {s.target, s.table}} {
		err := s.w.exec(ctx, statement{
			what: "compare " + s.table.Name + " with what is published", settings: s.w.buildSettings(),
			sql: fmt.Sprintf("INSERT INTO %s SELECT * FROM %s%s AND %s NOT IN (SELECT %s FROM %s%s)",
				delta.SQL(), side[0].SQL(), where, s.target.hash, s.target.hash, side[1].SQL(), where),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// TouchedKeys keeps the result of a SELECT of one column, key, in a table of waymark_stage, and counts it.
func (w *Warehouse) TouchedKeys(ctx context.Context, model, tag, sql string, params map[string]string) (keys Table, n int64, err error) {
	keys = Table{Database: Stage, Name: "touched_" + model + "__" + tag}
	err = w.exec(ctx, statement{
		what: "find the touched rows of " + model, params: params, settings: w.buildSettings(),
		sql: fmt.Sprintf("CREATE TABLE %s ENGINE = MergeTree ORDER BY tuple() AS\n%s", keys.SQL(), sql),
	})
	if err != nil {
		return keys, 0, err
	}
	n, err = w.count(ctx, keys)
	return keys, n, err
}

// Touches reports whether a SELECT of keys gives any.
func (w *Warehouse) Touches(ctx context.Context, model, sql string, params map[string]string) (touched bool, err error) {
	err = w.read(ctx, statement{
		what: "see whether changes touch " + model, params: params, sql: "SELECT count() > 0 FROM (\n" + sql + "\nLIMIT 1\n)",
	}, func() {}, func(r driver.Rows) error { return r.Scan(&touched) })
	return touched, err
}

// BuildIncrement builds the partitions of m in which the rows of inc's keys are not as they are published: these rows by the
// narrowed SELECT, all others as they are published. It returns the names of the partitions; one of which staging holds no row is
// to be dropped. Of other partitions staging holds the rows of the keys alone. On an error the staging table is dropped.
func (w *Warehouse) BuildIncrement(ctx context.Context, m Model, inc Increment, tag string, params map[string]string) (*Staging, []string, error) {
	narrowed := m
	narrowed.SQL = inc.SQL
	s, err := w.BuildModel(ctx, narrowed, tag, params)
	if err != nil {
		return nil, nil, err
	}
	s.increment = &inc
	s.built, err = w.count(ctx, s.table)
	var partitions []string
	if err == nil {
		partitions, err = s.affected(ctx, m, inc)
	}
	if err == nil {
		err = s.keep(ctx, inc, partitions)
	}
	if err != nil {
		if dropErr := s.Drop(context.WithoutCancel(ctx)); dropErr != nil {
			w.log.Warn().Err(dropErr).Msg("staging table is left behind")
		}
		return nil, nil, err
	}
	return s, partitions, nil
}

// Built counts the rows of the touched keys; ok is false where the table was not built for keys.
func (s *Staging) Built() (rows int64, ok bool) { return s.built, s.increment != nil }

// count counts the rows of a table.
func (w *Warehouse) count(ctx context.Context, t Table) (int64, error) {
	var n uint64
	err := w.read(ctx, statement{what: "count the rows of " + t.Name, sql: "SELECT count() FROM " + t.SQL()},
		func() {}, func(r driver.Rows) error { return r.Scan(&n) })
	return int64(n), err
}

// affected names the partitions in which the rows of the keys that were built are not those that are published. Where a key
// is a partition these are all: there are no other rows to spare, and what is published need not be read.
func (s *Staging) affected(ctx context.Context, m Model, inc Increment) ([]string, error) {
	touched := " WHERE " + inc.touched()
	sql := fmt.Sprintf("SELECT held_id FROM (%s UNION ALL %s) GROUP BY held_id HAVING count() = 1 OR min(held_rows) != max(held_rows) OR min(held_hash) != max(held_hash)",
		s.target.states(touched), s.table.states(""))
	if inc.Key == m.PartitionBy {
		sql = fmt.Sprintf("SELECT _partition_id FROM %s%s GROUP BY 1 UNION DISTINCT SELECT _partition_id FROM %s GROUP BY 1", s.target.SQL(), touched, s.table.SQL())
	}
	var names []string
	err := s.w.read(ctx, statement{what: "find the touched partitions of " + s.target.String(), sql: sql}, func() { names = nil }, func(r driver.Rows) error {
		id := ""
		if err := r.Scan(&id); err != nil {
			return err
		}
		name, err := partitionName(id)
		names = append(names, name)
		return err
	})
	slices.Sort(names)
	return names, err
}

// keep copies the published rows of other keys.
func (s *Staging) keep(ctx context.Context, inc Increment, partitions []string) error {
	where, err := wherePartitions(partitions)
	if err != nil || len(partitions) == 0 {
		return err
	}
	return s.w.exec(ctx, statement{
		what: "keep the untouched rows of " + s.target.String(), settings: s.w.buildSettings(),
		sql: fmt.Sprintf("INSERT INTO %s SELECT * FROM %s%s AND %s NOT IN (SELECT key FROM %s)",
			s.table.SQL(), s.target.SQL(), where, inc.Key, inc.Keys.SQL()),
	})
}

// Whole is what stands behind FROM for the table as it will be once the named partitions are replaced.
func (s *Staging) Whole(partitions []string) (string, error) {
	where, err := wherePartitions(partitions)
	if err != nil {
		return "", err
	}
	if where == "" {
		return s.target.SQL(), nil
	}
	return fmt.Sprintf("(SELECT * FROM %s%s UNION ALL SELECT * FROM %s%s)", s.table.SQL(), where, s.target.SQL(), strings.Replace(where, " IN ", " NOT IN ", 1)), nil
}
