package survey

import (
	"strings"

	"waymark/extract/tabular"
	"waymark/schemas"
)

// The slots of a response, in the order of the layout's names.
const (
	responseID = iota
	answeredAt
	score
	scoreNPS
	scoreCSAT
	scoreCES
	scoreRating
	kind
	sentAt
	updatedAt
	isDeleted
	comment
)

// layout is that of a response.
var layout = &tabular.Layout{
	Of: "a survey response", Table: schemas.JourneyEvent,
	Names: []string{"response_id", "answered_at", "score", "score.nps", "score.csat", "score.ces", "score.rating", "kind", "sent_at", "updated_at", "is_deleted", "comment"},
	Columns: map[string]int{
		"email": schemas.EvEmailID, "phone": schemas.EvPhoneID, "customer_id": schemas.EvUserID, "contact_id": schemas.EvContactID,
		"ticket_id": schemas.EvTicketID, "order_id": schemas.EvOrderID, "agent_id": schemas.EvAgentID, "channel": schemas.EvChannel,
		"country": schemas.EvCountry, "language": schemas.EvLanguage, "campaign": schemas.EvCampaign,
	},
	Kept:   []string{"segment", "touchpoint"}, // journey_event has no column of these for a source to fill
	Unread: []int{comment},
	Barred: []int{schemas.EvOccurredAt, schemas.EvScore, schemas.EvScoreKind, schemas.EvSurveyID}, // said by answered_at, score, kind, response_id
	Need:   []int{responseID, answeredAt},
}

// scored are the columns that hold a score of one kind; their position plus one is the event's ordinal.
var scored = [...]int{scoreNPS, scoreCSAT, scoreCES, scoreRating}

// scaleOf returns the scale of a score column of one kind.
func scaleOf(slot int) schemas.Scale {
	s, _ := schemas.ScaleOf(strings.TrimPrefix(layout.Names[slot], "score."))
	return s
}
