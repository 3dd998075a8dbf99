package clickhouse

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Marks maps the partitions of one table to a mark of the files that hold them: while a partition's mark is the same,
// nobody has changed a row of it. A merge changes it too, although it changes no row.
type Marks map[string]string

// PartMarks returns the marks of the tables of a database, by name, of all or ("" is all) of one, without reading a row: the
// price is a look at the server's own list of parts.
func (w *Warehouse) PartMarks(ctx context.Context, database, table string) (map[string]Marks, error) {
	marks := map[string]Marks{}
	err := w.read(ctx, statement{
		what: "list parts of " + database, params: map[string]string{"database": database, "table": table},
		sql: "SELECT `table`, partition_id, hex(sipHash128(arraySort(groupArray(tuple(rows, hash_of_all_files))))) FROM system.parts " +
			"WHERE active AND rows > 0 AND database = {database:String} AND ({table:String} = '' OR `table` = {table:String}) GROUP BY 1, 2",
	}, func() { clear(marks) }, func(r driver.Rows) error {
		var name, id, mark string
		if err := r.Scan(&name, &id, &mark); err != nil {
			return err
		}
		partition, err := partitionName(id)
		if err != nil {
			return nil // of a table that is none of ours
		}
		if marks[name] == nil {
			marks[name] = Marks{}
		}
		marks[name][partition] = mark
		return nil
	})
	return marks, err
}
