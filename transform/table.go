package transform

import (
	"math"
	"slices"

	"github.com/zeebo/xxh3"

	"waymark/schemas"
	"waymark/transform/privacy"
)

// table is the plan of one table together with the batch it fills. Columns of one kind are handled in one loop.
type table struct {
	schema *schemas.Table
	draft  *schemas.Row
	batch  *schemas.Batch
	over   []schemas.Value // values of the columns that the transform decides itself

	texts  group[textColumn]
	people group[personColumn] // raw identifier → pseudonym
	ids    group[column]       // 16 bytes that the transform made itself
	ints   group[intColumn]
	floats group[column]
	maps   group[textColumn]

	overs, decided uint64 // columns that are in over; those of them that have a value
	always         uint64 // columns that get a value in every row, because others follow from theirs

	keys  []*schemas.Column // of Table.Key, to name one that is missing
	cols  []int             // their positions
	money uint64            // the decimal columns
	curr  int               // position of the currency column, -1 is none

	partTag uint32 // tag of the partition column
}

// column is what every kind of column has.
type column struct {
	pos      int
	over     bool   // the value is in table.over, not in the draft
	nullable bool   // has Valid
	key      bool   // part of the table's key
	tag      uint32 // stands for the column in the row hash; from its name, so that new columns change no hash
	name     string
	vec      *schemas.Vector
}

// value finds the column's value.
func (c *column) value(t *table, r *schemas.Row) *schemas.Value {
	if c.over {
		return &t.over[c.pos]
	}
	return &r.Vals[c.pos]
}

type textColumn struct {
	column
	recent [recentTexts]interned
}

// recentTexts is how many values a text column has at hand without its dictionary; a power of two.
const recentTexts = 8

// interned is a value and its code. The text is the dictionary's own, so that it outlives the record.
type interned struct {
	text []byte
	code uint32
}

// at returns the place that text, which is not empty, has among the recent values.
func (c *textColumn) at(text []byte) *interned {
	n := uint(len(text))
	return &c.recent[(n+3*uint(text[0])+5*uint(text[n/2])+7*uint(text[n-1]))%recentTexts]
}

type personColumn struct {
	column
	kind  schemas.Identifier
	space *privacy.Space
}

// intColumn holds every type that is an integer in a Vector; a value outside [lo, hi] rejects the row.
type intColumn struct {
	column
	lo, hi  int64
	message string
	bool    bool
}

func newTable(s *schemas.Table, f *Finisher) *table {
	t := &table{schema: s, draft: schemas.NewRow(s), batch: schemas.NewBatch(s), curr: s.Col("currency"),
		partTag: columnTag(s.Columns[s.PartitionCol].Name), over: make([]schemas.Value, len(s.Columns))}
	for _, name := range s.Key {
		t.cols = append(t.cols, s.Col(name))
		t.keys = append(t.keys, &s.Columns[s.Col(name)])
	}
	for i := range s.Columns {
		if i != s.HashCol && (i != s.PartitionCol || s.Partition != schemas.ByBucket) {
			t.add(&s.Columns[i], t.column(i), f)
		}
	}
	for _, i := range t.cols {
		t.always |= 1 << i
	}
	t.decide(s.SystemCol, []byte(f.set.System))
	t.decide(s.ExportCol, []byte(f.set.Export))
	return t
}

func (t *table) column(i int) column {
	c := &t.schema.Columns[i]
	over := c.Derived || i == t.schema.SystemCol || i == t.schema.ExportCol || i == t.schema.VersionCol || i == t.curr ||
		t.schema == schemas.JourneyEvent && i == schemas.EvChannel
	return column{pos: i, over: over, nullable: c.Nullable, key: slices.Contains(t.cols, i), tag: columnTag(c.Name), name: c.Name, vec: &t.batch.Cols[i]}
}

func (t *table) add(s *schemas.Column, c column, f *Finisher) {
	if c.over {
		t.overs |= 1 << c.pos
	}
	switch s.Type {
	case schemas.UUID:
		if s.Identifier == schemas.NotIdentifier {
			t.ids.add(c.pos, c)
		} else {
			t.people.add(c.pos, personColumn{c, s.Identifier, f.keyer.Space(s.Identifier, f.set.System, f.set.Country)})
		}
	case schemas.String, schemas.LowCardinality:
		t.texts.add(c.pos, textColumn{column: c})
	case schemas.Map:
		t.maps.add(c.pos, textColumn{column: c})
	case schemas.Float32:
		t.floats.add(c.pos, c)
	default:
		if s.Type == schemas.Decimal {
			t.money |= 1 << c.pos
		}
		t.ints.add(c.pos, newIntColumn(s.Type, c))
	}
}

func newIntColumn(typ schemas.Type, c column) intColumn {
	switch typ {
	case schemas.Timestamp:
		return intColumn{column: c, hi: maxTimestamp, message: "time is not within 1970-01-01 and 2149-06-06"}
	case schemas.Date:
		return intColumn{column: c, hi: maxDate, message: "date is not within 1970-01-01 and 2149-06-06"}
	case schemas.Int32:
		return intColumn{column: c, lo: math.MinInt32, hi: math.MaxInt32, message: "number does not fit 32 bits"}
	case schemas.Decimal:
		return intColumn{column: c, lo: -maxDecimal, hi: maxDecimal, message: "amount has more than 14 digits before the point"}
	}
	return intColumn{column: c, lo: math.MinInt64, hi: math.MaxInt64, bool: typ == schemas.Bool}
}

// columnTag is what stands for a column in the row hash.
func columnTag(name string) uint32 { return uint32(xxh3.HashString(name)) }

func (t *table) reset() {
	t.batch.Reset()
	t.draft.Reset()
	clear(t.draft.Attrs[:cap(t.draft.Attrs)]) // parts of a chunk, which would stay in memory
	for i := range t.texts.list {
		t.texts.list[i].recent = [recentTexts]interned{}
	}
}

// rollback takes back what was appended of a row that turned out to be unusable. Values it interned stay in the
// dictionaries: they are clean.
func (t *table) rollback() {
	n := t.batch.Rows
	for i := range t.batch.Cols {
		v := &t.batch.Cols[i]
		entries := n
		if t.schema.Columns[i].Type == schemas.Map {
			v.Offsets = v.Offsets[:min(n, len(v.Offsets))]
			entries = 0
			if n := len(v.Offsets); n > 0 {
				entries = int(v.Offsets[n-1])
			}
			v.Keys = v.Keys[:entries]
		}
		v.Codes = v.Codes[:min(entries, len(v.Codes))]
		v.Fixed, v.Int = v.Fixed[:min(n, len(v.Fixed))], v.Int[:min(n, len(v.Int))]
		v.Float, v.Valid = v.Float[:min(n, len(v.Float))], v.Valid[:min(n, len(v.Valid))]
	}
}
