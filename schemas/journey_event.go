package schemas

// Positions of the columns of JourneyEvent.
const (
	EvEventID = iota
	EvOccurredAt
	EvEventDate
	EvSystem
	EvExport
	EvEventType
	EvSourceEvent
	EvStage
	EvTouchpoint
	EvChannel
	EvEmailID
	EvPhoneID
	EvUserID
	EvDeviceID
	EvContactID
	EvAccountID
	EvSessionID
	EvTicketID
	EvOrderID
	EvOpportunityID
	EvSurveyID
	EvAgentID
	EvCampaign
	EvSource
	EvMedium
	EvContent
	EvTerm
	EvFieldName
	EvStateFrom
	EvStateTo
	EvAmount
	EvCurrency
	EvQuantity
	EvDurationMs
	EvScoreKind
	EvScore
	EvSentiment
	EvTheme
	EvPageHost
	EvPagePath
	EvReferrerHost
	EvDeviceCategory
	EvOS
	EvBrowser
	EvCountry
	EvCity
	EvLanguage
	EvIsPublic
	EvIsAgent
	EvIsEngaged
	EvRecordID
	EvAttributes
	EvDeleted
	EvVersion
	EvHash
)

// JourneyEvent is one row per thing that happened between a customer and the company.
var JourneyEvent = define(Table{
	Name: "journey_event", Partition: ByDay,
	Comment: "One row per thing that happened between a customer and the company.",
	Key:     []string{"event_id"}, Sort: []string{"event_type", "occurred_at", "event_id"},
	Columns: []Column{
		{Name: "event_id", Type: UUID, Derived: true, Comment: "128-bit hash of system, export, natural key, event type and ordinal: the same record gives the same id, always."},
		{Name: "occurred_at", Type: Timestamp, Comment: "When it happened, by the source's clock (UTC)."},
		{Name: "event_date", Type: Date, Derived: true, Comment: "Day of occurred_at in the reporting time zone."},
		{Name: "system", Type: LowCardinality, Comment: "System the record came from (ga4, salesforce, zendesk, survey)."},
		{Name: "export", Type: LowCardinality, Comment: "Export of the system the record came from."},
		{Name: "event_type", Type: LowCardinality, Comment: "What happened, from Waymark's vocabulary."},
		{Name: "source_event", Type: LowCardinality, Comment: "What the source itself calls the event."},
		{Name: "stage", Type: LowCardinality, Derived: true, Comment: "Stage of the customer journey, by the journey rules."},
		{Name: "touchpoint", Type: LowCardinality, Derived: true, Comment: "Where the customer met the company, by the journey rules."},
		{Name: "channel", Type: LowCardinality, Comment: "Channel of the contact: the source's own, or as the journey rules say."},
		{Name: "email_id", Type: UUID, Identifier: Email, Comment: "Keyed pseudonym of the e-mail address; the zero UUID is none."},
		{Name: "phone_id", Type: UUID, Identifier: Phone, Comment: "Keyed pseudonym of the phone number."},
		{Name: "user_id", Type: UUID, Identifier: User, Comment: "Keyed pseudonym of the company's own customer number."},
		{Name: "device_id", Type: UUID, Identifier: Device, Comment: "Keyed pseudonym of the browser or app installation."},
		{Name: "contact_id", Type: UUID, Identifier: Contact, Comment: "Keyed pseudonym of the person's id in the system."},
		{Name: "account_id", Type: UUID, Identifier: Account, Comment: "Keyed pseudonym of the company account's id in the system."},
		{Name: "session_id", Type: UInt64, Comment: "The source's own session; 0 is none."},
		{Name: "ticket_id", Type: String, Comment: "Ticket the event belongs to; '' is none."},
		{Name: "order_id", Type: String, Comment: "Order the event belongs to; '' is none."},
		{Name: "opportunity_id", Type: String, Comment: "Opportunity the event belongs to; '' is none."},
		{Name: "survey_id", Type: String, Comment: "Survey response the event belongs to; '' is none."},
		{Name: "agent_id", Type: LowCardinality, Comment: "Agent or owner concerned, by the system's own number; '' is none."},
		{Name: "campaign", Type: LowCardinality, Comment: "Campaign."},
		{Name: "source", Type: LowCardinality, Comment: "Traffic source."},
		{Name: "medium", Type: LowCardinality, Comment: "Traffic medium."},
		{Name: "content", Type: LowCardinality, Comment: "Campaign content."},
		{Name: "term", Type: LowCardinality, Comment: "Campaign term."},
		{Name: "field_name", Type: LowCardinality, Comment: "Which field changed, for ticket_field_changed and the like."},
		{Name: "state_from", Type: LowCardinality, Comment: "State before a change of state."},
		{Name: "state_to", Type: LowCardinality, Comment: "State after a change of state."},
		{Name: "amount", Type: Decimal, Nullable: true, Comment: "Amount as in the source, in currency; conversion happens in models."},
		{Name: "currency", Type: LowCardinality, Comment: "ISO 4217 currency of amount."},
		{Name: "quantity", Type: Int32, Comment: "Number of items."},
		{Name: "duration_ms", Type: Int64, Comment: "Duration of the event in milliseconds (GA4: engagement time)."},
		{Name: "score_kind", Type: LowCardinality, Comment: "Kind of score: nps (0 to 10), csat (1 to 5), ces (1 to 7), rating (1 to 5)."},
		{Name: "score", Type: Float32, Nullable: true, Comment: "Score on the scale of its kind."},
		{Name: "sentiment", Type: Float32, Nullable: true, Comment: "Sentiment from -1 to 1, once scored."},
		{Name: "theme", Type: LowCardinality, Comment: "Theme of a text, once scored."},
		{Name: "page_host", Type: LowCardinality, Comment: "Host of the page."},
		{Name: "page_path", Type: String, Comment: "Path of the page, without query and fragment."},
		{Name: "referrer_host", Type: LowCardinality, Comment: "Host of the referring page."},
		{Name: "device_category", Type: LowCardinality, Comment: "desktop, mobile, tablet or smart tv."},
		{Name: "os", Type: LowCardinality, Comment: "Operating system."},
		{Name: "browser", Type: LowCardinality, Comment: "Browser."},
		{Name: "country", Type: LowCardinality, Comment: "Country, as the source names it."},
		{Name: "city", Type: LowCardinality, Comment: "City, as the source names it."},
		{Name: "language", Type: LowCardinality, Comment: "Language tag."},
		{Name: "is_public", Type: Bool, Comment: "A reply that the customer can see."},
		{Name: "is_agent", Type: Bool, Comment: "The record itself says that an agent acted."},
		{Name: "is_engaged", Type: Bool, Comment: "The event says its session is engaged (GA4 session_engaged = 1)."},
		{Name: "record_id", Type: UUID, Derived: true, Comment: "For events read off a record's current state: hash of the record. Only the events of its newest version count. Zero for facts that never change."},
		{Name: "attributes", Type: Map, Comment: "Configured extra fields; never shown in cx_bi."},
	},
})
