package salesforce

import (
	"context"

	"waymark/extract"
	"waymark/extract/csvscan"
	"waymark/schemas"
)

// decoder decodes the chunks that one worker takes.
type decoder struct {
	s      *stream
	o      *object
	reader *csvscan.Reader
	sink   schemas.Sink
	names  [eventTypes][]byte
	copies []copied

	currency, kind      []byte
	entityMoney         []int // decimal columns of the entity
	entityCur, location int   // its columns currency and country, -1

	// The current record.
	entity  *schemas.Row // nil without entity
	mapped  *schemas.Row // mapped columns that only the event has
	version int64
	stamped bool  // the record itself says when it was last changed: version
	created int64 // 0 is unknown
	deleted bool
	emitted int
	wrong   schemas.Reason // of the first field that did not parse
	field   string
}

func newDecoder(s *stream) *decoder {
	d := &decoder{s: s, o: s.object, mapped: schemas.NewRow(schemas.JourneyEvent), currency: []byte(s.opt.Currency), kind: []byte(s.object.kind)}
	for i, name := range eventNames {
		d.names[i] = []byte(name)
	}
	d.reader = csvscan.NewReader(s.Header(), s.cols, s.opt.MaxRecord)
	if t := s.object.entity; t != nil {
		d.copies = copiesOf(t)
		d.entityCur, d.location = t.Col("currency"), t.Col("country")
		for i, c := range t.Columns {
			if c.Type == schemas.Decimal {
				d.entityMoney = append(d.entityMoney, i)
			}
		}
	}
	return d
}

// Decode emits the rows of every record in c.
func (d *decoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	d.sink = sink
	return d.reader.Decode(ctx, c, sink, d.record)
}

// record emits the rows of the current record, or one reject.
func (d *decoder) record() error {
	d.wrong, d.field, d.emitted = "", "", 0
	if len(d.text(srcID)) == 0 {
		d.bad(srcNames[srcID], schemas.MissingRequired)
		return d.reject()
	}
	d.deleted = d.boolean(srcIsDeleted)
	d.versions()
	d.fill()
	if d.wrong != "" {
		return d.reject()
	}
	if err := d.happened(); err != nil {
		return err
	}
	if d.wrong != "" {
		return d.reject()
	}
	if d.entity == nil {
		return nil
	}
	d.entity.SetBool(d.o.entity.DeletedCol, d.deleted)
	d.entity.SetInt(d.o.entity.VersionCol, d.version)
	return d.sink.Emit(d.entity)
}

// happened emits the record's events; a tombstone when a snapshot has none, so that what an older version said goes.
func (d *decoder) happened() error {
	if d.o.events == nil {
		return nil
	}
	if !d.deleted || d.o.history {
		if err := d.o.events(d); err != nil || d.wrong != "" {
			return err
		}
	}
	if d.emitted > 0 || d.o.history {
		return nil
	}
	return d.tombstone()
}

// tombstone emits an event that only says which version of the record this is.
func (d *decoder) tombstone() error {
	row := d.bare(d.o.stands, d.version)
	row.SetBool(schemas.EvDeleted, true)
	return d.sink.Emit(row)
}

// versions finds the record's own version and when it was created.
func (d *decoder) versions() {
	d.created, _ = d.time(srcCreatedDate)
	for _, s := range [...]src{srcSystemModstamp, srcLastModifiedDate} {
		if d.version, d.stamped = d.time(s); d.stamped {
			return
		}
	}
	if d.version = d.created; d.created == 0 {
		d.version = d.s.modified
	}
}

// done dates what is done by a day that people set, often ahead: it was done when the record was last changed, if it says when that was.
func (d *decoder) done(at int64) int64 {
	if d.stamped {
		return min(at, d.version)
	}
	return at
}

// bad notes the first thing that is wrong with the record.
func (d *decoder) bad(name string, why schemas.Reason) {
	if d.wrong == "" {
		d.field, d.wrong = name, why
	}
}

func (d *decoder) reject() error { return d.sink.Reject(d.reader.Rejection(d.wrong, d.field)) }
