package schemas

// Positions of the columns of FxRate.
const (
	FxBucket = iota
	FxSystem
	FxExport
	FxRateDate
	FxFrom
	FxTo
	FxUnits
	FxRateCol
	FxDeleted
	FxVersion
	FxHash
)

// FxRate is one published exchange rate. Key and value are one: two values of one day both stay, so that a data test finds them.
var FxRate = define(Table{
	Name: "fx_rate", Partition: ByBucket,
	Comment:  "Published exchange rates: on rate_date, units of from_currency cost rate of to_currency.",
	Key:      []string{"system", "from_currency", "to_currency", "rate_date", "units", "rate"},
	BucketBy: []string{"system", "from_currency", "to_currency"},
	Sort:     []string{"system", "from_currency", "to_currency", "rate_date", "units", "rate"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "rate_date", Type: Date, Comment: "Day the rate was published for."},
		{Name: "from_currency", Type: LowCardinality, Comment: "ISO 4217 currency that is priced."},
		{Name: "to_currency", Type: LowCardinality, Comment: "ISO 4217 currency it is priced in."},
		{Name: "units", Type: Int32, Comment: "How much of from_currency the rate is for (NBP: 100 HUF; a power of ten where a rate has more than four decimals)."},
		{Name: "rate", Type: Decimal, Comment: "Price of units of from_currency in to_currency."},
	},
})
