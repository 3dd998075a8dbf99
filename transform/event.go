package transform

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"

	"waymark/internal/fault"
	"waymark/schemas"
	"waymark/transform/journey"
)

// event decides the columns that only journey_event has: ids, day and place on the journey.
func (f *Finisher) event(t *table, r *schemas.Row) (*defect, error) {
	at := &r.Vals[schemas.EvOccurredAt]
	switch {
	case !r.Has(schemas.EvOccurredAt):
		return f.defect(schemas.MissingRequired, "occurred_at", "the event has no time"), nil
	case len(r.Key) == 0:
		return f.defect(schemas.MissingRequired, "event_id", "the record has no natural key"), nil
	case at.Num < 0 || at.Num > maxTimestamp:
		return f.defect(schemas.OutOfRange, "occurred_at", "time is not within 1970-01-01 and 2149-06-06"), nil
	}
	kind := f.matcher.Type(r.Vals[schemas.EvEventType].Bytes)
	if kind < 0 {
		return nil, fault.New(fault.Internal, "emit %s/%s: an event type that is not in the vocabulary", f.set.System, f.set.Export)
	}
	day := f.days.day(at.Num)
	if day < 0 || day > maxDate {
		return f.defect(schemas.OutOfRange, "event_date", "day is not within 1970-01-01 and 2149-06-06"), nil
	}
	t.decideInt(schemas.EvEventDate, day)
	f.ids(t, r)
	f.place(t, r, kind)
	return nil, nil
}

// ids makes event_id and record_id. Natural keys may name a person, so the hash is seeded from the privacy key: who
// guesses a natural key cannot confirm it without the key.
func (f *Finisher) ids(t *table, r *schemas.Row) {
	f.key = append(f.key[:0], f.prefix...)
	f.key = appendPart(f.key, r.Key)
	t.decide(schemas.EvRecordID, nil)
	if r.Snapshot {
		f.recordID = xxh3.Hash128Seed(f.key, f.seed).Bytes()
		t.decide(schemas.EvRecordID, f.recordID[:])
	}
	f.key = appendPart(f.key, r.Vals[schemas.EvEventType].Bytes)
	f.key = binary.LittleEndian.AppendUint32(f.key, r.Ordinal)
	f.eventID = xxh3.Hash128Seed(f.key, f.seed).Bytes()
	t.decide(schemas.EvEventID, f.eventID[:])
}

func (f *Finisher) place(t *table, r *schemas.Row, kind int) {
	v := r.Vals
	e := journey.Event{Type: kind,
		SourceEvent: v[schemas.EvSourceEvent].Bytes, PagePath: v[schemas.EvPagePath].Bytes, PageHost: v[schemas.EvPageHost].Bytes,
		Medium: v[schemas.EvMedium].Bytes, Source: v[schemas.EvSource].Bytes, Channel: v[schemas.EvChannel].Bytes,
		StateTo: v[schemas.EvStateTo].Bytes}
	p := f.matcher.Match(&e)
	t.decide(schemas.EvStage, p.Stage)
	t.decide(schemas.EvTouchpoint, p.Touchpoint)
	channel := p.Channel
	if len(channel) == 0 {
		channel = e.Channel
	}
	t.decide(schemas.EvChannel, channel)
}
