package schemas

// Positions of the columns of Ticket.
const (
	TiBucket = iota
	TiSystem
	TiExport
	TiTicketID
	TiContactID
	TiEmailID
	TiPhoneID
	TiAccountID
	TiStatus
	TiPriority
	TiType
	TiChannel
	TiAgentGroup
	TiAgentID
	TiReason
	TiSatisfaction
	TiIsClosed
	TiCreatedAt
	TiUpdatedAt
	TiClosedAt
	TiAttributes
	TiDeleted
	TiVersion
	TiHash
)

// Ticket is the current state of a ticket or case.
var Ticket = define(Table{
	Name: "ticket", Partition: ByBucket,
	Comment: "Tickets and cases, current state.",
	Key:     []string{"system", "ticket_id"}, Sort: []string{"system", "ticket_id"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from (ga4, salesforce, zendesk, survey)."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "ticket_id", Type: String, Comment: "The system's own number of the ticket."},
		{Name: "contact_id", Type: UUID, Identifier: Contact, Comment: "Pseudonym of the requester."},
		{Name: "email_id", Type: UUID, Identifier: Email, Comment: "Pseudonym of the requester's e-mail address, where the record has it."},
		{Name: "phone_id", Type: UUID, Identifier: Phone, Comment: "Pseudonym of the requester's phone number, where the record has it."},
		{Name: "account_id", Type: UUID, Identifier: Account, Comment: "Pseudonym of the requester's organisation."},
		{Name: "status", Type: LowCardinality, Comment: "Current status as the source spells it."},
		{Name: "priority", Type: LowCardinality, Comment: "Priority."},
		{Name: "type", Type: LowCardinality, Comment: "Type."},
		{Name: "channel", Type: LowCardinality, Comment: "Channel the ticket came through."},
		{Name: "agent_group", Type: LowCardinality, Comment: "Group the ticket is assigned to."},
		{Name: "agent_id", Type: LowCardinality, Comment: "Assignee, by the system's own number."},
		{Name: "reason", Type: LowCardinality, Comment: "Reason or theme given by the source."},
		{Name: "satisfaction", Type: LowCardinality, Comment: "Current satisfaction flag of the source."},
		{Name: "is_closed", Type: Bool, Comment: "Solved or closed."},
		{Name: "created_at", Type: Timestamp, Nullable: true, Comment: "When the ticket was created."},
		{Name: "updated_at", Type: Timestamp, Nullable: true, Comment: "When the ticket was last changed."},
		{Name: "closed_at", Type: Timestamp, Nullable: true, Comment: "When the ticket was closed, where the record says so."},
		{Name: "attributes", Type: Map, Comment: "Configured extra fields; never shown in cx_bi."},
	},
})
