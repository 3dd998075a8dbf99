package zendesk

import (
	"bytes"

	"waymark/extract/field"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// base is what every decoder has: the cursor and the readers of Zendesk's habits.
type base struct {
	cur      jsonscan.Cursor
	extra    jsonscan.Cursor // second walk, for configured fields
	format   field.Format
	country  string
	mappings []mapping
	values   [][]byte // of the mappings, of the current record; nil is absent
	scratch  []byte
	news     *jsonscan.Watch
}

// moment is a time in µs that may be absent.
type moment struct {
	at  int64
	set bool
}

// object walks the object under the cursor; read must read or skip the value of each key. Anything else is passed over.
func (b *base) object(read func(key []byte)) {
	if b.cur.Kind() != jsonscan.Object {
		b.cur.Skip()
		return
	}
	b.cur.Object()
	for b.cur.NextKey() {
		read(b.cur.Key())
	}
}

// id reads an identifier: a number, or a string that holds one. Zendesk's system user -1, 0 and null are none. A
// fraction of zeros, which spreadsheets and data frames add, is dropped.
func (b *base) id() []byte {
	text, _ := b.cur.Text()
	text = trimFraction(text)
	if string(text) == "-1" || string(text) == "0" {
		return nil
	}
	return text
}

// trimFraction turns 17.0 into 17.
func trimFraction(text []byte) []byte {
	dot := bytes.IndexByte(text, '.')
	if dot <= 0 || dot == len(text)-1 || len(bytes.TrimRight(text[dot+1:], "0")) > 0 || len(bytes.Trim(text[:dot], "0123456789-")) > 0 {
		return text
	}
	return text[:dot]
}

// text reads a string, number or bool as text; a container is passed over as absent.
func (b *base) text() []byte {
	switch b.cur.Kind() {
	case jsonscan.Object, jsonscan.Array:
		b.cur.Skip()
		return nil
	}
	text, _ := b.cur.Text()
	return text
}

// time reads a time in ISO 8601.
func (b *base) time() (m moment) {
	key := b.cur.Key()
	text, ok := b.cur.String()
	if !ok || len(text) == 0 {
		return m
	}
	at, why := field.Time(text, b.format.Location)
	if why != "" {
		b.cur.Fail(why, string(key), "not a time")
		return m
	}
	return moment{at, true}
}

// maxSeconds is the last second of the last day that a warehouse Date can hold.
const maxSeconds = 65_536*86_400 - 1

// epoch reads a time in seconds since 1970.
func (b *base) epoch() (m moment) {
	key := b.cur.Key()
	n, ok := b.cur.Int64()
	if !ok || n == 0 {
		return m
	}
	if n < 0 || n > maxSeconds {
		b.cur.Fail(schemas.OutOfRange, string(key), "not a time in seconds since 1970")
		return m
	}
	return moment{n * 1_000_000, true}
}

// flag reads a bool; null is false.
func (b *base) flag() bool {
	v, _ := b.cur.Bool()
	return v
}

// begin walks the record; false means that it was rejected (or that rejecting failed).
func (b *base) begin(rec *jsonscan.Record, sink schemas.Sink, read func(key []byte)) (bool, error) {
	b.cur.Reset(rec.Data)
	if b.cur.Kind() != jsonscan.Object {
		b.cur.Skip()
		b.cur.Fail(schemas.WrongType, "", "want an object")
	} else {
		b.object(read)
	}
	if err := b.cur.End(); err != nil {
		b.news.Forget()
		return false, sink.Reject(rec.Rejection(err))
	}
	b.news.Keep()
	return b.capture(rec, sink)
}

// pass passes over a member of the record that nothing reads.
func (b *base) pass(key []byte) {
	b.news.Field(key)
	b.cur.Skip()
}

// among reports a value of field that is none of the known ones; it is loaded as it is.
func (b *base) among(field string, value []byte, known ...string) {
	for _, k := range known {
		if string(value) == k {
			return
		}
	}
	if len(value) > 0 {
		b.news.Value(field, value)
	}
}

// reject gives up a record for a reason that the JSON does not tell.
func reject(rec *jsonscan.Record, sink schemas.Sink, reason schemas.Reason, field, message string) error {
	return sink.Reject(schemas.Reject{Line: rec.Line, Offset: rec.Offset, Reason: reason, Field: field, Message: message, Record: rec.Data})
}

func missing(rec *jsonscan.Record, sink schemas.Sink, field string) error {
	return reject(rec, sink, schemas.MissingRequired, field, "absent or empty")
}

// row returns the draft of t, placed at rec.
func (b *base) row(t *schemas.Table, rec *jsonscan.Record, sink schemas.Sink) *schemas.Row {
	r := sink.Row(t)
	r.Line, r.Offset, r.Raw, r.PhoneCountry = rec.Line, rec.Offset, rec.Data, b.country
	return r
}

func setTime(r *schemas.Row, col int, m moment) {
	if m.set {
		r.SetInt(col, m.at)
	}
}

// firstSet gives the first of the given times that is set.
func firstSet(times ...moment) moment {
	for _, m := range times {
		if m.set {
			return m
		}
	}
	return moment{}
}
