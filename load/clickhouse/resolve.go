package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"strings"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
	"waymark/schemas"
)

// rowsAtOnce bounds how many rows one statement of Resolve looks at, and so its memory.
const rowsAtOnce = 20_000_000

// resolution says which rows of a table survive.
type resolution struct {
	key []string
	// newest, when set, groups rows of which only those of the greatest record_version survive, whatever their key.
	newest []string
	// tombstones are kept: the models that read the table need them.
	tombstones bool
}

func resolutionOf(t *schemas.Table) resolution {
	r := resolution{key: t.Key}
	switch t.Name {
	case schemas.JourneyEvent.Name:
		r.tombstones = true
	case schemas.BusinessInterval.Name:
		r.newest = []string{"system", "schedule_id"}
	case schemas.Contract.Name:
		r.newest = []string{"system", "contract_id"}
	case schemas.CostLine.Name:
		r.newest = []string{"system", "campaign_day"}
	}
	return r
}

// Resolve leaves one row per key: the one of the greatest (record_version, row_hash). Of business_interval, contract
// and cost_line only the newest version of each schedule, contract, and campaign and day stays. Winners that are deleted go, except in journey_event, whose models need them.
// It returns the partitions that changed; one that became empty is absent from State afterwards. An order that the books state in two
// ways at one age is of kind Gate (contradictions).
func (s *Staging) Resolve(ctx context.Context) ([]string, error) {
	if s.raw == nil {
		return nil, fault.New(fault.Internal, "resolve %s: a model's rows have no versions", s.table.Name)
	}
	states, err := s.State(ctx)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, some := range batches(states) {
		dirty, err := s.dirty(ctx, some)
		if err != nil {
			return nil, err
		}
		if err := s.contradictions(ctx, dirty); err != nil {
			return nil, err
		}
		if err := s.rebuild(ctx, dirty); err != nil {
			return nil, err
		}
		changed = append(changed, dirty...)
	}
	return changed, nil
}

// batches groups partitions in order so that each group has at most rowsAtOnce rows, or one partition.
func batches(states States) [][]string {
	names := make([]string, 0, len(states))
	for p := range states {
		names = append(names, p)
	}
	slices.Sort(names)
	var (
		groups [][]string
		rows   int64
	)
	for _, p := range names {
		if len(groups) == 0 || rows+states[p].Rows > rowsAtOnce {
			groups, rows = append(groups, nil), 0
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], p)
		rows += states[p].Rows
	}
	return groups
}

// dirty returns those of the partitions that hold a row which must not survive. Keys are compared by hash: a collision
// costs a needless rebuild, never a row.
func (s *Staging) dirty(ctx context.Context, partitions []string) ([]string, error) {
	r := resolutionOf(s.raw)
	where, err := wherePartitions(partitions)
	if err != nil {
		return nil, err
	}
	conditions := []string{fmt.Sprintf("count() != uniqExact(cityHash64(%s))", idents(r.key))}
	if !r.tombstones {
		conditions = append(conditions, "countIf(is_deleted) > 0")
	}
	if r.newest != nil {
		conditions = append(conditions, fmt.Sprintf("countIf(NOT %s) > 0", s.isNewest(r)))
	}
	var dirty []string
	err = s.w.read(ctx, statement{
		what: "look for duplicates in " + s.table.Name,
		sql: fmt.Sprintf("SELECT _partition_id FROM %s%s GROUP BY _partition_id HAVING %s", s.table.SQL(), where,
			strings.Join(conditions, " OR ")),
	}, func() { dirty = nil }, func(r driver.Rows) error {
		id := ""
		if err := r.Scan(&id); err != nil {
			return err
		}
		name, err := partitionName(id)
		dirty = append(dirty, name)
		return err
	})
	slices.Sort(dirty)
	return dirty, err
}

// isNewest is the condition that a row belongs to the newest version of its group, looked at over the whole staging table.
func (s *Staging) isNewest(r resolution) string {
	group := idents(r.newest)
	return fmt.Sprintf("(%s, record_version) IN (SELECT %s, max(record_version) FROM %s GROUP BY %s)",
		group, group, s.table.SQL(), group)
}

