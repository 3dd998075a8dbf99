package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
	"waymark/schemas"
)

// ErrContradiction is of kind Gate. What supersedes the contradiction may be in a partition that is published later.
var ErrContradiction = errors.New("the books contradict themselves")

// contradictions is an ErrContradiction when the books state an order twice, differently and at one age: no rule says which of the two
// is right, and each may be a part of it (rows of one order that do not stand together in their file). Only the figures count, and not that
// one export says more of an order than another; and only what the models read, as in fct_journey_event: the newest version of the
// record, wherever in staging or in the target that stands, unless it is a deletion.
// It looks at journey_event alone, and only at partitions in which a key is there more than once.
func (s *Staging) contradictions(ctx context.Context, dirty []string) error {
	if s.raw.Name != schemas.JourneyEvent.Name || len(dirty) == 0 {
		return nil
	}
	candidates, err := s.statedTwice(dirty)
	if err != nil {
		return err
	}
	var some bool
	err = s.w.read(ctx, statement{
		what: "look for contradictions in " + s.table.Name,
		sql:  fmt.Sprintf("SELECT count() > 0 FROM (%s LIMIT 1)", candidates),
	}, func() {}, func(r driver.Rows) error { return r.Scan(&some) })
	if err != nil || !some {
		return err
	}
	return s.refuse(ctx, fmt.Sprintf("SELECT DISTINCT number, system, day FROM (\n%s\n) WHERE (record, version) IN (\n%s\n)", candidates, s.newest(candidates)))
}

const (
	ofOrders = "export = 'orders' AND event_type IN ('order_placed', 'order_refunded')"
	// recordOf names the record that an event is of.
	recordOf = "if(empty(record_id), event_id, record_id)"
	// figuresOf is what two statements of one event must not differ in.
	figuresOf = "cityHash64(order_id, occurred_at, isNull(amount), ifNull(amount, 0), currency, quantity)"
)

// statedTwice is a SELECT of the events with several statements of one age, whether or not these count.
func (s *Staging) statedTwice(dirty []string) (string, error) {
	where, err := wherePartitions(dirty)
	return fmt.Sprintf(`SELECT any(%s) AS record, record_version AS version, any(order_id) AS number, any(toString(system)) AS system, any(toString(event_date)) AS day
FROM %s%s AND %s AND NOT is_deleted
GROUP BY _partition_id, event_id, record_version
HAVING min(%s) != max(%s)`, recordOf, s.table.SQL(), where, ofOrders, figuresOf, figuresOf), err
}

// newest is a SELECT of the newest version of each of the records, without those that are deleted. Of the target it reads the partitions
// that staging does not replace.
func (s *Staging) newest(records string) string {
	rows := func(of Table) string {
		return fmt.Sprintf("SELECT %s AS record, tuple(record_version, is_deleted) AS version FROM %s WHERE %s AND record IN (SELECT record FROM (%s))",
			recordOf, of.SQL(), ofOrders, records)
	}
	return fmt.Sprintf(`SELECT record, max(version).1 FROM (
%s
UNION ALL
%s AND _partition_id NOT IN (SELECT _partition_id FROM %s GROUP BY _partition_id)
) GROUP BY record HAVING NOT max(version).2`, rows(s.table), rows(s.target), s.table.SQL())
}

// refuse names some of the orders that a SELECT of number, system and day gives.
func (s *Staging) refuse(ctx context.Context, orders string) error {
	const some = 3
	var (
		named []string
		all   uint64
	)
	err := s.w.read(ctx, statement{
		what: "look for contradictions in " + s.table.Name,
		sql:  fmt.Sprintf("SELECT number, system, day, count() OVER () AS orders FROM (\n%s\n) ORDER BY number, system, day LIMIT %d", orders, some),
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
		Err:  fmt.Errorf("%w about %s%s: two statements of one age differ", ErrContradiction, strings.Join(named, ", "), more),
		Hint: "rows of one order must stand together in their file: sort it by order id and deliver it again; of statements in several files, updated_at says which is the newer"}
}
