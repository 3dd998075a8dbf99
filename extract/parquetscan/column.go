package parquetscan

import (
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"waymark/extract"
	"waymark/schemas"
)

// column is where a field stands in the file.
type column struct {
	Field
	present bool
	leaf    int
	element int   // definition level from which an element of the list is there
	perUnit int64 // µs per unit of a timestamp, negative: units per µs; 0 is no timestamp
	scale   int   // digits behind the point of a decimal
}

// find locates a field and checks its type.
func (f *File) find(want Field) (column, error) {
	c := column{Field: want}
	names := strings.Split(want.Path, ".")
	at := step{node: f.file.Root()}
	for i, name := range names {
		next, ok := at.into(name)
		if !ok {
			return f.absent(c, at.node, i)
		}
		at = next
	}
	if !at.node.Leaf() {
		return c, wrongType(want.Path, "a structure where a value is expected")
	}
	if f.isNull(at.node) {
		return c, nil
	}
	switch {
	case want.List && at.lists != 1:
		return c, wrongType(topLevel(want.Path), "not a list of structures")
	case !want.List && at.lists != 0:
		return c, wrongType(want.Path, "a list where one value is expected")
	}
	c.present, c.leaf, c.element = true, at.node.Index(), at.element
	return c, c.check(at.node.Type())
}

// absent decides about a field that is not in the file; node is how far its path could be followed.
func (f *File) absent(c column, node *parquet.Column, depth int) (column, error) {
	switch {
	case depth > 0 && node.Leaf() && f.isNull(node):
		return c, nil
	case depth > 0 && node.Leaf():
		return c, wrongType(strings.Join(strings.Split(c.Path, ".")[:depth], "."), "not a structure")
	case c.Required:
		return c, &extract.Quarantine{Reason: schemas.MissingRequired, Field: c.Path, Message: "the column is missing"}
	}
	return c, nil
}

// isNull reports whether leaf holds nothing but nulls, as writers type what they never saw a value of.
func (f *File) isNull(leaf *parquet.Column) bool {
	if l := leaf.Type().LogicalType(); l != nil {
		if _, ok := l.Value.(*format.NullType); ok {
			return true
		}
	}
	if f.file.NumRows() == 0 {
		return false
	}
	for _, g := range f.file.Metadata().RowGroups {
		if leaf.Index() >= len(g.Columns) {
			return false
		}
		m := &g.Columns[leaf.Index()].MetaData
		if m.NumValues == 0 || m.Statistics.NullCount != m.NumValues {
			return false
		}
	}
	return true
}

const maxFixed = 64 << 10

// check says whether the physical type can be read as the field's.
func (c *column) check(t parquet.Type) error {
	kind := t.Kind()
	text := kind == parquet.ByteArray || kind == parquet.FixedLenByteArray
	if l := t.LogicalType(); l != nil {
		switch l := l.Value.(type) {
		case *format.DecimalType:
			c.scale = int(l.Scale)
			if text || c.Type != Float || c.scale < 0 || c.scale > 18 {
				return wrongType(c.Path, "a decimal")
			}
		case *format.TimestampType:
			c.perUnit = perUnit(l)
		case *format.DateType, *format.TimeType:
			if c.Type != Text {
				return wrongType(c.Path, "a date or a time of day")
			}
		}
	}
	switch {
	case kind == parquet.FixedLenByteArray && t.Length() > maxFixed:
		return wrongType(c.Path, "of a fixed length beyond 64 KiB")
	case kind == parquet.Int96:
		return wrongType(c.Path, "of type INT96")
	case text && c.Type != Text:
		return wrongType(c.Path, "text where a number is expected")
	case kind == parquet.Boolean && c.Type != Text:
		return wrongType(c.Path, "a bool where a number is expected")
	}
	return nil
}

func perUnit(t *format.TimestampType) int64 {
	switch t.Unit.Value.(type) {
	case *format.MilliSeconds:
		return 1000
	case *format.NanoSeconds:
		return -1000
	}
	return 1
}

func wrongType(field, message string) *extract.Quarantine {
	return &extract.Quarantine{Reason: schemas.WrongType, Field: field, Message: message}
}

// step is a place on the way from the root to a leaf.
type step struct {
	node       *parquet.Column
	definition int // level at which node is there
	lists      int
	element    int // level at which the innermost list has an element
}

// into goes to the child of that name, through whatever a list wraps its elements in.
func (s step) into(name string) (step, bool) {
	if s.node.Leaf() {
		return s, false
	}
	child := s.node.Column(name)
	if child == nil {
		return s, false
	}
	s = s.enter(child)
	if child.Repeated() || child.Leaf() || len(child.Columns()) != 1 || !child.Columns()[0].Repeated() {
		return s, true
	}
	repeated := child.Columns()[0]
	s = s.enter(repeated)
	if inner := repeated.Columns(); len(inner) == 1 && repeated.Name() != "array" && repeated.Name() != child.Name()+"_tuple" {
		s = s.enter(inner[0]) // three levels: the repeated group is a wrapper itself
	}
	return s, true
}

func (s step) enter(node *parquet.Column) step {
	s.node = node
	if node.Optional() || node.Repeated() {
		s.definition++
	}
	if node.Repeated() {
		s.lists++
		s.element = s.definition
	}
	return s
}
