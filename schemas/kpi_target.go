package schemas

// Positions of the columns of KPITarget.
const (
	KtBucket = iota
	KtSystem
	KtExport
	KtKPI
	KtDimension
	KtMember
	KtBaseline
	KtTarget
	KtStartDate
	KtDueDate
	KtOwner
	KtDeleted
	KtVersion
	KtHash
)

// KPITarget is where a KPI is to be by when.
var KPITarget = define(Table{
	Name: "kpi_target", Partition: ByBucket,
	Comment:  "Targets of KPIs: where a KPI stood, where it is to be, and by when.",
	Key:      []string{"system", "kpi", "dimension", "member", "start_date", "due_date"},
	BucketBy: []string{"system", "kpi"},
	Sort:     []string{"system", "kpi", "dimension", "member", "start_date", "due_date"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "kpi", Type: LowCardinality, Comment: "KPI, by its id in the catalogue."},
		{Name: "dimension", Type: LowCardinality, Comment: "Dimension; all for the KPI as a whole."},
		{Name: "member", Type: LowCardinality, Comment: "Member of the dimension; all for dimension all."},
		{Name: "baseline", Type: Decimal, Nullable: true, Comment: "Value at the start, in the KPI's unit; NULL is the KPI's own value then."},
		{Name: "target", Type: Decimal, Comment: "Value to reach, in the KPI's unit."},
		{Name: "start_date", Type: Date, Comment: "Day from which progress counts."},
		{Name: "due_date", Type: Date, Comment: "Day by which the target is to be reached."},
		{Name: "owner", Type: LowCardinality, Comment: "Who answers for it: a team or a role."},
	},
})
