package schemas

// Positions of the columns of Campaign.
const (
	CaBucket = iota
	CaSystem
	CaExport
	CaCampaignID
	CaParentCampaignID
	CaName
	CaType
	CaStatus
	CaOwnerID
	CaStartDate
	CaEndDate
	CaBudgetedCost
	CaActualCost
	CaExpectedRevenue
	CaCurrency
	CaIsActive
	CaCreatedAt
	CaAttributes
	CaDeleted
	CaVersion
	CaHash
)

// Campaign is the current state of a marketing campaign.
var Campaign = define(Table{
	Name: "campaign", Partition: ByBucket,
	Comment: "Marketing campaigns, current state.",
	Key:     []string{"system", "campaign_id"}, Sort: []string{"system", "campaign_id"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from (ga4, salesforce, zendesk, survey)."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "campaign_id", Type: String, Comment: "The system's own number of the campaign."},
		{Name: "parent_campaign_id", Type: String, Comment: "Parent campaign."},
		{Name: "name", Type: String, Comment: "Name of the campaign."},
		{Name: "type", Type: LowCardinality, Comment: "Type."},
		{Name: "status", Type: LowCardinality, Comment: "Status."},
		{Name: "owner_id", Type: LowCardinality, Comment: "Owner, by the system's own number."},
		{Name: "start_date", Type: Date, Nullable: true, Comment: "First day."},
		{Name: "end_date", Type: Date, Nullable: true, Comment: "Last day."},
		{Name: "budgeted_cost", Type: Decimal, Nullable: true, Comment: "Budgeted cost in currency."},
		{Name: "actual_cost", Type: Decimal, Nullable: true, Comment: "Actual cost in currency."},
		{Name: "expected_revenue", Type: Decimal, Nullable: true, Comment: "Expected revenue in currency."},
		{Name: "currency", Type: LowCardinality, Comment: "ISO 4217 currency of the amounts."},
		{Name: "is_active", Type: Bool, Comment: "The campaign is active."},
		{Name: "created_at", Type: Timestamp, Nullable: true, Comment: "When the campaign was created."},
		{Name: "attributes", Type: Map, Comment: "Configured extra fields; never shown in cx_bi."},
	},
})
