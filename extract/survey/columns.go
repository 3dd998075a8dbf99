package survey

import (
	"maps"
	"slices"

	"waymark/extract"
	"waymark/extract/csvscan"
	"waymark/internal/fault"
	"waymark/schemas"
)

// columns says what each column of an object is.
type columns struct {
	cols  []int    // by slot: the names, then extras
	heads []string // the source's name of each slot, for rejects
	more  []extra
	news  []string
}

// extra is a column that goes to the event as it is.
type extra struct {
	slot int
	col  int // -1 for an attribute
	attr string
}

// bind resolves the header: mapped columns first, then those that carry a canonical name.
func bind(h *csvscan.Header, fields map[string]string) (columns, error) {
	c := columns{cols: make([]int, names), heads: slices.Clone(nameTexts[:])}
	for i := range c.cols {
		c.cols[i] = -1
	}
	taken := make([]bool, h.Len())
	for _, head := range slices.Sorted(maps.Keys(fields)) {
		t, ok := targetOf(fields[head], true)
		if !ok {
			return c, fault.New(fault.Invalid, "field %s is mapped to %q, which is no name of a survey response", head, fields[head])
		}
		if personal(head) && t.stores() {
			return c, fault.New(fault.Invalid, "field %s is personal and is never stored; it can only be mapped to an identifier", head)
		}
		if h.Len() == 0 {
			continue // an empty object is valid
		}
		col := h.Col(head)
		if col < 0 {
			return c, h.Missing(head)
		}
		if taken[col] || !c.put(t, col, head) {
			return c, fault.New(fault.Invalid, "field %s: two columns are mapped to one name", head)
		}
		taken[col] = true
	}
	for col, head := range h.Names() {
		if taken[col] || head == "" {
			continue
		}
		if t, ok := targetOf(canonical(head), false); !ok || !c.put(t, col, head) {
			c.news = append(c.news, head)
		}
	}
	slices.Sort(c.news)
	c.cols[comment] = -1 // known, and not read
	return c, c.check(h)
}

// put gives column col its meaning; false when another column has it already.
func (c *columns) put(t target, col int, head string) bool {
	if t.name < names {
		if c.cols[t.name] >= 0 {
			return false
		}
		c.cols[t.name], c.heads[t.name] = col, head
		return true
	}
	for _, e := range c.more {
		if e.col == t.col && e.attr == t.attr {
			return false
		}
	}
	c.more = append(c.more, extra{slot: len(c.cols), col: t.col, attr: t.attr})
	c.cols, c.heads = append(c.cols, col), append(c.heads, head)
	return true
}

// check holds the object to what a response cannot do without.
func (c *columns) check(h *csvscan.Header) error {
	if h.Len() == 0 {
		return nil
	}
	for _, n := range [...]name{responseID, answeredAt} {
		if c.cols[n] < 0 {
			return h.Missing(nameTexts[n])
		}
	}
	some := false
	for _, n := range scored {
		some = some || c.cols[n] >= 0
	}
	switch {
	case !some && c.cols[score] < 0:
		return h.Missing(nameTexts[score])
	case c.cols[score] >= 0 && c.cols[kind] < 0:
		return &extract.Quarantine{Reason: schemas.MissingRequired, Field: nameTexts[kind], Line: 1,
			Message: "the header has a score and no kind; map the column to score.nps, score.csat, score.ces or score.rating"}
	}
	return nil
}
