package field

import (
	"slices"
	"strings"

	"waymark/schemas"
)

// Target is what a configured field is mapped to: a column of a table, or an entry of the attributes.
type Target struct {
	Col  int    // -1 for an attribute
	Attr string // "" for a column
}

const attributes = "attributes."

// TargetOf resolves a configured name for table t: attributes.NAME, a column, or a column without its _id. It refuses
// columns that a source does not set by mapping: derived ones, and those that say what the row is.
func TargetOf(t *schemas.Table, name string) (Target, bool) {
	if attr, ok := strings.CutPrefix(name, attributes); ok {
		return Target{Col: -1, Attr: attr}, attr != ""
	}
	col := t.Col(name)
	if col < 0 {
		col = t.Col(name + "_id")
	}
	if col < 0 || t.Columns[col].Derived || slices.Contains(reserved[:], t.Columns[col].Name) {
		return Target{}, false
	}
	return Target{Col: col}, true
}

var reserved = [...]string{"system", "export", "event_type", "attributes", "is_deleted", "record_version"}
