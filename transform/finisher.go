package transform

import (
	"encoding/binary"
	"time"

	"waymark/internal/fault"
	"waymark/schemas"
	"waymark/transform/journey"
	"waymark/transform/privacy"
)

// Finisher finishes the rows of one object after another of one source, for one worker. It implements schemas.Sink and is reused over
// chunks through Reset, over objects through Object. It serves one goroutine.
type Finisher struct {
	set     Settings
	err     error // unusable settings: returned by the first row
	keyer   *privacy.Keyer
	emails  *privacy.Space
	days    *calendar
	matcher *journey.Matcher
	tables  []*table
	last    *table
	reject  *table
	counts  Counts

	prefix   []byte   // of ids: system and export
	seed     uint64   // of ids: from the privacy key
	currency []byte   // Settings.Currency
	rejected struct { // the last reject, to count a record once
		line, offset int64
		id           [16]byte
		valid        bool
	}

	// Scratch of the current row.
	bad               defect
	buf               []byte // canonical encoding
	key               []byte // what ids and buckets are hashed from
	eventID, recordID [16]byte
	upper             [3]byte
	attrs             []schemas.Attr
	name              []byte // attribute name
	text              []byte // text without addresses
	addr              []byte // one address
}

var _ schemas.Sink = (*Finisher)(nil)

// New returns a Finisher. Unusable settings (see Settings.Check) make the first Emit or Reject fail.
func New(s Settings) *Finisher {
	if s.Rules == nil {
		s.Rules = journey.Default()
	}
	if s.Location == nil {
		s.Location = time.UTC
	}
	f := &Finisher{set: s, err: s.Check(), days: newCalendar(s.Location), matcher: s.Rules.Matcher(s.System, s.Export)}
	if f.err != nil {
		return f
	}
	f.keyer, _ = privacy.NewKeyer(s.Key)
	f.emails = f.keyer.Space(schemas.Email, "", "")
	seed := f.keyer.Pseudonym(schemas.NotIdentifier, "", []byte("waymark ids"), "")
	f.seed = binary.LittleEndian.Uint64(seed[:])
	f.prefix = appendPart(appendPart(nil, []byte(s.System)), []byte(s.Export))
	f.currency = []byte(s.Currency)
	for _, t := range schemas.Tables() {
		f.tables = append(f.tables, newTable(t, f))
		if t == schemas.RejectTable {
			f.reject = f.tables[len(f.tables)-1]
		}
	}
	return f
}

// Object says which object the rows are of from now on: its URI and its time in µs, as in Settings. It comes after Reset or New.
func (f *Finisher) Object(uri string, modified int64) {
	f.set.Object, f.set.Modified = uri, modified
}

// Row returns the reusable draft of t, reset.
func (f *Finisher) Row(t *schemas.Table) *schemas.Row {
	if tab := f.table(t); tab != nil {
		tab.draft.Reset()
		return tab.draft
	}
	return schemas.NewRow(t) // Emit will refuse it
}

func (f *Finisher) table(t *schemas.Table) *table {
	if f.last != nil && f.last.schema == t {
		return f.last
	}
	for _, tab := range f.tables {
		if tab.schema == t {
			f.last = tab
			return tab
		}
	}
	return nil
}

// Emit finishes r and appends it to its table's batch, or to the rejects when it cannot be used. r itself is not
// changed, so that a source may emit variations of one draft.
func (f *Finisher) Emit(r *schemas.Row) error {
	if f.err != nil {
		return f.err
	}
	t := f.table(r.Table)
	if t == nil {
		return fault.New(fault.Internal, "emit row: table is not one of schemas.Tables")
	}
	bad, err := f.append(t, r)
	if err != nil {
		return err
	}
	if bad != nil {
		return f.Reject(schemas.Reject{Line: r.Line, Offset: r.Offset, Reason: bad.reason, Field: bad.field,
			Message: bad.message, Record: r.Raw})
	}
	f.counts.Rows++
	return nil
}

// Records counts n records read.
func (f *Finisher) Records(n int64) { f.counts.Records += n }

// Batches returns the batches that hold rows, in the order of schemas.Tables; they are valid until Reset.
func (f *Finisher) Batches() []*schemas.Batch {
	var out []*schemas.Batch
	for _, t := range f.tables {
		if t.batch.Rows > 0 {
			t.level()
			out = append(out, t.batch)
		}
	}
	return out
}

// Counts returns what passed through since the last Reset.
func (f *Finisher) Counts() Counts { return f.counts }

// Reset forgets rows and counts and keeps the memory.
func (f *Finisher) Reset() {
	for _, t := range f.tables {
		t.reset()
	}
	clear(f.attrs[:cap(f.attrs)]) // as a draft's
	f.counts = Counts{}
	f.rejected.valid = false
}
