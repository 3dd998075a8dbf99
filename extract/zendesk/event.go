package zendesk

// The event types and names that rows get; never written to.
var (
	evCreated  = []byte("ticket_created")
	evStatus   = []byte("ticket_status_changed")
	evSolved   = []byte("ticket_solved")
	evReopened = []byte("ticket_reopened")
	evAssigned = []byte("ticket_assigned")
	evField    = []byte("ticket_field_changed")
	evReplied  = []byte("ticket_replied")
	evNoted    = []byte("ticket_noted")
	evRated    = []byte("ticket_rated")
	evChatOn   = []byte("chat_started")
	evChatOff  = []byte("chat_ended")
	evCall     = []byte("call_answered")

	evTicket = []byte("Ticket")
	evRating = []byte("SatisfactionRating")
	phone    = []byte("phone")
	chat     = []byte("chat")
	csat     = []byte("csat")
	person   = []byte("person")
)
