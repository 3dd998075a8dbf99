package fx

import (
	"bytes"
	"strings"
	"time"

	"waymark/extract/field"
	"waymark/schemas"
)

var ecb = table{
	pivot: "EUR", outward: true,
	column: func(head string) (string, int64, bool) { return head, 1, isCurrency(head) },
	day:    func(text []byte) (int64, schemas.Reason) { return field.Day(text, time.UTC) },
	skip:   func([]byte) bool { return false },
}

var nbp = table{
	pivot: "PLN", comma: true,
	column: unitsAndCurrency,
	day:    compactDay,
	skip:   func(line []byte) bool { return len(line) == 0 || line[0]-'0' > 9 },
}

// isDay reports whether a header is that of the day, in the bank's language.
func isDay(head string) bool {
	return strings.EqualFold(head, "date") || strings.EqualFold(head, "data")
}

func dayHead(t *table) string {
	if t == &nbp {
		return "data"
	}
	return "Date"
}

func isCurrency(text string) bool {
	if len(text) != 3 {
		return false
	}
	for i := range 3 {
		if text[i] < 'A' || text[i] > 'Z' {
			return false
		}
	}
	return true
}

// unitsAndCurrency reads 100HUF.
func unitsAndCurrency(head string) (string, int64, bool) {
	units, i := int64(0), 0
	for ; i < len(head) && i < 9 && head[i]-'0' <= 9; i++ {
		units = units*10 + int64(head[i]-'0')
	}
	return head[i:], units, units > 0 && isCurrency(head[i:])
}

// compactDay reads 20260105.
func compactDay(text []byte) (int64, schemas.Reason) {
	text = field.Trim(text)
	if len(text) != 8 || len(bytes.Trim(text, "0123456789")) > 0 {
		return 0, schemas.WrongType
	}
	var dashed [10]byte
	copy(dashed[:], text[:4])
	copy(dashed[5:], text[4:6])
	copy(dashed[8:], text[6:])
	dashed[4], dashed[7] = '-', '-'
	return field.Day(dashed[:], time.UTC)
}
