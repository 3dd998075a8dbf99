package laketest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"waymark/schemas"
)

// Parse returns the canonical text form of a row that another reader of a file of t gave as text: times in µs and days
// since 1970, bools as 0 and 1, maps as JSON [[keys…],[values…]], absent values as Null, everything else as the
// reader prints it.
func Parse(t *schemas.Table, cells []string) (string, error) {
	if len(cells) != len(t.Columns) {
		return "", fmt.Errorf("%d cells for %d columns", len(cells), len(t.Columns))
	}
	out := make([]string, len(cells))
	for i, text := range cells {
		canonical, err := parseCell(&t.Columns[i], text)
		if err != nil {
			return "", fmt.Errorf("column %s: %w", t.Columns[i].Name, err)
		}
		out[i] = strconv.Quote(canonical)
	}
	return strings.Join(out, "\t"), nil
}

func parseCell(c *schemas.Column, text string) (string, error) {
	if c.Nullable && text == Null {
		return text, nil
	}
	switch c.Type {
	case schemas.Decimal:
		return units(text)
	case schemas.Float32:
		f, err := strconv.ParseFloat(text, 32)
		return Float(float32(f)), err
	case schemas.Map:
		var pair [2][]string
		if err := json.Unmarshal([]byte(text), &pair); err != nil {
			return "", err
		}
		var entries []string
		for i, key := range pair[0] {
			entries = append(entries, Entry(key, pair[1][i]))
		}
		return strings.Join(entries, ","), nil
	}
	return text, nil
}

// units turns a decimal number into units of 1/10000.
func units(text string) (string, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > 4 {
		return "", fmt.Errorf("more than four decimals")
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", 4-len(fraction)), 10, 64)
	return strconv.FormatInt(n, 10), err
}
