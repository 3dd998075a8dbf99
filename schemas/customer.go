package schemas

// Positions of the columns of Customer.
const (
	CuBucket = iota
	CuSystem
	CuExport
	CuEmailID
	CuPhoneID
	CuUserID
	CuContactID
	CuAccountID
	CuKind
	CuSegment
	CuCountry
	CuCity
	CuLanguage
	CuTimeZone
	CuLeadSource
	CuStatus
	CuIsConverted
	CuConvertedAt
	CuConvertedContactID
	CuConvertedOpportunityID
	CuCreatedAt
	CuAttributes
	CuDeleted
	CuVersion
	CuHash
)

// Customer is the current state of a person in one system.
var Customer = define(Table{
	Name: "customer", Partition: ByBucket,
	Comment: "Persons the systems know: contacts, leads, ticket requesters; current state.",
	Key:     []string{"system", "contact_id"}, Sort: []string{"system", "contact_id"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from (ga4, salesforce, zendesk, survey)."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "email_id", Type: UUID, Identifier: Email, Comment: "Keyed pseudonym of the e-mail address; the zero UUID is none."},
		{Name: "phone_id", Type: UUID, Identifier: Phone, Comment: "Keyed pseudonym of the phone number."},
		{Name: "user_id", Type: UUID, Identifier: User, Comment: "Keyed pseudonym of the company's own customer number."},
		{Name: "contact_id", Type: UUID, Identifier: Contact, Comment: "Keyed pseudonym of the person's id in the system."},
		{Name: "account_id", Type: UUID, Identifier: Account, Comment: "Keyed pseudonym of the company account's id in the system."},
		{Name: "kind", Type: LowCardinality, Comment: "contact, lead or person."},
		{Name: "segment", Type: LowCardinality, Comment: "Customer segment, when mapped."},
		{Name: "country", Type: LowCardinality, Comment: "Country."},
		{Name: "city", Type: LowCardinality, Comment: "City."},
		{Name: "language", Type: LowCardinality, Comment: "Language tag."},
		{Name: "time_zone", Type: LowCardinality, Comment: "Time zone."},
		{Name: "lead_source", Type: LowCardinality, Comment: "Where the person was won."},
		{Name: "status", Type: LowCardinality, Comment: "Status of a lead."},
		{Name: "is_converted", Type: Bool, Comment: "The lead was converted."},
		{Name: "converted_at", Type: Timestamp, Nullable: true, Comment: "When the lead was converted."},
		{Name: "converted_contact_id", Type: UUID, Identifier: Contact, Comment: "Pseudonym of the contact the lead became."},
		{Name: "converted_opportunity_id", Type: String, Comment: "Opportunity the lead became."},
		{Name: "created_at", Type: Timestamp, Nullable: true, Comment: "When the system first knew the person."},
		{Name: "attributes", Type: Map, Comment: "Configured extra fields; never shown in cx_bi."},
	},
})
