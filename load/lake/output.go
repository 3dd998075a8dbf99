package lake

// Output is one Parquet file: all rows that one input object gives to one partition of one table.
// Fields are declared in the order of their JSON names: that makes the JSON canonical.
type Output struct {
	Bytes     int64  `json:"bytes"`
	HashSum   uint64 `json:"hash_sum,string"` // sum of row_hash modulo 2^64; text, as many JSON readers lose digits
	Key       string `json:"key"`
	MaxTime   int64  `json:"max_time"` // µs; greatest occurred_at, 0 for tables without it
	MinTime   int64  `json:"min_time"` // µs; least occurred_at
	Partition string `json:"partition"`
	Rows      int64  `json:"rows"`
	Table     string `json:"table"`
}

// dataKey is where a file of t's partition with this SHA-256 (hex) is kept.
func dataKey(table, partition, digest string) string {
	return "data/" + table + "/" + partition + "/" + digest + ".parquet"
}
