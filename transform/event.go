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
	case !at.Set:
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
	t.over[schemas.EvEventDate] = schemas.Value{Num: day, Set: true}
	f.ids(t, r)
	f.place(t, r, kind)
	return nil, nil
}

// ids makes event_id and record_id. Natural keys may name a person, so the hash is seeded from the privacy key: who
// guesses a natural key cannot confirm it without the key.
func (f *Finisher) ids(t *table, r *schemas.Row) {
	f.key = append(f.key[:0], f.prefix...)
	f.key = appendPart(f.key, r.Key)
	t.over[schemas.EvRecordID] = schemas.Value{}
	if r.Snapshot {
		f.recordID = xxh3.Hash128Seed(f.key, f.seed).Bytes()
		t.over[schemas.EvRecordID] = schemas.Value{Bytes: f.recordID[:], Set: true}
	}
	f.key = appendPart(f.key, r.Vals[schemas.EvEventType].Bytes)
	f.key = binary.LittleEndian.AppendUint32(f.key, r.Ordinal)
	f.eventID = xxh3.Hash128Seed(f.key, f.seed).Bytes()
	t.over[schemas.EvEventID] = schemas.Value{Bytes: f.eventID[:], Set: true}
}

func (f *Finisher) place(t *table, r *schemas.Row, kind int) {
	v := r.Vals
	e := journey.Event{Type: kind,
		SourceEvent: v[schemas.EvSourceEvent].Bytes, PagePath: v[schemas.EvPagePath].Bytes, PageHost: v[schemas.EvPageHost].Bytes,
		Medium: v[schemas.EvMedium].Bytes, Source: v[schemas.EvSource].Bytes, Channel: v[schemas.EvChannel].Bytes,
		StateTo: v[schemas.EvStateTo].Bytes}
	p := f.matcher.Match(&e)
	t.over[schemas.EvStage] = schemas.Value{Bytes: p.Stage, Set: len(p.Stage) > 0}
	t.over[schemas.EvTouchpoint] = schemas.Value{Bytes: p.Touchpoint, Set: len(p.Touchpoint) > 0}
	if t.over[schemas.EvChannel] = v[schemas.EvChannel]; len(p.Channel) > 0 {
		t.over[schemas.EvChannel] = schemas.Value{Bytes: p.Channel, Set: true}
	}
}
