package schemas

// Positions of the columns of RejectTable.
const (
	RjBucket = iota
	RjSystem
	RjExport
	RjRejectID
	RjSource
	RjObject
	RjLine
	RjByteOffset
	RjReason
	RjField
	RjMessage
	RjRecord
	RjDeleted
	RjVersion
	RjHash
)

// RejectTable is one record that could not be used.
var RejectTable = define(Table{
	Name: "reject", Partition: ByBucket,
	Comment: "Records that could not be used: never lost, never silent.",
	Key:     []string{"reject_id"}, Sort: []string{"source", "object", "line", "reject_id"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from (ga4, salesforce, zendesk, survey)."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "reject_id", Type: UUID, Derived: true, Comment: "Hash of object, offset, field and reason."},
		{Name: "source", Type: LowCardinality, Comment: "Configured source."},
		{Name: "object", Type: String, Comment: "Object the record stands in."},
		{Name: "line", Type: Int64, Comment: "Line in the decompressed object, from 1."},
		{Name: "byte_offset", Type: Int64, Comment: "Byte offset in the decompressed object, from 0."},
		{Name: "reason", Type: LowCardinality, Comment: "Stable code of the reason."},
		{Name: "field", Type: LowCardinality, Comment: "Field at fault, in the source's own name."},
		{Name: "message", Type: String, Comment: "What is wrong."},
		{Name: "record", Type: String, Comment: "The raw record, truncated and with every value masked."},
	},
})
