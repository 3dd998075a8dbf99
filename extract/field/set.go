package field

import (
	"time"

	"waymark/extract"
	"waymark/internal/fault"
	"waymark/schemas"
)

// Format says how a source writes its values.
type Format struct {
	Location     *time.Location // zone of times that carry none
	DecimalComma bool
}

// NewFormat returns the format that opt names; a zone that does not exist is fault.Invalid, none is UTC.
func NewFormat(opt extract.Options) (Format, error) {
	loc, err := time.LoadLocation(opt.TimeZone)
	if err != nil {
		return Format{}, fault.New(fault.Invalid, "time zone of the source: %w", err)
	}
	return Format{Location: loc, DecimalComma: opt.DecimalComma}, nil
}

// Set parses b as the type of column col of row's table and sets it; blank text leaves the column absent. The reason
// is that of the parser. Identifiers and text are taken without surrounding space.
func (f Format) Set(row *schemas.Row, col int, b []byte) schemas.Reason {
	if b = trim(b); len(b) == 0 {
		return ""
	}
	var n int64
	var why schemas.Reason
	switch row.Table.Columns[col].Type {
	case schemas.Timestamp:
		n, why = Time(b, f.Location)
	case schemas.Date:
		n, why = Day(b, f.Location)
	case schemas.Int32:
		n, why = Int32(b, f.DecimalComma)
	case schemas.Int64, schemas.UInt64:
		n, why = Int(b, f.DecimalComma)
	case schemas.Decimal:
		n, why = Decimal(b, f.DecimalComma)
	case schemas.Float32:
		if n, why = Decimal(b, f.DecimalComma); why == "" {
			row.SetFloat(col, float64(n)/Scale)
		}
		return why
	case schemas.Bool:
		var yes bool
		if yes, why = Bool(b); why == "" {
			row.SetBool(col, yes)
		}
		return why
	case schemas.Map:
		return schemas.WrongType
	default:
		row.SetBytes(col, b)
		return ""
	}
	if why == "" {
		row.SetInt(col, n)
	}
	return why
}

// Trim returns b without surrounding space.
func Trim(b []byte) []byte { return trim(b) }
