package targets

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"waymark/extract/csvscan"
	"waymark/extract/field"
	"waymark/internal/nearest"
	"waymark/schemas"
)

// catalogue is what a target may name.
type catalogue struct {
	kpis map[string]*schemas.KPI
	ids  []string
}

func readCatalogue() (*catalogue, error) {
	list, err := schemas.KPIs()
	if err != nil {
		return nil, fmt.Errorf("read the KPI catalogue: %w", err)
	}
	c := &catalogue{kpis: map[string]*schemas.KPI{}}
	for i := range list {
		c.kpis[list[i].ID] = &list[i]
		c.ids = append(c.ids, list[i].ID)
	}
	return c, nil
}

// entry is one target as it is written.
type entry struct {
	text         [slots][]byte
	heads        [slots]string // what the source calls them
	comma        [slots]bool
	line, offset int64
	raw          []byte
}

// problem is what is wrong with an entry.
type problem struct {
	slot    int
	why     schemas.Reason
	message string // "" is what csvscan.Explain says
}

// checker turns entries into rows.
type checker struct {
	catalogue *catalogue
	seen      map[string]bool
}

func (c *checker) emit(t *entry, sink schemas.Sink) error {
	row := sink.Row(schemas.KPITarget)
	if p := c.fill(t, row); p != nil {
		if p.message == "" {
			p.message = csvscan.Explain(p.why)
		}
		return sink.Reject(schemas.Reject{Line: t.line, Offset: t.offset, Reason: p.why, Field: t.heads[p.slot], Message: p.message, Record: t.raw})
	}
	row.Line, row.Offset, row.Raw = t.line, t.offset, t.raw
	return sink.Emit(row)
}

func (c *checker) fill(t *entry, row *schemas.Row) *problem {
	for _, slot := range [...]int{kpi, goal, start, due} {
		if len(t.text[slot]) == 0 {
			return &problem{slot: slot, why: schemas.MissingRequired}
		}
	}
	k := c.catalogue.kpis[string(t.text[kpi])]
	if k == nil {
		return unknown(kpi, "there is no such KPI", string(t.text[kpi]), c.catalogue.ids)
	}
	if p := c.place(t, k, row); p != nil {
		return p
	}
	for _, v := range [...]struct{ slot, col int }{{baseline, schemas.KtBaseline}, {goal, schemas.KtTarget}} {
		if len(t.text[v.slot]) == 0 {
			continue
		}
		n, p := value(t, v.slot, k)
		if p != nil {
			return p
		}
		row.SetInt(v.col, n)
	}
	from, p := day(t, start)
	if p != nil {
		return p
	}
	to, p := day(t, due)
	switch {
	case p != nil:
		return p
	case to <= from:
		return &problem{due, schemas.OutOfRange, "the due date is not after the start"}
	}
	row.SetInt(schemas.KtStartDate, from)
	row.SetInt(schemas.KtDueDate, to)
	row.SetBytes(schemas.KtKPI, t.text[kpi])
	row.SetBytes(schemas.KtOwner, t.text[owner])
	key := fmt.Sprintf("%s|%s|%s|%d", t.text[kpi], row.Vals[schemas.KtDimension].Bytes, row.Vals[schemas.KtMember].Bytes, to)
	if c.seen[key] {
		return &problem{kpi, schemas.Contradiction, "there is a target of this KPI, dimension, member and due date already"}
	}
	c.seen[key] = true
	return nil
}

var all = []byte("all")

// place sets dimension and member.
func (c *checker) place(t *entry, k *schemas.KPI, row *schemas.Row) *problem {
	d, m := t.text[dimension], t.text[member]
	if len(d) == 0 {
		d = all
	}
	switch whole := bytes.Equal(d, all); {
	case !slices.Contains(k.Dimensions, string(d)):
		return unknown(dimension, "the KPI has no such dimension", string(d), k.Dimensions)
	case whole && len(m) > 0 && !bytes.Equal(m, all):
		return &problem{member, schemas.Contradiction, "a member without a dimension"}
	case whole:
		m = all
	case len(m) == 0:
		return &problem{member, schemas.MissingRequired, "a dimension needs a member"}
	}
	row.SetBytes(schemas.KtDimension, d)
	row.SetBytes(schemas.KtMember, m)
	return nil
}

// unknown suggests a name; the message holds nothing of the record.
func unknown(slot int, what, given string, known []string) *problem {
	if s := nearest.Of(given, known); s != "" {
		what += fmt.Sprintf("; did you mean %q?", s)
	}
	return &problem{slot, schemas.OutOfRange, what}
}

func day(t *entry, slot int) (int64, *problem) {
	n, why := field.Day(t.text[slot], time.UTC)
	if why != "" {
		return 0, &problem{slot: slot, why: why}
	}
	return n, nil
}

// value reads a number in the KPI's unit; 12 % is 0.12.
func value(t *entry, slot int, k *schemas.KPI) (int64, *problem) {
	text, percent := t.text[slot], false
	if n := len(text); text[n-1] == '%' {
		text, percent = field.Trim(text[:n-1]), true
	}
	n, why := field.Decimal(text, t.comma[slot])
	low, high := int64(0), int64(1)<<62
	switch k.Unit {
	case "share":
		high = field.Scale
	case "points":
		low, high = -100*field.Scale, 100*field.Scale
	case "growth":
		low = -field.Scale
	}
	switch {
	case why != "":
		return 0, &problem{slot: slot, why: why}
	case percent && k.Unit != "share" && k.Unit != "growth":
		return 0, &problem{slot, schemas.WrongType, "the KPI is no share"}
	case percent && n%100 != 0:
		return 0, &problem{slot, schemas.OutOfRange, "a share has at most four decimals"}
	case percent:
		n /= 100
	}
	if n < low || n > high {
		return 0, &problem{slot, schemas.OutOfRange, "a value outside the KPI's unit: a share is from 0 to 1, points from -100 to 100, growth from -1, nothing else negative"}
	}
	return n, nil
}
