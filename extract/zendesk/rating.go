package zendesk

import (
	"bytes"

	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// rating is one record of the satisfaction export.
type rating struct {
	id, ticket, requester, assignee, score []byte
	created, updated                       moment
}

type ratings struct {
	*base
	r    rating
	read func(key []byte)
}

func newRatings(b *base) func(*jsonscan.Record, schemas.Sink) error {
	d := &ratings{base: b}
	d.read = d.member
	return d.record
}

func (d *ratings) member(key []byte) {
	r := &d.r
	switch string(key) {
	case "id":
		r.id = d.id()
	case "ticket_id":
		r.ticket = d.id()
	case "requester_id":
		r.requester = d.id()
	case "assignee_id":
		r.assignee = d.id()
	case "score":
		r.score = d.text()
	case "created_at":
		r.created = d.time()
	case "updated_at":
		r.updated = d.time()
	default:
		d.pass(key)
	}
}

func (d *ratings) record(rec *jsonscan.Record, sink schemas.Sink) error {
	d.r = rating{}
	ok, err := d.begin(rec, sink, d.read)
	if !ok || err != nil {
		return err
	}
	r := &d.r
	score, answered, known := csatOf(r.score)
	at := firstSet(r.created, r.updated)
	if answered {
		at = firstSet(r.updated, r.created)
	}
	switch {
	case len(r.id) == 0:
		return missing(rec, sink, "id")
	case len(r.ticket) == 0:
		return missing(rec, sink, "ticket_id")
	case len(r.score) == 0:
		return missing(rec, sink, "score")
	case !known:
		d.among("score", r.score) // no number, so no answer: the record is rejected, and the value reported
		return reject(rec, sink, schemas.WrongType, "score", "want good, bad, offered, unoffered or 1 to 5")
	case !at.set:
		return missing(rec, sink, "created_at")
	}
	row := d.row(schemas.JourneyEvent, rec, sink)
	row.Key, row.Snapshot = append(row.Key[:0], r.id...), true
	setTime(row, schemas.EvOccurredAt, at)
	row.SetBytes(schemas.EvEventType, evRated)
	row.SetBytes(schemas.EvSourceEvent, evRating)
	row.SetBytes(schemas.EvTicketID, r.ticket)
	row.SetBytes(schemas.EvSurveyID, r.id)
	row.SetBytes(schemas.EvContactID, r.requester)
	row.SetBytes(schemas.EvAgentID, r.assignee)
	row.SetBytes(schemas.EvScoreKind, csat)
	setTime(row, schemas.EvVersion, firstSet(r.updated, r.created))
	if answered {
		row.SetFloat(schemas.EvScore, score)
	} else {
		row.SetBool(schemas.EvDeleted, true)
	}
	return d.emit(row, rec, sink)
}

// csatOf reads a score: good and bad count as 5 and 1, however a comment is told of ("good_with_comment"); numbers
// from 1 to 5 are what they are; offered, unoffered and received without a word are no answer.
func csatOf(text []byte) (score float64, answered, known bool) {
	switch {
	case bytes.HasPrefix(text, []byte("good")):
		return 5, true, true
	case bytes.HasPrefix(text, []byte("bad")):
		return 1, true, true
	case bytes.Contains(text, []byte("offered")), bytes.HasPrefix(text, []byte("received")):
		return 0, false, true
	case len(text) == 1 && text[0] >= '1' && text[0] <= '5':
		return float64(text[0] - '0'), true, true
	}
	return 0, false, false
}