// rebuild writes the surviving rows of the partitions to a second table and swaps them in.
func (s *Staging) rebuild(ctx context.Context, partitions []string) error {
	if len(partitions) == 0 {
		return nil
	}
	resolved := &Staging{w: s.w, target: s.table, raw: s.raw, table: Table{Database: Stage, Name: s.table.Name + "__resolved", hash: s.table.hash}}
	if err := s.create(ctx, resolved.table); err != nil {
		return err
	}
	if err := s.insertSurvivors(ctx, resolved.table, partitions); err != nil {
		return err
	}
	left, err := resolved.State(ctx)
	if err != nil {
		return err
	}
	if err := s.take(ctx, resolved.table, left, partitions); err != nil {
		return err
	}
	return resolved.Drop(ctx)
}

// take swaps the partitions for those of another table, many in a statement: nobody reads a staging table, so that they
// need not change together.
func (s *Staging) take(ctx context.Context, from Table, left States, partitions []string) error {
	const atOnce = 100
	for chunk := range slices.Chunk(partitions, atOnce) {
		commands := make([]string, len(chunk))
		for i, p := range chunk {
			id, err := PartitionID(p)
			if err != nil {
				return err
			}
			commands[i] = fmt.Sprintf("REPLACE PARTITION ID %s FROM %s", literal(id), from.SQL())
			if left[p].Rows == 0 {
				commands[i] = "DROP PARTITION ID " + literal(id)
			}
		}
		err := s.w.exec(ctx, statement{
			what: "resolve duplicates of " + s.table.Name, repeatable: true,
			sql: "ALTER TABLE " + s.table.SQL() + " " + strings.Join(commands, ", "),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// create makes an empty table like s.
func (s *Staging) create(ctx context.Context, like Table) error {
	if err := s.w.DropStaging(ctx, like.Name); err != nil {
		return err
	}
	return s.w.exec(ctx, statement{
		what: "create staging table " + like.Name, repeatable: true,
		sql: fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s AS %s", like.SQL(), s.table.SQL()),
	})
}

func (s *Staging) insertSurvivors(ctx context.Context, into Table, partitions []string) error {
	r := resolutionOf(s.raw)
	where, err := wherePartitions(partitions)
	if err != nil {
		return err
	}
	if r.newest != nil {
		where += " AND " + s.isNewest(r)
	}
	columns, key, survives := idents(rawDefinition(s.raw).names()), idents(r.key), "1"
	if !r.tombstones {
		survives = "NOT is_deleted"
	}
	// Only rows that share a key are sorted; where duplicates are few, which is usual, the rest is copied as it is.
	rows := s.table.SQL() + where
	shared := func(in string) string {
		return fmt.Sprintf("cityHash64(%s) %s (SELECT cityHash64(%s) AS h FROM %s GROUP BY h HAVING count() > 1)", key, in, key, rows)
	}
	alone := fmt.Sprintf("SELECT %s FROM %s AND %s AND %s", columns, rows, shared("NOT IN"), survives)
	winners := fmt.Sprintf("SELECT %s FROM %s AND %s ORDER BY _partition_id, %s, record_version DESC, row_hash DESC LIMIT 1 BY _partition_id, %s",
		columns, rows, shared("IN"), key, key)
	sql := fmt.Sprintf("INSERT INTO %s (%s) %s UNION ALL SELECT %s FROM (%s) WHERE %s", into.SQL(), columns, alone, columns, winners, survives)
	return s.w.exec(ctx, statement{what: "resolve duplicates of " + s.table.Name, sql: sql, settings: s.w.buildSettings()})
}

// buildSettings are for INSERT … SELECT of many partitions at once.
func (w *Warehouse) buildSettings() ch.Settings {
	s := w.insertSettings()
	s["min_insert_block_size_rows"] = 1 << 20 // the bytes bound the memory; narrow rows make one part, which need not be merged
	s["max_bytes_before_external_sort"] = 1 << 30
	s["max_bytes_before_external_group_by"] = 1 << 30
	return s
}
