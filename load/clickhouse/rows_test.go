package clickhouse

import (
	"slices"
	"testing"

	"waymark/internal/fault"
)

func TestAResultWithoutRowsHasItsColumns(t *testing.T) {
	w := open(t)
	for sql, want := range map[string][]string{
		"SELECT 1 AS a, [1] AS b WHERE 0":                                             {"a", "b"},
		"WITH 1 AS z SELECT system, z FROM waymark_raw.agent GROUP BY system -- note": {"system", "z"},
	} {
		rows, err := w.Query(t.Context(), sql, nil, true)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if rows.Next() || !slices.Equal(rows.Columns, want) || len(rows.Types) != len(want) {
			t.Errorf("%s: columns %v of %v, want %v", sql, rows.Columns, rows.Types, want)
		}
		_ = rows.Close()
	}
}

func TestSyntaxErrorsAreNotTakenForWriting(t *testing.T) {
	rows, err := open(t).Query(t.Context(), "SELEC 1", nil, true)
	if err == nil {
		_ = rows.Close()
	}
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("%v, want a fault of kind Invalid", err)
	}
}

func TestBytesInArraysAreNumbers(t *testing.T) {
	if got := FormatValue([]byte{1, 2}, "Array(UInt8)"); got != "[1,2]" {
		t.Errorf("%q", got)
	}
}
