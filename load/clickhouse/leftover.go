package clickhouse

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// DropHalfReplaced drops what a server that died in CREATE OR REPLACE left of it: it makes the new table or view under a name of its
// own and then exchanges the two. Only who may publish may do so.
func (w *Warehouse) DropHalfReplaced(ctx context.Context) error {
	var left []Table
	err := w.read(ctx, statement{
		what: "list what is half replaced",
		sql: "SELECT database, name FROM system.tables WHERE database IN (" + literal(Raw) + ", " + literal(Mart) + ", " + literal(Ops) + ", " + literal(BI) +
			") AND startsWith(name, '_tmp_replace_')",
	}, func() { left = nil }, func(r driver.Rows) error {
		var t Table
		err := r.Scan(&t.Database, &t.Name)
		left = append(left, t)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range left {
		err := w.exec(ctx, statement{what: "drop " + t.String(), sql: "DROP TABLE IF EXISTS " + t.SQL() + " SYNC", repeatable: true})
		if err != nil {
			return err
		}
	}
	return nil
}
