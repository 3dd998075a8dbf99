package survey

import (
	"context"

	"waymark/extract"
	"waymark/extract/tabular"
	"waymark/schemas"
)

// decoder decodes the chunks that one worker takes.
type decoder struct {
	*tabular.Reader
	sink     schemas.Sink
	each     func() error // response, made once
	modified int64

	answered, sent []byte // event types
	kinds          [len(scored)][]byte
	scales         [len(scored)]schemas.Scale
	currency       []byte
	noScore        int // slot to name when a response has no score

	// The current response.
	base    *schemas.Row // what all its events have in common
	version int64
}

func newDecoder(s *tabular.Stream) *decoder {
	d := &decoder{
		Reader: s.NewReader(), modified: s.Modified(), base: schemas.NewRow(schemas.JourneyEvent), noScore: score,
		answered: []byte("survey_answered"), sent: []byte("survey_sent"), currency: []byte(s.Options().Currency),
	}
	d.each = d.response
	for i := len(scored) - 1; i >= 0 && s.Lacks(score); i-- {
		if !s.Lacks(scored[i]) {
			d.noScore = scored[i]
		}
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
	return d.Reader.Decode(ctx, c, sink, d.each)
}

// response emits the events of the current line, or one reject.
func (d *decoder) response() error {
	d.Need(responseID)
	at, answered := d.Time(answeredAt)
	invited, sent := d.Time(sentAt)
	scores, count := d.scores()
	deleted := d.Bool(isDeleted)
	d.common()
	switch {
	case deleted:
	case !answered && (count > 0 || !sent):
		d.Bad(answeredAt, schemas.MissingRequired)
	case answered && count == 0:
		d.Bad(d.noScore, schemas.MissingRequired)
	}
	if d.Wrong() {
		return d.Reject(d.sink)
	}
	if deleted {
		return d.withdrawn(at, answered)
	}
	if sent {
		row := d.event(d.sent, invited)
		wordless(row)
		if err := d.sink.Emit(row); err != nil {
			return err
		}
	}
	told := false
	for i := range scores {
		if !answered || !scores[i].set {
			continue
		}
		row := d.event(d.answered, at)
		row.Ordinal = scores[i].ordinal
		row.SetBytes(schemas.EvScoreKind, d.kinds[scores[i].kind])
		row.SetFloat(schemas.EvScore, scores[i].value)
		if told {
			wordless(row)
		}
		told = true
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
	row.Drop(row.Stated)
	row.Attrs = row.Attrs[:0]
	row.SetBytes(schemas.EvEventType, d.answered)
	row.SetInt(schemas.EvOccurredAt, at)
	row.SetInt(schemas.EvVersion, d.version)
	row.SetBool(schemas.EvDeleted, true)
	return d.sink.Emit(row)
}
