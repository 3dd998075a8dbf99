package clickhouse

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
)

// PartitionID derives ClickHouse's partition id from a partition's name: "2024-01-31" → "20240131", "2024-01" →
// "202401", "07" → "7", "all" → "all". Anything else is of kind Invalid.
func PartitionID(partition string) (string, error) {
	switch {
	case partition == "all":
		return partition, nil
	case shaped(partition, "dd"):
		n, _ := strconv.Atoi(partition)
		return strconv.Itoa(n), nil
	case shaped(partition, "dddd-dd"), shaped(partition, "dddd-dd-dd"):
		return strings.ReplaceAll(partition, "-", ""), nil
	}
	return "", fault.New(fault.Invalid, "partition %q is neither a day, a month, a bucket nor all", partition)
}

// partitionName is the inverse of PartitionID.
func partitionName(id string) (string, error) {
	switch {
	case id == "all":
		return id, nil
	case shaped(id, "d"):
		return "0" + id, nil
	case shaped(id, "dd") && id[0] != '0':
		return id, nil
	case shaped(id, "dddddd"):
		return id[:4] + "-" + id[4:], nil
	case shaped(id, "dddddddd"):
		return id[:4] + "-" + id[4:6] + "-" + id[6:], nil
	}
	return "", fault.New(fault.Internal, "unexpected partition id %q", id)
}

// shaped reports whether s looks like shape, in which d is a digit.
func shaped(s, shape string) bool {
	if len(s) != len(shape) {
		return false
	}
	for i := range len(s) {
		digit := s[i] >= '0' && s[i] <= '9'
		if shape[i] == 'd' != digit || shape[i] != 'd' && s[i] != shape[i] {
			return false
		}
	}
	return true
}

// PartitionStates returns what the named partitions of t hold, all of them when none is named. A table that does not
// exist is of kind NotFound.
func (w *Warehouse) PartitionStates(ctx context.Context, t Table, partitions ...string) (States, error) {
	where, err := wherePartitions(partitions)
	if err != nil {
		return nil, err
	}
	states := States{}
	st := statement{
		what: "read partitions of " + t.String(), sql: t.states(where),
	}
	err = w.read(ctx, st, func() { clear(states) }, func(r driver.Rows) error {
		var (
			id        string
			rows, sum uint64
		)
		if err := r.Scan(&id, &rows, &sum); err != nil {
			return err
		}
		return states.add(id, rows, sum)
	})
	return states, err
}

// states is the SELECT of what each partition holds; its names are none that a table's own columns have.
func (t Table) states(where string) string {
	return fmt.Sprintf("SELECT _partition_id AS held_id, count() AS held_rows, sumWithOverflow(%s) AS held_hash FROM %s%s GROUP BY _partition_id",
		t.hash, t.SQL(), where)
}

// add adds one row of that SELECT.
func (s States) add(id string, rows, sum uint64) error {
	name, err := partitionName(id)
	s[name] = State{Rows: int64(rows), HashSum: sum}
	return err
}

// wherePartitions is the condition that reads only the named partitions, "" when none is named.
func wherePartitions(partitions []string) (string, error) {
	if len(partitions) == 0 {
		return "", nil
	}
	ids := make([]string, len(partitions))
	for i, p := range partitions {
		id, err := PartitionID(p)
		if err != nil {
			return "", err
		}
		ids[i] = literal(id)
	}
	return " WHERE _partition_id IN (" + strings.Join(ids, ", ") + ")", nil
}
