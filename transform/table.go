package transform

import (
	"github.com/zeebo/xxh3"

	"waymark/schemas"
	"waymark/transform/privacy"
)

// op says how a column's value gets from the draft into the batch.
type op uint8

const (
	opText       op = iota
	opIdentifier    // raw identifier → pseudonym
	opID            // 16 bytes that the transform made itself
	opTimestamp
	opDate
	opInt32
	opInt64
	opBool
	opDecimal
	opFloat
	opMap
	opBucket // after the others: from the key columns
	opHash   // last: from all others
)

// table is the plan of one table together with the batch it fills.
type table struct {
	schema *schemas.Table
	draft  *schemas.Row
	batch  *schemas.Batch
	cols   []column
	over   []schemas.Value // values of the columns that the transform decides itself
	keys   []int           // positions of the key columns
	money  []int           // positions of the decimal columns
	curr   int             // position of the currency column, -1 is none
}

// column is the plan of one column and what it remembers within a batch.
type column struct {
	op       op
	over     bool   // the value is in table.over, not in the draft
	nullable bool   // has Valid
	key      bool   // part of the table's key
	tag      uint32 // stands for the column in the row hash; from its name, so that new columns change no hash
	name     string
	space    *privacy.Space     // opIdentifier
	kind     schemas.Identifier // opIdentifier

	empty, last       uint32 // text: codes of '' and of the previous value
	hasEmpty, hasLast bool
}

func newTable(t *schemas.Table, f *Finisher) *table {
	tab := &table{schema: t, draft: schemas.NewRow(t), batch: schemas.NewBatch(t), curr: t.Col("currency"),
		cols: make([]column, len(t.Columns)), over: make([]schemas.Value, len(t.Columns))}
	for i, c := range t.Columns {
		tab.cols[i] = column{op: opOf(t, i), over: c.Derived, nullable: c.Nullable, tag: columnTag(c.Name), name: c.Name, kind: c.Identifier}
		if c.Identifier != schemas.NotIdentifier {
			tab.cols[i].space = f.keyer.Space(c.Identifier, f.set.System, f.set.Country)
		}
		if c.Type == schemas.Decimal {
			tab.money = append(tab.money, i)
		}
	}
	for _, name := range t.Key {
		i := t.Col(name)
		tab.keys = append(tab.keys, i)
		tab.cols[i].key = true
	}
	for _, name := range [...]string{"system", "export", "channel", "currency", "record_version"} {
		if i := t.Col(name); i >= 0 && (name != "channel" || t == schemas.JourneyEvent) {
			tab.cols[i].over = true
		}
	}
	tab.over[t.SystemCol] = schemas.Value{Bytes: []byte(f.set.System), Set: true}
	tab.over[t.ExportCol] = schemas.Value{Bytes: []byte(f.set.Export), Set: true}
	return tab
}

func opOf(t *schemas.Table, i int) op {
	c := &t.Columns[i]
	switch {
	case i == t.HashCol:
		return opHash
	case i == t.PartitionCol && t.Partition == schemas.ByBucket:
		return opBucket
	case c.Type == schemas.UUID && c.Identifier == schemas.NotIdentifier:
		return opID
	}
	switch c.Type {
	case schemas.UUID:
		return opIdentifier
	case schemas.Timestamp:
		return opTimestamp
	case schemas.Date:
		return opDate
	case schemas.Int32:
		return opInt32
	case schemas.Bool:
		return opBool
	case schemas.Decimal:
		return opDecimal
	case schemas.Float32:
		return opFloat
	case schemas.Map:
		return opMap
	case schemas.String, schemas.LowCardinality:
		return opText
	}
	return opInt64
}

// columnTag is what stands for a column in the row hash.
func columnTag(name string) uint32 { return uint32(xxh3.HashString(name)) }

func (t *table) reset() {
	t.batch.Reset()
	for i := range t.cols {
		t.cols[i].hasEmpty, t.cols[i].hasLast = false, false
	}
}

// rollback takes back what was appended of a row that turned out to be unusable. Values it interned stay in the
// dictionaries: they are clean.
func (t *table) rollback() {
	n := t.batch.Rows
	for i := range t.batch.Cols {
		v := &t.batch.Cols[i]
		cut := n
		if t.cols[i].op == opMap {
			v.Offsets = v.Offsets[:min(n, len(v.Offsets))]
			cut = 0
			if n > 0 {
				cut = int(v.Offsets[n-1])
			}
			v.Keys = v.Keys[:cut]
		}
		v.Fixed, v.Int, v.Float = v.Fixed[:min(cut, len(v.Fixed))], v.Int[:min(cut, len(v.Int))], v.Float[:min(cut, len(v.Float))]
		v.Valid, v.Codes = v.Valid[:min(cut, len(v.Valid))], v.Codes[:min(cut, len(v.Codes))]
	}
}
