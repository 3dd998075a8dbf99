package schemas

// Positions of the columns of AccountTable.
const (
	AcBucket = iota
	AcSystem
	AcExport
	AcAccountID
	AcParentAccountID
	AcType
	AcIndustry
	AcSegment
	AcCountry
	AcCity
	AcOwnerID
	AcSource
	AcAnnualRevenue
	AcCurrency
	AcEmployees
	AcCreatedAt
	AcAttributes
	AcDeleted
	AcVersion
	AcHash
)

// AccountTable is the current state of a company account.
var AccountTable = define(Table{
	Name: "account", Partition: ByBucket,
	Comment: "Company accounts, current state.",
	Key:     []string{"system", "account_id"}, Sort: []string{"system", "account_id"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from (ga4, salesforce, zendesk, survey)."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "account_id", Type: UUID, Identifier: Account, Comment: "Keyed pseudonym of the account's id in the system."},
		{Name: "parent_account_id", Type: UUID, Identifier: Account, Comment: "Pseudonym of the parent account."},
		{Name: "type", Type: LowCardinality, Comment: "Type of the account."},
		{Name: "industry", Type: LowCardinality, Comment: "Industry."},
		{Name: "segment", Type: LowCardinality, Comment: "Segment, when mapped."},
		{Name: "country", Type: LowCardinality, Comment: "Country."},
		{Name: "city", Type: LowCardinality, Comment: "City."},
		{Name: "owner_id", Type: LowCardinality, Comment: "Owner, by the system's own number."},
		{Name: "source", Type: LowCardinality, Comment: "Where the account was won."},
		{Name: "annual_revenue", Type: Decimal, Nullable: true, Comment: "Annual revenue in currency."},
		{Name: "currency", Type: LowCardinality, Comment: "ISO 4217 currency of annual_revenue."},
		{Name: "employees", Type: Int32, Comment: "Number of employees."},
		{Name: "created_at", Type: Timestamp, Nullable: true, Comment: "When the account was created."},
		{Name: "attributes", Type: Map, Comment: "Configured extra fields; never shown in cx_bi."},
	},
})
