package tabular

import (
	"maps"
	"slices"
	"strings"

	"waymark/extract/csvscan"
	"waymark/internal/fault"
)

// binding says what each header or key of one source is. Slots are the layout's names, then what is configured beside them.
type binding struct {
	*Layout
	heads  []string // by slot: the source's name of it, for rejects
	taken  []bool   // by slot: something is mapped to it
	more   []extra
	mapped map[string]int // configured and preset headers → slot
	given  []string       // the configured ones, sorted
}

// extra is a field that goes to the row as it is.
type extra struct {
	slot int
	col  int // -1 for an attribute
	attr string
}

// bind resolves the configured fields and the preset ones that they leave.
func bind(l *Layout, fields map[string]string) (*binding, error) {
	b := &binding{Layout: l, heads: slices.Clone(l.Names), taken: make([]bool, len(l.Names)), mapped: map[string]int{},
		given: slices.Sorted(maps.Keys(fields))}
	for _, head := range b.given {
		t, ok := l.target(fields[head], true)
		if !ok {
			return nil, fault.New(fault.Invalid, "field %s is mapped to %q, which is no name of %s", head, fields[head], l.Of)
		}
		if personal(head) && l.stores(t) {
			return nil, fault.New(fault.Invalid, "field %s is personal and is never stored; it can only be mapped to an identifier", head)
		}
		slot, ok := b.put(t, head)
		if !ok {
			return nil, fault.New(fault.Invalid, "field %s: two columns are mapped to one name", head)
		}
		b.mapped[head] = slot
	}
	for _, head := range slices.Sorted(maps.Keys(l.Preset)) {
		if b.mentions(head) {
			continue
		}
		t, _ := l.target(l.Preset[head], true) // a test holds presets to the names
		if slot, ok := b.put(t, head); ok {
			b.mapped[head] = slot
		}
	}
	return b, nil
}

// mentions reports whether the configuration maps head, however it spells it.
func (b *binding) mentions(head string) bool {
	return slices.ContainsFunc(b.given, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), head) })
}

// put gives head a slot; false when its target has one already.
func (b *binding) put(t target, head string) (slot int, ok bool) {
	if t.slot >= 0 {
		if b.taken[t.slot] {
			return -1, false
		}
		b.taken[t.slot], b.heads[t.slot] = true, head
		return t.slot, true
	}
	for _, e := range b.more {
		if e.col == t.col && e.attr == t.attr {
			return -1, false
		}
	}
	slot = len(b.heads)
	b.more = append(b.more, extra{slot: slot, col: t.col, attr: t.attr})
	b.heads = append(b.heads, head)
	return slot, true
}

// slotOf finds what a header that is not mapped is; -1 is nothing that this source knows.
func (b *binding) slotOf(head string) int {
	if t, ok := b.target(Canonical(head), false); ok {
		if slot, ok := b.put(t, head); ok {
			return slot
		}
	}
	return -1
}

// columns returns the column of each slot under a CSV header, and the headers that are news. A configured or needed column that
// is missing is a *extract.Quarantine.
func (b *binding) columns(h *csvscan.Header) (cols []int, news []string, err error) {
	cols = make([]int, len(b.heads))
	for i := range cols {
		cols[i] = -1
	}
	if h.Len() == 0 {
		return cols, nil, nil // an empty object is valid
	}
	used := make([]bool, h.Len())
	for head, slot := range b.mapped {
		switch col := h.Col(head); {
		case col >= 0 && used[col]:
			return nil, nil, fault.New(fault.Invalid, "field %s is mapped twice", head)
		case col >= 0:
			cols[slot], used[col] = col, true
		case slot < len(b.Names) && !slices.Contains(b.given, head):
			b.taken[slot], b.heads[slot] = false, b.Names[slot] // a preset that this header lacks
		}
	}
	for _, head := range b.given {
		if h.Col(head) < 0 {
			return nil, nil, h.Missing(head)
		}
	}
	for col, head := range h.Names() {
		if used[col] || head == "" || b.ignores(head) {
			continue
		}
		if b.free(head) {
			if slot := b.slotOf(head); slot >= 0 {
				cols = append(cols, make([]int, len(b.heads)-len(cols))...)
				cols[slot] = col
				continue
			}
		}
		news = append(news, head)
	}
	slices.Sort(news)
	return cols, news, b.check(h, cols)
}

// free reports whether the name that head spells is still to be had.
func (b *binding) free(head string) bool {
	t, ok := b.target(Canonical(head), false)
	return ok && (t.slot < 0 || !b.taken[t.slot])
}

func (b *binding) ignores(head string) bool {
	return slices.ContainsFunc(b.Ignored, func(s string) bool { return strings.EqualFold(s, head) })
}

func (b *binding) check(h *csvscan.Header, cols []int) error {
	for _, slot := range b.Need {
		if cols[slot] < 0 {
			return h.Missing(b.heads[slot])
		}
	}
	return nil
}
