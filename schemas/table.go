package schemas

import "slices"

// Type is the logical type of a column. Each has exactly one ClickHouse type and one Parquet type.
type Type uint8

// The logical types. Int is the Vector field that holds a type's values unless stated otherwise.
const (
	UUID           Type = iota + 1 // 16 bytes, zero is "none"; Vector.Fixed
	String                         // text of many values; Vector.Codes + Dict
	LowCardinality                 // text of few values; Vector.Codes + Dict
	Timestamp                      // µs since 1970-01-01 UTC
	Date                           // days since 1970-01-01
	Int32
	Int64
	UInt64  // bit pattern of the unsigned value
	Bool    // 0 or 1
	Decimal // Decimal(18,4): units of 1/10000
	Float32 // Vector.Float
	Map     // text → text; Vector.Offsets, Keys, Codes (values)
)

// Identifier says which kind of raw identifier a draft row carries in a UUID column. The transform replaces it with
// a keyed pseudonym; the raw text never goes further.
type Identifier uint8

// The kinds of identifier. Email, Phone and User are one name space for the whole company; Device, Contact and
// Account belong to the system that issued them.
const (
	NotIdentifier Identifier = iota
	Email
	Phone
	User
	Device
	Contact
	Account
)

// Column is one column of a Table.
type Column struct {
	Name       string
	Type       Type
	Nullable   bool       // only Timestamp, Date, Decimal, Float32
	Identifier Identifier // for UUID columns that hold a pseudonym
	Derived    bool       // filled by the transform, never by a source
	Comment    string     // what it means, for DDL and documentation
}

// Partitioning says how rows of a table are spread over partitions.
type Partitioning uint8

// ByDay partitions by the table's event_date; ByBucket by hash of the key into Buckets partitions (column "bucket").
const (
	ByDay Partitioning = iota + 1
	ByBucket
)

// Buckets is the number of hash partitions of an entity table.
const Buckets = 16

// MaxColumns bounds the columns of a table, so that a set of them is 64 bits.
const MaxColumns = 64

// Table declares one lake table, which is also one table of database waymark_raw.
// Among rows with equal Key the greatest record_version wins (ties: greatest row_hash); a winner with is_deleted is dropped.
type Table struct {
	Name      string
	Comment   string
	Partition Partitioning
	Key       []string // identifies a row across files
	BucketBy  []string // ByBucket: the part of Key that is hashed; all of it when empty
	Sort      []string // ClickHouse ORDER BY and order within a Parquet file
	Columns   []Column

	// Positions of the columns that every table has; -1 where absent. Filled by define.
	VersionCol, HashCol, DeletedCol, PartitionCol, SystemCol, ExportCol int
	index                                                               map[string]int
}

// define completes t: it indexes the columns by name and appends the columns that every table carries.
func define(t Table) *Table {
	t.Columns = append(t.Columns, // three: Without takes them off again
		Column{Name: "is_deleted", Type: Bool, Comment: "The source deleted this record; the row only removes earlier versions."},
		Column{Name: "record_version", Type: Int64, Comment: "The source's own version of the record (updated-at in microseconds, else the object's time); greater wins."},
		Column{Name: "row_hash", Type: UInt64, Derived: true, Comment: "Hash of every other column; lets the warehouse be checked against the lake by count and sum."},
	)
	t.index = make(map[string]int, len(t.Columns))
	for i := range t.Columns {
		t.index[t.Columns[i].Name] = i
	}
	partition := "bucket"
	if t.Partition == ByDay {
		partition = "event_date"
	}
	t.VersionCol, t.HashCol, t.DeletedCol = t.Col("record_version"), t.Col("row_hash"), t.Col("is_deleted")
	t.PartitionCol, t.SystemCol, t.ExportCol = t.Col(partition), t.Col("system"), t.Col("export")
	return &t
}

// Col returns the position of the named column, or -1.
func (t *Table) Col(name string) int {
	if i, ok := t.index[name]; ok {
		return i
	}
	return -1
}

// Indispensable reports whether a row means nothing without the column: it is part of the key, or one that every table
// carries. Any other column may have been added after a data file was written.
func (t *Table) Indispensable(column int) bool {
	return column == t.VersionCol || column == t.HashCol || column == t.DeletedCol || column == t.PartitionCol ||
		slices.Contains(t.Key, t.Columns[column].Name)
}

// Without is t as it was before it got the named columns: what an older version wrote.
func (t *Table) Without(columns ...string) *Table {
	old := *t
	old.Columns = slices.DeleteFunc(slices.Clone(t.Columns[:len(t.Columns)-3]), func(c Column) bool { return slices.Contains(columns, c.Name) })
	return define(old)
}
