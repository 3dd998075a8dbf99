package survey

import (
	"strings"

	"waymark/extract/field"
	"waymark/schemas"
)

// name is a canonical column of a response.
type name uint8

const (
	responseID name = iota
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
	names
)

var nameTexts = [names]string{
	"response_id", "answered_at", "score", "score.nps", "score.csat", "score.ces", "score.rating", "kind", "sent_at", "updated_at", "is_deleted", "comment",
}

// scored are the columns that hold a score of one kind; their position plus one is the event's ordinal.
var scored = [...]name{scoreNPS, scoreCSAT, scoreCES, scoreRating}

// scaleOf returns the scale of a score column of one kind.
func scaleOf(n name) schemas.Scale {
	s, _ := schemas.ScaleOf(strings.TrimPrefix(nameTexts[n], "score."))
	return s
}

// others are the canonical names that go straight to a column of the event, and which.
var others = map[string]int{
	"email": schemas.EvEmailID, "phone": schemas.EvPhoneID, "customer_id": schemas.EvUserID, "contact_id": schemas.EvContactID,
	"ticket_id": schemas.EvTicketID, "order_id": schemas.EvOrderID, "agent_id": schemas.EvAgentID, "channel": schemas.EvChannel,
	"country": schemas.EvCountry, "language": schemas.EvLanguage, "campaign": schemas.EvCampaign,
}

// kept are canonical names that journey_event has no column for a source to fill.
var kept = [...]string{"segment", "touchpoint"}

// Names returns the canonical names that a column can be mapped to.
func Names() []string {
	list := append([]string{}, nameTexts[:]...)
	for n := range others {
		list = append(list, n)
	}
	return append(list, kept[:]...)
}

// target is where a column goes: to a name, a column of the event, or an attribute.
type target struct {
	name name // names when it is none
	col  int  // -1
	attr string
}

// targetOf resolves a canonical name; explicit ones come from the configuration and may name any column of the event.
func targetOf(text string, explicit bool) (target, bool) {
	t := target{name: names, col: -1}
	for i, n := range nameTexts {
		if n == text {
			t.name = name(i)
			return t, true
		}
	}
	if col, ok := others[text]; ok {
		t.col = col
		return t, true
	}
	for _, k := range kept {
		if k == text {
			t.attr = k
			return t, true
		}
	}
	if !explicit {
		return t, false
	}
	f, ok := field.TargetOf(schemas.JourneyEvent, text)
	switch f.Col {
	case schemas.EvOccurredAt, schemas.EvScore, schemas.EvScoreKind, schemas.EvSurveyID:
		return t, false // said by answered_at, score, kind, response_id
	}
	t.col, t.attr = f.Col, f.Attr
	return t, ok
}

// canonical is a header as a canonical name would be written.
func canonical(header string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(header)))
}

// stores reports whether the target keeps a text as it is; an identifier becomes a pseudonym, a comment is not read.
func (t target) stores() bool {
	if t.col >= 0 {
		return schemas.JourneyEvent.Columns[t.col].Identifier == schemas.NotIdentifier
	}
	return t.name == names
}

// personal reports whether a header says that the column holds what a person is called, or wrote.
func personal(header string) bool {
	switch canonical(header) {
	case "comment", "comments", "email", "e_mail", "phone", "mobile", "name", "first_name", "last_name", "full_name", "firstname", "lastname", "address", "street":
		return true
	}
	return false
}
