package clickhouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
	"waymark/schemas"
)

// Migrate creates the databases, the raw tables of tables and waymark_ops, and adds columns that are missing. It may be
// repeated. A column whose type is another one, or another partitioning or order, is an error of kind SchemaDrift.
func (w *Warehouse) Migrate(ctx context.Context, tables []*schemas.Table) error {
	if err := w.createDatabases(ctx); err != nil {
		return err
	}
	existing, err := w.describeDatabase(ctx, Raw)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := w.migrateTable(ctx, RawTable(t), rawDefinition(t), existing[t.Name]); err != nil {
			return err
		}
	}
	return w.migrateOps(ctx)
}

func (w *Warehouse) createDatabases(ctx context.Context) error {
	for _, name := range []string{Raw, Stage, Mart, BI, Ops} {
		err := w.exec(ctx, statement{
			what: "create database " + name, sql: "CREATE DATABASE IF NOT EXISTS " + ident(name), repeatable: true,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// found is a table as the server describes it.
type found struct {
	partitionKey, sortingKey, comment, policy string
	columns                                   []ModelColumn
}

// describeDatabase reads the tables of a database with their columns in order.
func (w *Warehouse) describeDatabase(ctx context.Context, database string) (map[string]*found, error) {
	tables := map[string]*found{}
	params := map[string]string{"database": database}
	err := w.read(ctx, statement{
		what: "describe " + database, params: params,
		sql: "SELECT name, partition_key, sorting_key, comment, storage_policy FROM system.tables WHERE database = {database:String}",
	}, func() { clear(tables) }, func(r driver.Rows) error {
		name, f := "", &found{}
		err := r.Scan(&name, &f.partitionKey, &f.sortingKey, &f.comment, &f.policy)
		tables[name] = f
		return err
	})
	if err != nil {
		return nil, err
	}
	forget := func() {
		for _, f := range tables {
			f.columns = nil
		}
	}
	err = w.read(ctx, statement{
		what: "describe " + database, params: params,
		sql: "SELECT table, name, type, comment FROM system.columns WHERE database = {database:String} ORDER BY table, position",
	}, forget, func(r driver.Rows) error {
		table, c := "", ModelColumn{}
		if err := r.Scan(&table, &c.Name, &c.Type, &c.Comment); err != nil {
			return err
		}
		if f := tables[table]; f != nil {
			f.columns = append(f.columns, c)
		}
		return nil
	})
	w.policies.learn(database, tables)
	return tables, err
}

// migrateTable brings one table to d: creates it, or adds columns and comments.
func (w *Warehouse) migrateTable(ctx context.Context, t Table, d definition, have *found) error {
	if have == nil {
		return w.exec(ctx, statement{
			what: "create table " + t.String(), sql: d.create("CREATE TABLE IF NOT EXISTS", t), repeatable: true,
		})
	}
	if err := d.compatible(t, have); err != nil {
		return err
	}
	changes := d.changes(have)
	if len(changes) == 0 {
		return nil
	}
	return w.exec(ctx, statement{
		what: "migrate table " + t.String(), sql: "ALTER TABLE " + t.SQL() + " " + strings.Join(changes, ", "), repeatable: true,
	})
}

// compatible refuses what an ALTER cannot mend.
func (d definition) compatible(t Table, have *found) error {
	drift := func(field, want, got string) error {
		e := fault.New(fault.SchemaDrift, "table %s: %s is %s, this version of Waymark wants %s", t, field, got, want)
		e.Hint = "the lake holds the data: drop the table and run again to rebuild it"
		return e
	}
	if want := plain(d.partitionBy); want != plain(have.partitionKey) {
		return drift("the partitioning", want, have.partitionKey)
	}
	if want := strings.Join(d.orderBy, ", "); plain(want) != plain(have.sortingKey) {
		return drift("the order", want, have.sortingKey)
	}
	types := have.types()
	for _, c := range d.columns {
		if got, ok := types[c.Name]; ok && plain(got) != plain(c.Type) {
			return drift("column "+c.Name, c.Type, got)
		}
		delete(types, c.Name)
	}
	for _, c := range have.columns { // nobody would fill it: what it says would be wrong
		if _, unknown := types[c.Name]; unknown {
			e := fault.New(fault.SchemaDrift, "table %s has a column %s that this version of Waymark does not know", t, c.Name)
			e.Hint = "a newer version made it: use that one; or drop the table and run again to rebuild it from the lake"
			return e
		}
	}
	return nil
}

// changes lists the ALTER commands that add missing columns and correct comments.
func (d definition) changes(have *found) []string {
	comments := map[string]string{}
	for _, c := range have.columns {
		comments[c.Name] = c.Comment
	}
	var changes []string
	place := " FIRST"
	for _, c := range d.columns {
		comment, exists := comments[c.Name]
		switch {
		case !exists: // in its place, so that a table that grew is the same as a new one
			changes = append(changes, "ADD COLUMN IF NOT EXISTS "+d.clause(c)+place)
		case comment != c.Comment:
			changes = append(changes, fmt.Sprintf("COMMENT COLUMN %s %s", ident(c.Name), literal(c.Comment)))
		}
		place = " AFTER " + ident(c.Name)
	}
	if have.comment != d.comment {
		changes = append(changes, "MODIFY COMMENT "+literal(d.comment))
	}
	return changes
}

func (f *found) types() map[string]string {
	types := make(map[string]string, len(f.columns))
	for _, c := range f.columns {
		types[c.Name] = c.Type
	}
	return types
}

// plain removes what differs between two spellings of one type or key.
func plain(sql string) string {
	return strings.NewReplacer(" ", "", "`", "", "(", "", ")", "").Replace(sql)
}
