package email

import (
	"bytes"
	"context"
	"strconv"

	"waymark/extract"
	"waymark/extract/field"
	"waymark/extract/tabular"
	"waymark/schemas"
)

// decoder decodes the chunks that one worker takes.
type decoder struct {
	*tabular.Reader
	sink schemas.Sink
	each func() error // event, made once
}

// Decode emits the event of every record in c.
func (d *decoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	d.sink = sink
	return d.Reader.Decode(ctx, c, sink, d.each)
}

// event emits the event of the current record, if it says anything of the customer.
func (d *decoder) event() error {
	row := d.sink.Row(schemas.JourneyEvent)
	d.Need(kind)
	name := d.kind()
	at, dated := d.time()
	if !dated {
		d.Bad(occurredAt, schemas.MissingRequired)
	}
	address, customer, contact := d.Text(email), d.Text(customerID), d.Text(contactID)
	if address == nil && customer == nil && contact == nil && name != nil {
		d.Bad(email, schemas.MissingRequired)
	}
	d.Extras(row)
	d.Place(row)
	machine := d.Bool(filtered)
	if d.Wrong() {
		return d.Reject(d.sink)
	}
	if name == nil || machine {
		return nil
	}
	if row.Key = append(row.Key[:0], d.Text(eventID)...); len(row.Key) == 0 {
		for _, part := range [...][]byte{address, customer, contact, name, row.Vals[schemas.EvCampaign].Bytes} {
			row.Key = append(append(row.Key, part...), 0)
		}
		row.Key = strconv.AppendInt(row.Key, at, 10)
	}
	row.SetInt(schemas.EvOccurredAt, at)
	row.SetInt(schemas.EvVersion, at)
	row.SetBytes(schemas.EvEventType, name)
	row.SetBytes(schemas.EvSourceEvent, d.Text(kind))
	row.SetBytes(schemas.EvEmailID, address)
	row.SetBytes(schemas.EvUserID, customer)
	row.SetBytes(schemas.EvContactID, contact)
	host, path := split(d.Text(url))
	row.SetBytes(schemas.EvPageHost, host)
	row.SetBytes(schemas.EvPagePath, path)
	return d.sink.Emit(row)
}

// time reads the moment; milliseconds since 1970 where it is nothing but digits.
func (d *decoder) time() (us int64, ok bool) {
	b := d.Text(occurredAt)
	if len(b) < 11 || len(b) > 14 || len(bytes.Trim(b, "0123456789")) > 0 {
		return d.Time(occurredAt)
	}
	for _, c := range b {
		us = us*10 + int64(c-'0')
	}
	return us * 1000, true
}

// kinds are the spellings of what happened; nil says nothing of the customer.
var kinds = [...]struct {
	spelt string
	event []byte
}{
	{"sent", sent}, {"send", sent}, {"email_sent", sent}, {"open", opened}, {"opened", opened}, {"email_opened", opened}, {"opens", opened},
	{"click", clicked}, {"clicked", clicked}, {"email_clicked", clicked}, {"clicks", clicked},
	{"bounce", bounced}, {"bounced", bounced}, {"email_bounced", bounced}, {"hard_bounce", bounced}, {"soft_bounce", bounced}, {"hardbounce", bounced}, {"softbounce", bounced},
	{"unsubscribe", left}, {"unsubscribed", left}, {"email_unsubscribed", left}, {"unsub", left}, {"opt_out", left}, {"optout", left},
	{"processed", nil}, {"delivered", nil}, {"deferred", nil}, {"dropped", nil}, {"suppressed", nil}, {"spamreport", nil}, {"spam", nil}, {"complaint", nil},
	{"print", nil}, {"forward", nil}, {"unbounce", nil}, {"subscribe", nil}, {"subscribed", nil},
}

var sent, opened, clicked, bounced, left = []byte("email_sent"), []byte("email_opened"), []byte("email_clicked"), []byte("email_bounced"), []byte("email_unsubscribed")

// kind returns the event type; nil when there is nothing to tell.
func (d *decoder) kind() []byte {
	b := d.Text(kind)
	if field.Is(b, "statuschange") { // of a HubSpot subscription
		if field.Is(d.Text(status), "unsubscribed") || bytes.Contains(d.Text(subscriptions), []byte(`"UNSUBSCRIBED"`)) {
			return left
		}
		return nil
	}
	for i := range kinds {
		if field.Is(b, kinds[i].spelt) {
			return kinds[i].event
		}
	}
	if b != nil {
		d.Bad(kind, schemas.WrongType)
	}
	return nil
}

// split returns host and path of an address, without what may name a person: user, query and fragment.
func split(url []byte) (host, path []byte) {
	if i := bytes.Index(url, []byte("://")); i >= 0 {
		url = url[i+3:]
	} else if len(url) > 0 && url[0] != '/' {
		return nil, nil // mailto:, tel: …
	}
	if i := bytes.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	i := bytes.IndexByte(url, '/')
	if i < 0 {
		i = len(url)
	}
	host, path = url[:i], url[i:]
	if at := bytes.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	return host, path
}
