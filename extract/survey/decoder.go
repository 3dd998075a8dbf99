package survey

import (
	"context"

	"waymark/extract"
	"waymark/extract/csvscan"
	"waymark/extract/field"
	"waymark/schemas"
)

// decoder decodes the chunks that one worker takes.
type decoder struct {
	s      *stream
	reader *csvscan.Reader
	sink   schemas.Sink

	answered, sent []byte // event types
	kinds          [len(scored)][]byte
	scales         [len(scored)]schemas.Scale
	currency       []byte

	// The current response.
	base    *schemas.Row // what all its events have in common
	version int64
	wrong   schemas.Reason
	slot    int // of the field that is wrong
}

func newDecoder(s *stream) *decoder {
	d := &decoder{
		s: s, reader: csvscan.NewReader(s.Header(), s.cols, s.opt.MaxRecord), base: schemas.NewRow(schemas.JourneyEvent),
		answered: []byte("survey_answered"), sent: []byte("survey_sent"), currency: []byte(s.opt.Currency),
	}
	for i, n := range scored {
		d.scales[i] = scaleOf(n)
		d.kinds[i] = []byte(d.scales[i].Kind)
	}
	return d
}

// Decode emits the events of every response in c.
func (d *decoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	d.sink = sink
	return d.reader.Decode(ctx, c, sink, d.response)
}

// response emits the events of the current line, or one reject.
func (d *decoder) response() error {
	d.wrong = ""
	if d.text(responseID) == nil {
		d.bad(int(responseID), schemas.MissingRequired)
	}
	at, answered := d.time(answeredAt)
	invited, sent := d.time(sentAt)
	scores, count := d.scores()
	deleted, why := field.Bool(d.reader.Fields[isDeleted])
	if why != "" {
		d.bad(int(isDeleted), why)
	}
	d.common()
	switch {
	case deleted:
	case !answered && (count > 0 || !sent):
		d.bad(int(answeredAt), schemas.MissingRequired)
	case answered && count == 0:
		d.bad(d.scoreSlot(), schemas.MissingRequired)
	}
	if d.wrong != "" {
		return d.reject()
	}
	if deleted {
		return d.withdrawn(at, answered)
	}
	if sent {
		if err := d.sink.Emit(d.event(d.sent, invited)); err != nil {
			return err
		}
	}
	for i := range scores {
		if !answered || !scores[i].set {
			continue
		}
		row := d.event(d.answered, at)
		row.Ordinal = scores[i].ordinal
		row.SetBytes(schemas.EvScoreKind, d.kinds[scores[i].kind])
		row.SetFloat(schemas.EvScore, scores[i].value)
		if err := d.sink.Emit(row); err != nil {
			return err
		}
	}
	return nil
}

// withdrawn emits a tombstone of the response.
func (d *decoder) withdrawn(at int64, dated bool) error {
	if !dated {
		at = d.version
	}
	row := d.event(d.answered, at)
	clear(row.Vals)
	row.Attrs = row.Attrs[:0]
	row.SetBytes(schemas.EvEventType, d.answered)
	row.SetInt(schemas.EvOccurredAt, at)
	row.SetInt(schemas.EvVersion, d.version)
	row.SetBool(schemas.EvDeleted, true)
	return d.sink.Emit(row)
}
