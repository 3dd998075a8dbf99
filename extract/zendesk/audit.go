package zendesk

import (
	"strconv"

	"waymark/extract/field"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// audit is one record of the audit export: what happened to a ticket in one save.
type audit struct {
	id, ticket, author, channel []byte
	created                     moment
	events                      []change
}

// change is one event of an audit.
type change struct {
	index                     int
	id, kind, field, from, to []byte
	author, answeredBy        []byte
	public, hasPublic         bool
	seconds                   int64 // of a call
}

type audits struct {
	*base
	a audit
	e *change // under the cursor
	// The members as functions, made once: a closure per record would allocate.
	readMember, readEvent, readCall func(key []byte)
}

func newAudits(b *base) func(*jsonscan.Record, schemas.Sink) error {
	d := &audits{base: b}
	d.readMember, d.readEvent, d.readCall = d.member, d.event, d.call
	return d.record
}

func (d *audits) record(rec *jsonscan.Record, sink schemas.Sink) error {
	d.a = audit{events: d.a.events[:0]}
	ok, err := d.begin(rec, sink, d.readMember)
	if !ok || err != nil {
		return err
	}
	switch a := &d.a; {
	case len(a.id) == 0:
		return missing(rec, sink, "id")
	case len(a.ticket) == 0:
		return missing(rec, sink, "ticket_id")
	case !a.created.set:
		return missing(rec, sink, "created_at")
	}
	for i := range d.a.events {
		if err := d.changed(&d.a.events[i], rec, sink); err != nil {
			return err
		}
	}
	return nil
}

func (d *audits) member(key []byte) {
	a := &d.a
	switch string(key) {
	case "id":
		a.id = d.id()
	case "ticket_id":
		a.ticket = d.id()
	case "author_id":
		a.author = d.id()
	case "created_at":
		a.created = d.time()
	case "via":
		d.object(func(key []byte) {
			if string(key) == "channel" {
				a.channel = d.text()
				return
			}
			d.cur.Skip()
		})
	case "events":
		a.events = a.events[:0] // of a key that comes twice the last value wins
		for ok := d.cur.Array() && d.cur.NextElem(); ok; ok = d.cur.NextElem() {
			a.events = append(a.events, change{index: len(a.events)})
			d.e = &a.events[len(a.events)-1]
			d.object(d.readEvent)
		}
	default:
		d.pass(key)
	}
}

func (d *audits) event(key []byte) {
	e := d.e
	switch string(key) {
	case "id":
		e.id = d.id()
	case "type":
		e.kind = d.text()
	case "field_name":
		e.field = d.text()
	case "value":
		e.to = d.text()
	case "previous_value":
		e.from = d.text()
	case "author_id":
		e.author = d.id()
	case "public":
		e.public, e.hasPublic = d.cur.Bool()
	case "data":
		if d.cur.Kind() == jsonscan.Object {
			d.object(d.readCall)
			return
		}
		d.cur.Skip()
	default:
		d.cur.Skip()
	}
}

// call reads the data of a VoiceComment.
func (d *audits) call(key []byte) {
	switch string(key) {
	case "answered_by_id":
		d.e.answeredBy = d.id()
	case "call_duration":
		d.e.seconds, _ = d.cur.Int64()
	default:
		d.cur.Skip()
	}
}

// draft begins the row of one event of the audit. record_version is the number of the event (see doc.go).
func (d *audits) draft(e *change, rec *jsonscan.Record, sink schemas.Sink, kind []byte) *schemas.Row {
	a, r := &d.a, d.row(schemas.JourneyEvent, rec, sink)
	r.Key = append(append(r.Key[:0], a.id...), '/')
	if len(e.id) > 0 {
		r.Key = append(r.Key, e.id...)
	} else {
		r.Key = strconv.AppendInt(append(r.Key, '#'), int64(e.index), 10)
	}
	setTime(r, schemas.EvOccurredAt, a.created)
	r.SetBytes(schemas.EvEventType, kind)
	r.SetBytes(schemas.EvSourceEvent, e.kind)
	r.SetBytes(schemas.EvTicketID, a.ticket)
	r.SetBytes(schemas.EvContactID, a.author)
	r.SetBytes(schemas.EvChannel, a.channel)
	r.SetInt(schemas.EvVersion, d.sequence(e))
	return r
}

// sequence orders the events of one moment: the event's number, else the audit's number and the place in it.
func (d *audits) sequence(e *change) int64 {
	if n, status := jsonscan.ParseInt(e.id); status == jsonscan.OK && n > 0 {
		return n
	}
	n, _ := jsonscan.ParseInt(d.a.id)
	return n + int64(e.index)
}

// changed emits the rows of one event; most of Zendesk's event types tell nothing of the customer's journey.
func (d *audits) changed(e *change, rec *jsonscan.Record, sink schemas.Sink) error {
	switch string(e.kind) {
	case "Create", "Change":
		return d.fieldChanged(e, rec, sink)
	case "Comment", "VoiceComment", "FacebookComment", "TweetEvent", "Tweet", "SMS":
		return d.commented(e, rec, sink)
	case "ChatStartedEvent", "ChatEndedEvent":
		kind := evChatOn
		if string(e.kind) == "ChatEndedEvent" {
			kind = evChatOff
		}
		r := d.draft(e, rec, sink, kind)
		r.SetBytes(schemas.EvChannel, chat)
		return d.emit(r, rec, sink)
	}
	return nil
}

func (d *audits) commented(e *change, rec *jsonscan.Record, sink schemas.Sink) error {
	public := e.public || !e.hasPublic // Zendesk's default
	kind := evNoted
	if public {
		kind = evReplied
	}
	r := d.draft(e, rec, sink, kind)
	r.SetBool(schemas.EvIsPublic, public)
	r.SetBytes(schemas.EvContactID, e.author)
	voice := string(e.kind) == "VoiceComment"
	if voice {
		r.SetBytes(schemas.EvChannel, phone)
	}
	if err := d.emit(r, rec, sink); err != nil || !voice || len(e.answeredBy) == 0 {
		return err
	}
	r = d.draft(e, rec, sink, evCall)
	r.SetBytes(schemas.EvChannel, phone)
	r.SetBytes(schemas.EvAgentID, e.answeredBy)
	if e.seconds > 0 && e.seconds <= maxSeconds {
		r.SetInt(schemas.EvDurationMs, e.seconds*1000)
	}
	return d.emit(r, rec, sink)
}

// enumerations are the fields whose values are choices or numbers of the company's, and so may be shown.
var enumerations = [...]string{"group_id", "priority", "type", "brand_id", "ticket_form_id", "custom_status_id", "satisfaction_score"}

func (d *audits) fieldChanged(e *change, rec *jsonscan.Record, sink schemas.Sink) error {
	created := string(e.kind) == "Create"
	if created {
		e.from = nil
	}
	switch {
	case len(e.field) == 0:
		return nil
	case string(e.field) == "status":
		return d.statusChanged(e, rec, sink)
	case string(e.field) == "assignee_id":
		r := d.stateRow(e, rec, sink, evAssigned, number(e.from), number(e.to))
		r.SetBytes(schemas.EvAgentID, number(e.to))
		return d.emit(r, rec, sink)
	case isEnumeration(e.field):
		return d.emit(d.stateRow(e, rec, sink, evField, number(e.from), number(e.to)), rec, sink)
	case created:
		return nil
	case string(e.field) == "requester_id":
		r := d.stateRow(e, rec, sink, evField, nil, nil)
		r.SetBytes(schemas.EvContactID, number(e.to))
		return d.emit(r, rec, sink)
	}
	return d.emit(d.stateRow(e, rec, sink, evField, nil, nil), rec, sink)
}

func (d *audits) statusChanged(e *change, rec *jsonscan.Record, sink schemas.Sink) error {
	from, to := status(e.from), status(e.to)
	d.among("events.status", to, statuses...)
	if err := d.emit(d.stateRow(e, rec, sink, evStatus, from, to), rec, sink); err != nil {
		return err
	}
	switch {
	case string(to) == "solved" && string(from) != "solved":
		return d.emit(d.stateRow(e, rec, sink, evSolved, from, to), rec, sink)
	case done(from) && !done(to) && len(to) > 0 && string(to) != "deleted":
		return d.emit(d.stateRow(e, rec, sink, evReopened, from, to), rec, sink)
	}
	return nil
}

func (d *audits) stateRow(e *change, rec *jsonscan.Record, sink schemas.Sink, kind, from, to []byte) *schemas.Row {
	r := d.draft(e, rec, sink, kind)
	r.SetBytes(schemas.EvFieldName, e.field)
	r.SetBytes(schemas.EvStateFrom, from)
	r.SetBytes(schemas.EvStateTo, to)
	return r
}

func isEnumeration(name []byte) bool {
	for _, s := range enumerations {
		if string(name) == s {
			return true
		}
	}
	return false
}

// number is the value of a field that may hold an identifier: without space and a fraction of zeros.
func number(text []byte) []byte { return trimFraction(field.Trim(text)) }
