package clickhouse

import (
	"context"
	"fmt"
	"slices"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
)

// Replace swaps one partition of the target for the staging table's. It may be repeated. Replacing from an empty
// partition is refused: that is Retire's work.
func (s *Staging) Replace(ctx context.Context, partition string) error {
	what := fmt.Sprintf("replace partition %s of %s", partition, s.target)
	id, err := PartitionID(partition)
	if err != nil {
		return err
	}
	if !s.w.version.atLeast(26, 6) { // earlier servers would empty the target without a word
		parts, err := s.parts(ctx, id)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if parts[id] == 0 {
			return fault.New(fault.Invalid, "%s: staging table %s holds no row of it", what, s.table.Name)
		}
	}
	return s.w.exec(ctx, statement{
		what: what, repeatable: true,
		sql: fmt.Sprintf("ALTER TABLE %s REPLACE PARTITION ID %s FROM %s", s.target.SQL(), literal(id), s.table.SQL()),
	})
}

// Exchange puts the staging table in the target's place, in one atomic statement; what was published is in staging afterwards and goes
// with it. It is for a target of another structure. It may not be repeated: twice would take it back.
func (s *Staging) Exchange(ctx context.Context) error {
	err := s.w.exec(ctx, statement{
		what: fmt.Sprintf("exchange %s for a table of another structure", s.target),
		sql:  fmt.Sprintf("EXCHANGE TABLES %s AND %s", s.target.SQL(), s.table.SQL()),
	})
	if err == nil {
		s.w.policies.created(s.target)
	}
	return err
}

// Retire takes a partition out of the target: the explicit form of an empty desired state. An absent one is fine. The
// partition is moved into the staging table and goes with it: like Replace, and unlike a drop, the statement fails once
// another publisher has taken over and dropped the staging table, however late it arrives.
func (s *Staging) Retire(ctx context.Context, partition string) error {
	id, err := PartitionID(partition)
	if err != nil {
		return err
	}
	return s.w.exec(ctx, statement{
		what: fmt.Sprintf("retire partition %s of %s", partition, s.target), repeatable: true,
		sql: fmt.Sprintf("ALTER TABLE %s MOVE PARTITION ID %s TO TABLE %s", s.target.SQL(), literal(id), s.table.SQL()),
	})
}

// Optimize merges the named partitions (all when none is named) to one part each, so that Replace is as near to atomic
// as ClickHouse can make it.
func (s *Staging) Optimize(ctx context.Context, partitions ...string) error {
	parts, err := s.parts(ctx, "")
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, p := range partitions {
		id, err := PartitionID(p)
		if err != nil {
			return err
		}
		wanted[id] = true
	}
	ids := make([]string, 0, len(parts))
	for id, n := range parts {
		if n > 1 && (len(partitions) == 0 || wanted[id]) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		err := s.w.exec(ctx, statement{
			what: fmt.Sprintf("merge partition %s of %s", id, s.table.Name), repeatable: true,
			sql:      fmt.Sprintf("OPTIMIZE TABLE %s PARTITION ID %s FINAL", s.table.SQL(), literal(id)),
			settings: ch.Settings{"optimize_throw_if_noop": 1, "optimize_skip_merged_partitions": 1},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// parts counts the active non-empty parts of the staging table, of one partition id or ("") of each.
func (s *Staging) parts(ctx context.Context, id string) (map[string]uint64, error) {
	parts := map[string]uint64{}
	err := s.w.read(ctx, statement{
		what: "list parts of " + s.table.Name,
		sql: "SELECT partition_id, count() FROM system.parts WHERE active AND rows > 0 AND database = {database:String} " +
			"AND `table` = {table:String} AND ({id:String} = '' OR partition_id = {id:String}) GROUP BY partition_id",
		params: map[string]string{"database": s.table.Database, "table": s.table.Name, "id": id},
	}, func() { clear(parts) }, func(r driver.Rows) error {
		var (
			id string
			n  uint64
		)
		err := r.Scan(&id, &n)
		parts[id] = n
		return err
	})
	return parts, err
}
