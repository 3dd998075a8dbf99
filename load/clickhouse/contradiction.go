package clickhouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
	"waymark/schemas"
)

// contradictions is of kind Gate when the books state an order twice, differently and at one age: no rule says which of the two
// is right, and each may be a part of it (rows of one order that do not stand together in their file). It looks at journey_event
// alone, and only at partitions in which a key is there more than once.
func (s *Staging) contradictions(ctx context.Context, dirty []string) error {
	if s.raw.Name != schemas.JourneyEvent.Name || len(dirty) == 0 {
		return nil
	}
	const some = 3 // orders that are named
	where, err := wherePartitions(dirty)
	if err != nil {
		return err
	}
	var (
		named []string
		all   uint64
	)
	err = s.w.read(ctx, statement{
		what: "look for contradictions in " + s.table.Name,
		sql: fmt.Sprintf(`SELECT number, system, day, count() OVER () AS orders
FROM (
    SELECT DISTINCT any(order_id) AS number, any(toString(system)) AS system, any(toString(event_date)) AS day
    FROM %s%s AND event_type IN ('order_placed', 'order_refunded') AND export = 'orders' AND NOT is_deleted
    GROUP BY _partition_id, event_id, record_version
    HAVING uniqExact(row_hash) > 1
)
ORDER BY number, system, day
LIMIT %d`, s.table.SQL(), where, some),
	}, func() { named, all = nil, 0 }, func(r driver.Rows) error {
		var number, system, day string
		err := r.Scan(&number, &system, &day, &all)
		named = append(named, fmt.Sprintf("%s of %s (%s)", number, system, day))
		return err
	})
	if err != nil || all == 0 {
		return err
	}
	more := ""
	if all > some {
		more = fmt.Sprintf(" and %d more", all-some)
	}
	return &fault.Error{Kind: fault.Gate,
		Err:  fmt.Errorf("the books contradict themselves about %s%s: two statements of one age differ", strings.Join(named, ", "), more),
		Hint: "rows of one order must stand together in their file: sort it by order id and deliver it again; of statements in several files, updated_at says which is the newer"}
}
