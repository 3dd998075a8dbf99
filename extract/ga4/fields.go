package ga4

import (
	"maps"
	"slices"
	"strings"

	"waymark/extract/jsonscan"
	"waymark/internal/fault"
	"waymark/internal/nearest"
	"waymark/schemas"
)

// extra is one configured field: an event parameter or user property that goes to a column or an attribute.
type extra struct {
	field string // as configured
	key   string
	user  bool   // a user property
	col   int    // -1 is an attribute
	attr  string // name of the attribute
}

const (
	paramPrefix    = "event_params."
	propertyPrefix = "user_properties."
	attrPrefix     = "attributes."
)

// parseFields reads the configured fields in a fixed order.
func parseFields(conf map[string]string) ([]extra, error) {
	var out []extra
	for _, field := range slices.Sorted(maps.Keys(conf)) {
		x := extra{field: field, col: -1}
		switch {
		case strings.HasPrefix(field, paramPrefix):
			x.key = field[len(paramPrefix):]
		case strings.HasPrefix(field, propertyPrefix):
			x.key, x.user = field[len(propertyPrefix):], true
		}
		if x.key == "" {
			return nil, invalid(field, "fields of ga4/events begin with "+paramPrefix+" or "+propertyPrefix)
		}
		if name, ok := strings.CutPrefix(conf[field], attrPrefix); ok && name != "" {
			x.attr = name
		} else if x.col = settable(conf[field]); x.col < 0 {
			hint := "use " + attrPrefix + "NAME, or a column of journey_event"
			if near := nearest.Of(conf[field], settableColumns()); near != "" {
				hint = "did you mean " + near + "?"
			}
			return nil, invalid(field, "no such column of journey_event to fill: "+conf[field], hint)
		}
		out = append(out, x)
	}
	return out, nil
}

func invalid(field, message string, hint ...string) error {
	err := fault.New(fault.Invalid, "%s", message)
	err.Field, err.Hint = "fields."+field, strings.Join(hint, " ")
	return err
}

// settable returns the position of a column that a configured field may fill, or -1.
func settable(name string) int {
	col := schemas.JourneyEvent.Col(name)
	if col < 0 || schemas.JourneyEvent.Columns[col].Derived {
		return -1
	}
	switch col {
	case schemas.EvOccurredAt, schemas.EvSystem, schemas.EvExport, schemas.EvEventType, schemas.EvSourceEvent,
		schemas.EvAttributes, schemas.EvDeleted, schemas.EvVersion:
		return -1
	}
	return col
}

func settableColumns() []string {
	var names []string
	for _, c := range schemas.JourneyEvent.Columns {
		if settable(c.Name) >= 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// configured sets the extra fields; they win over what the event itself says.
func (d *drafter) configured(row *schemas.Row, e *event) problem {
	for i := range d.extras {
		x := &d.extras[i]
		params := e.params
		if x.user {
			params = e.props
		}
		p := last(params, x.key)
		if p == nil {
			continue
		}
		if x.col < 0 {
			row.AddAttr(x.attr, d.text(p))
		} else if !d.set(row, x.col, p) {
			return problem{schemas.WrongType, x.field, "not a value of column " + schemas.JourneyEvent.Columns[x.col].Name}
		}
	}
	return problem{}
}

func last(params []param, key string) *param {
	for i := len(params) - 1; i >= 0; i-- {
		if p := &params[i]; p.kind != none && string(p.key) == key {
			return p
		}
	}
	return nil
}

// set converts p to the type of column col; it reports whether that worked.
func (d *drafter) set(row *schemas.Row, col int, p *param) (ok bool) {
	var n int64
	var f float64
	switch schemas.JourneyEvent.Columns[col].Type {
	case schemas.Bool:
		if p.kind == isText && (string(p.text) == "true" || string(p.text) == "false") {
			row.SetBool(col, p.text[0] == 't')
			return true
		}
		n, ok = p.int()
		ok = ok && (n == 0 || n == 1)
	case schemas.Int32:
		n, ok = p.int()
		ok = ok && n == int64(int32(n))
	case schemas.Int64, schemas.UInt64:
		n, ok = p.int()
	case schemas.Decimal:
		if p.kind == isText {
			var status jsonscan.Status
			n, status = jsonscan.ParseDecimal(p.text)
			ok = status == jsonscan.OK
		} else if f, ok = p.float(); ok {
			n, ok = units(f)
		}
	case schemas.Float32:
		if f, ok = p.float(); ok {
			row.SetFloat(col, f)
		}
		return ok
	default:
		row.SetBytes(col, stated(d.text(p)))
		return true
	}
	if ok {
		row.SetInt(col, n)
	}
	return ok
}
