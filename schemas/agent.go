package schemas

// Positions of the columns of Agent.
const (
	AgBucket = iota
	AgSystem
	AgExport
	AgAgentID
	AgContactID
	AgRole
	AgAgentGroup
	AgIsActive
	AgTimeZone
	AgCreatedAt
	AgAttributes
	AgDeleted
	AgVersion
	AgHash
)

// Agent is the current state of one agent or owner.
var Agent = define(Table{
	Name: "agent", Partition: ByBucket,
	Comment: "People of the company who serve customers, current state; without names.",
	Key:     []string{"system", "agent_id"}, Sort: []string{"system", "agent_id"},
	Columns: []Column{
		{Name: "bucket", Type: Int32, Derived: true, Comment: "Hash partition of the key."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from (ga4, salesforce, zendesk, survey)."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "agent_id", Type: LowCardinality, Comment: "The system's own number of the agent."},
		{Name: "contact_id", Type: UUID, Identifier: Contact, Comment: "Pseudonym of the same id as a person: the author of a comment is an agent when it is found here."},
		{Name: "role", Type: LowCardinality, Comment: "Role in the system (agent, admin)."},
		{Name: "agent_group", Type: LowCardinality, Comment: "Default group."},
		{Name: "is_active", Type: Bool, Comment: "The account is active."},
		{Name: "time_zone", Type: LowCardinality, Comment: "Time zone."},
		{Name: "created_at", Type: Timestamp, Nullable: true, Comment: "When the account was created."},
		{Name: "attributes", Type: Map, Comment: "Configured extra fields; never shown in cx_bi."},
	},
})
