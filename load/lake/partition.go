package lake

import (
	"fmt"
	"strconv"
	"time"

	"waymark/internal/fault"
	"waymark/schemas"
)

const secondsPerDay = 24 * 60 * 60

// PartitionName spells partition p of t as it stands in keys and manifests: "2024-01-31" by day, "07" by bucket.
func PartitionName(t *schemas.Table, p int32) string {
	if t.Partition == schemas.ByDay {
		return time.Unix(int64(p)*secondsPerDay, 0).UTC().Format(time.DateOnly)
	}
	return fmt.Sprintf("%02d", p)
}

// ParsePartition is the inverse of PartitionName.
func ParsePartition(t *schemas.Table, name string) (int32, error) {
	if t.Partition == schemas.ByDay {
		day, err := time.Parse(time.DateOnly, name)
		if err != nil {
			return 0, fault.New(fault.Invalid, "parse partition %q of %s: not a day", name, t.Name)
		}
		return int32(day.Unix() / secondsPerDay), nil
	}
	n, err := strconv.ParseUint(name, 10, 8)
	if err != nil || len(name) != 2 || n >= schemas.Buckets {
		return 0, fault.New(fault.Invalid, "parse partition %q of %s: not a bucket", name, t.Name)
	}
	return int32(n), nil
}
