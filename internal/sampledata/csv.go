package sampledata

import (
	"fmt"
	"io"
	"strings"
)

// csvFile writes CSV as the tools do: quotes only where they are needed. It keeps the first error.
type csvFile struct {
	w       io.Writer
	comma   byte
	newline string
	line    []byte
	err     error
}

func (c *csvFile) row(fields ...string) {
	c.line = c.line[:0]
	for i, f := range fields {
		if i > 0 {
			c.line = append(c.line, c.comma)
		}
		if strings.IndexByte(f, c.comma) < 0 && !strings.ContainsAny(f, "\"\r\n") {
			c.line = append(c.line, f...)
			continue
		}
		c.line = append(c.line, '"')
		c.line = append(c.line, strings.ReplaceAll(f, `"`, `""`)...)
		c.line = append(c.line, '"')
	}
	c.line = append(c.line, c.newline...)
	if c.err == nil {
		_, c.err = c.w.Write(c.line)
	}
}

// table writes rows under named columns: a row names only what it has.
type table struct {
	csvFile
	columns []string
	index   map[string]int
	fields  []string
}

// newTable writes a header, after a byte order mark where the tool sets one.
func newTable(w io.Writer, mark bool, columns string) *table {
	if mark {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return &table{csvFile: csvFile{err: err}, index: map[string]int{}}
		}
	}
	return newTableOf(w, strings.Fields(columns))
}

// newTableOf is newTable for columns whose names may hold spaces.
func newTableOf(w io.Writer, columns []string) *table {
	t := &table{csvFile: csvFile{w: w, comma: ',', newline: "\n"}, columns: columns, index: map[string]int{}}
	for i, c := range t.columns {
		t.index[c] = i
	}
	t.fields = make([]string, len(t.columns))
	t.row(t.columns...)
	return t
}

// set fills pairs of column and value for the next row.
func (t *table) set(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		at, ok := t.index[pairs[i]]
		if !ok && t.err == nil {
			t.err = fmt.Errorf("no column %s", pairs[i])
		}
		t.fields[at] = pairs[i+1]
	}
}

// end writes the row that was set.
func (t *table) end() {
	t.row(t.fields...)
	clear(t.fields)
}
