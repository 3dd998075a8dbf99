package schemas

// Positions of the columns of Contract.
const (
	CnBucket = iota
	CnSystem
	CnExport
	CnContractID
	CnValidFrom
	CnStartedOn
	CnRenewedOn
	CnEndedOn
	CnEmailID
	CnUserID
	CnContactID
	CnAccountID
	CnPlan
	CnEndReason
	CnMRR
	CnCurrency
	CnAttributes
	CnDeleted
	CnVersion
	CnHash
)

// Contract is what a contract is worth from one day on.
var Contract = define(Table{
	Name: "contract", Partition: ByBucket,
	Comment:  "Terms of contracts and subscriptions: one row per contract and day from which a value holds.",
	Key:      []string{"system", "contract_id", "valid_from"},
	BucketBy: []string{"system", "contract_id"},
	Sort:     []string{"system", "contract_id", "valid_from"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "contract_id", Type: String, Comment: "The system's own number of the contract."},
		{Name: "valid_from", Type: Date, Comment: "Day from which this row holds: the start, or a change of value."},
		{Name: "started_on", Type: Date, Comment: "Day the contract started."},
		{Name: "renewed_on", Type: Date, Nullable: true, Comment: "Day of the renewal that this row states."},
		{Name: "ended_on", Type: Date, Nullable: true, Comment: "Day from which the contract is over; NULL while it runs."},
		{Name: "email_id", Type: UUID, Identifier: Email, Comment: "Pseudonym of the e-mail address."},
		{Name: "user_id", Type: UUID, Identifier: User, Comment: "Pseudonym of the company's own customer number."},
		{Name: "contact_id", Type: UUID, Identifier: Contact, Comment: "Pseudonym of the person's id in the system."},
		{Name: "account_id", Type: UUID, Identifier: Account, Comment: "Pseudonym of the account's id in the system."},
		{Name: "plan", Type: LowCardinality, Comment: "Plan or product."},
		{Name: "end_reason", Type: LowCardinality, Comment: "Why it ended, as the source spells it."},
		{Name: "mrr", Type: Decimal, Comment: "Monthly recurring revenue in currency; a yearly value is divided by twelve."},
		{Name: "currency", Type: LowCardinality, Comment: "ISO 4217 currency of mrr."},
		{Name: "attributes", Type: Map, Comment: "Configured extra fields; never shown in cx_bi."},
	},
})
