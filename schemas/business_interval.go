package schemas

// Positions of the columns of BusinessInterval.
const (
	BiBucket = iota
	BiSystem
	BiExport
	BiScheduleID
	BiStartsAt
	BiEndsAt
	BiSecondsBefore
	BiTimeZone
	BiDeleted
	BiVersion
	BiHash
)

// BusinessInterval is one working interval of a business schedule.
var BusinessInterval = define(Table{
	Name: "business_interval", Partition: ByBucket,
	Comment: "Working intervals of a business schedule, in UTC, with the working time before each: business time between two instants is B(t2) - B(t1).",
	Key:     []string{"system", "schedule_id", "starts_at"}, Sort: []string{"system", "schedule_id", "starts_at"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from (ga4, salesforce, zendesk, survey)."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "schedule_id", Type: LowCardinality, Comment: "The system's own number of the schedule."},
		{Name: "starts_at", Type: Timestamp, Comment: "Start of the interval (UTC)."},
		{Name: "ends_at", Type: Timestamp, Comment: "End of the interval (UTC), exclusive."},
		{Name: "seconds_before", Type: Int64, Comment: "Working seconds of the schedule before starts_at."},
		{Name: "time_zone", Type: LowCardinality, Comment: "IANA time zone of the schedule."},
	},
})
