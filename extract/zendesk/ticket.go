package zendesk

import (
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// ticket is one record of the ticket export.
type ticket struct {
	id, kind, priority, status, category                []byte
	requester, submitter, assignee, group, organisation []byte
	channel, from, fromPhone, rating                    []byte
	created, updated, generated                         moment
}

type tickets struct {
	*base
	t ticket
}

func newTickets(b *base) func(*jsonscan.Record, schemas.Sink) error {
	d := &tickets{base: b}
	return d.record
}

func (d *tickets) record(rec *jsonscan.Record, sink schemas.Sink) error {
	d.t = ticket{}
	ok, err := d.begin(rec, sink, d.member)
	if !ok || err != nil {
		return err
	}
	t := &d.t
	deleted := string(t.status) == "deleted"
	at := firstSet(t.created, t.updated)
	switch {
	case len(t.id) == 0:
		return missing(rec, sink, "id")
	case !at.set || !t.created.set && !deleted:
		return missing(rec, sink, "created_at")
	}
	d.among("status", t.status, statuses...)
	d.among("priority", t.priority, priorities...)
	d.among("type", t.kind, types...)
	if _, _, known := csatOf(t.rating); !known {
		d.among("satisfaction_rating.score", t.rating)
	}
	if err := d.emit(d.entity(rec, sink, deleted), rec, sink); err != nil {
		return err
	}
	return d.emit(d.event(rec, sink, at, deleted), rec, sink)
}

func (d *tickets) member(key []byte) {
	t := &d.t
	switch string(key) {
	case "id":
		t.id = d.id()
	case "type":
		t.kind = d.text()
	case "priority":
		t.priority = d.text()
	case "status":
		t.status = status(d.text())
	case "status_category":
		t.category = d.text()
	case "custom_status":
		d.object(func(key []byte) {
			if string(key) == "status_category" {
				t.category = d.text()
				return
			}
			d.cur.Skip()
		})
	case "requester_id":
		t.requester = d.id()
	case "submitter_id":
		t.submitter = d.id()
	case "assignee_id":
		t.assignee = d.id()
	case "group_id":
		t.group = d.id()
	case "organization_id":
		t.organisation = d.id()
	case "via":
		d.via()
	case "satisfaction_rating":
		d.rating()
	case "created_at":
		t.created = d.time()
	case "updated_at":
		t.updated = d.time()
	case "generated_timestamp":
		t.generated = d.epoch()
	default:
		d.pass(key)
	}
}

// via reads {"channel":…,"source":{"from":{"address":…,"phone":…}}}.
func (d *tickets) via() {
	d.object(func(key []byte) {
		switch string(key) {
		case "channel":
			d.t.channel = d.text()
		case "source":
			d.object(func(key []byte) {
				if string(key) == "from" {
					d.object(d.source)
					return
				}
				d.cur.Skip()
			})
		default:
			d.cur.Skip()
		}
	})
}

func (d *tickets) source(key []byte) {
	switch string(key) {
	case "address":
		d.t.from = d.text()
	case "phone":
		d.t.fromPhone = d.text()
	default:
		d.cur.Skip()
	}
}

// rating reads the score of {"score":…}, or the score alone as older exports write it.
func (d *tickets) rating() {
	if d.cur.Kind() != jsonscan.Object {
		d.t.rating = d.text()
		return
	}
	d.object(func(key []byte) {
		if string(key) == "score" {
			d.t.rating = d.text()
			return
		}
		d.cur.Skip()
	})
}

// version is the time at which the export was made, which every change of the ticket raises, else its last change.
func (t *ticket) version(r *schemas.Row, col int) { setTime(r, col, firstSet(t.generated, t.updated)) }

func (d *tickets) entity(rec *jsonscan.Record, sink schemas.Sink, deleted bool) *schemas.Row {
	t, r := &d.t, d.row(schemas.Ticket, rec, sink)
	current := t.status
	if len(t.category) > 0 && !deleted {
		current = status(t.category)
	}
	r.SetBytes(schemas.TiTicketID, t.id)
	r.SetBytes(schemas.TiContactID, t.requester)
	r.SetBytes(schemas.TiAccountID, t.organisation)
	r.SetBytes(schemas.TiStatus, current)
	r.SetBytes(schemas.TiPriority, t.priority)
	r.SetBytes(schemas.TiType, t.kind)
	r.SetBytes(schemas.TiChannel, t.channel)
	r.SetBytes(schemas.TiAgentGroup, t.group)
	r.SetBytes(schemas.TiAgentID, t.assignee)
	r.SetBytes(schemas.TiSatisfaction, t.rating)
	r.SetBool(schemas.TiIsClosed, done(current))
	setTime(r, schemas.TiCreatedAt, t.created)
	setTime(r, schemas.TiUpdatedAt, t.updated)
	r.SetBool(schemas.TiDeleted, deleted)
	t.version(r, schemas.TiVersion)
	if t.own() {
		r.SetBytes(schemas.TiEmailID, t.from)
		r.SetBytes(schemas.TiPhoneID, t.fromPhone)
	}
	return r
}

// own reports whether the requester sent the ticket: an agent may have forwarded it from an address of the company.
func (t *ticket) own() bool {
	return len(t.submitter) > 0 && string(t.submitter) == string(t.requester)
}

func (d *tickets) event(rec *jsonscan.Record, sink schemas.Sink, at moment, deleted bool) *schemas.Row {
	t, r := &d.t, d.row(schemas.JourneyEvent, rec, sink)
	r.Key, r.Snapshot = append(r.Key[:0], t.id...), true
	setTime(r, schemas.EvOccurredAt, at)
	r.SetBytes(schemas.EvEventType, evCreated)
	r.SetBytes(schemas.EvSourceEvent, evTicket)
	r.SetBytes(schemas.EvTicketID, t.id)
	r.SetBytes(schemas.EvContactID, t.requester)
	r.SetBytes(schemas.EvAccountID, t.organisation)
	r.SetBytes(schemas.EvChannel, t.channel)
	r.SetBytes(schemas.EvAgentID, t.assignee)
	r.SetBool(schemas.EvDeleted, deleted)
	t.version(r, schemas.EvVersion)
	if t.own() {
		r.SetBytes(schemas.EvEmailID, t.from)
		r.SetBytes(schemas.EvPhoneID, t.fromPhone)
	}
	return r
}
