package schemas

// Positions of the columns of Opportunity.
const (
	OpBucket = iota
	OpSystem
	OpExport
	OpOpportunityID
	OpAccountID
	OpContactID
	OpOwnerID
	OpStage
	OpType
	OpSource
	OpForecastCategory
	OpCampaignID
	OpIsClosed
	OpIsWon
	OpAmount
	OpCurrency
	OpProbability
	OpCreatedAt
	OpCloseDate
	OpAttributes
	OpDeleted
	OpVersion
	OpHash
)

// Opportunity is the current state of a sales opportunity.
var Opportunity = define(Table{
	Name: "opportunity", Partition: ByBucket,
	Comment: "Sales opportunities, current state.",
	Key:     []string{"system", "opportunity_id"}, Sort: []string{"system", "opportunity_id"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from (ga4, salesforce, zendesk, survey)."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "opportunity_id", Type: String, Comment: "The system's own number of the opportunity."},
		{Name: "account_id", Type: UUID, Identifier: Account, Comment: "Pseudonym of the account."},
		{Name: "contact_id", Type: UUID, Identifier: Contact, Comment: "Pseudonym of the primary contact."},
		{Name: "owner_id", Type: LowCardinality, Comment: "Owner, by the system's own number."},
		{Name: "stage", Type: LowCardinality, Comment: "Stage as the source spells it."},
		{Name: "type", Type: LowCardinality, Comment: "Type."},
		{Name: "source", Type: LowCardinality, Comment: "Lead source."},
		{Name: "forecast_category", Type: LowCardinality, Comment: "Forecast category."},
		{Name: "campaign_id", Type: String, Comment: "Campaign."},
		{Name: "is_closed", Type: Bool, Comment: "Closed, won or lost."},
		{Name: "is_won", Type: Bool, Comment: "Won."},
		{Name: "amount", Type: Decimal, Nullable: true, Comment: "Amount in currency."},
		{Name: "currency", Type: LowCardinality, Comment: "ISO 4217 currency of amount."},
		{Name: "probability", Type: Float32, Nullable: true, Comment: "Probability from 0 to 1."},
		{Name: "created_at", Type: Timestamp, Nullable: true, Comment: "When the opportunity was created."},
		{Name: "close_date", Type: Date, Nullable: true, Comment: "Close date, expected or actual."},
		{Name: "attributes", Type: Map, Comment: "Configured extra fields; never shown in cx_bi."},
	},
})
