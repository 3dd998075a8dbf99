package schemas

// Positions of the columns of CostLine.
const (
	CoBucket = iota
	CoSystem
	CoExport
	CoCampaignDay
	CoCostID
	CoCostDate
	CoChannel
	CoSource
	CoMedium
	CoCampaign
	CoContent
	CoTerm
	CoCost
	CoCurrency
	CoImpressions
	CoClicks
	CoAttributes
	CoDeleted
	CoVersion
	CoHash
)

// CostLine is what one campaign cost on one day.
var CostLine = define(Table{
	Name: "cost_line", Partition: ByBucket,
	Comment:  "Marketing cost by day and campaign, as its source states it.",
	Key:      []string{"system", "campaign_day", "cost_id"},
	BucketBy: []string{"system", "campaign_day"},
	Sort:     []string{"system", "campaign_day", "cost_id"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "campaign_day", Type: String, Comment: "Day, channel, source, medium and campaign together: a newer export replaces all its lines."},
		{Name: "cost_id", Type: String, Comment: "The source's own number of the line (an advertisement), else its line in the export."},
		{Name: "cost_date", Type: Date, Comment: "Day of the cost."},
		{Name: "channel", Type: LowCardinality, Comment: "Channel."},
		{Name: "source", Type: LowCardinality, Comment: "Traffic source."},
		{Name: "medium", Type: LowCardinality, Comment: "Traffic medium."},
		{Name: "campaign", Type: LowCardinality, Comment: "Campaign."},
		{Name: "content", Type: LowCardinality, Comment: "Campaign content."},
		{Name: "term", Type: LowCardinality, Comment: "Campaign term."},
		{Name: "cost", Type: Decimal, Comment: "Cost in currency."},
		{Name: "currency", Type: LowCardinality, Comment: "ISO 4217 currency of cost."},
		{Name: "impressions", Type: Int64, Comment: "Times shown."},
		{Name: "clicks", Type: Int64, Comment: "Clicks."},
		{Name: "attributes", Type: Map, Comment: "Configured extra fields; never shown in cx_bi."},
	},
})
