package models_test

import (
	"bytes"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"waymark/schemas"
)

// A case is a txtar file: its comment says what it shows on paper; "params" holds query parameters as name=value;
// a section named after a raw table holds its rows as JSON, one per line; "want TABLE [rest]" holds a table whose first
// line are the columns (expressions) to select from waymark_mart.TABLE and whose other lines are all rows expected.
// "fails" holds the data tests that must fail, as "MODEL: BEGINNING OF THE TEST'S NAME [-> FIRST BAD ROW]", one a line; all others must pass.
// "_times" repeats a row. @name stands for a UUID. In want, - is NULL and ” the empty string.
type testCase struct {
	params map[string]string
	rows   map[string][]map[string]any
	wants  []want
	fails  []string
}

type want struct {
	name    string
	table   string
	rest    string // WHERE … to put behind the table
	columns []string
	rows    [][]string
}

// A remark in parentheses tells several wants of one table apart.
var remark = regexp.MustCompile(` \([a-z ]+\)$`)

var token = regexp.MustCompile(`@[a-z][a-z0-9]*`)

// uuidOf gives @name its UUID; names that sort before others need not give smaller UUIDs.
func uuidOf(name string) string {
	sum := md5.Sum([]byte(name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func readCase(t *testing.T, path string, defaults map[string]string) testCase {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := testCase{params: defaults, rows: map[string][]map[string]any{}}
	for _, f := range archive.Files {
		head, rest, _ := strings.Cut(f.Name, " ")
		switch {
		case head == "params":
			for line := range strings.Lines(string(f.Data)) {
				if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
					c.params[name] = value
				}
			}
		case head == "fails":
			for line := range strings.Lines(string(f.Data)) {
				if line = strings.TrimSpace(line); line != "" {
					c.fails = append(c.fails, line)
				}
			}
		case head == "want":
			c.wants = append(c.wants, readWant(t, rest, string(f.Data)))
		case schemas.TableByName(head) != nil:
			c.rows[head] = readRows(t, f.Name, f.Data)
		default:
			t.Fatalf("%s: unknown section %q", path, f.Name)
		}
	}
	for i, row := range c.rows["journey_event"] {
		c.completeEvent(t, i, row)
	}
	return c
}

func readRows(t *testing.T, name string, data []byte) (rows []map[string]any) {
	t.Helper()
	data = token.ReplaceAllFunc(data, func(b []byte) []byte { return []byte(uuidOf(string(b))) })
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' {
			continue
		}
		row := map[string]any{}
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		if err := d.Decode(&row); err != nil {
			t.Fatalf("%s: %v: %s", name, err, line)
		}
		times := int64(1)
		if n, ok := row["_times"].(json.Number); ok {
			times, _ = n.Int64()
			delete(row, "_times")
		}
		for column := range row {
			if schemas.TableByName(name).Col(column) < 0 {
				t.Fatalf("%s: there is no column %s", name, column)
			}
		}
		for range times {
			rows = append(rows, maps.Clone(row))
		}
	}
	return rows
}

// completeEvent fills what the transform would: id, day and version.
func (c *testCase) completeEvent(t *testing.T, i int, row map[string]any) {
	t.Helper()
	text, _ := row["occurred_at"].(string)
	at, err := time.Parse("2006-01-02 15:04:05.999999", text)
	if err != nil {
		t.Fatalf("event %d: %v", i+1, err)
	}
	zone, err := time.LoadLocation(c.params["timezone"])
	if err != nil {
		t.Fatal(err)
	}
	setDefault(row, "event_id", fmt.Sprintf("00000000-0000-0000-0000-%012d", i+1))
	setDefault(row, "event_date", at.In(zone).Format("2006-01-02"))
	setDefault(row, "record_version", at.UnixMicro())
	setDefault(row, "row_hash", i+1)
}

func setDefault(row map[string]any, column string, value any) {
	if _, ok := row[column]; !ok {
		row[column] = value
	}
}

func readWant(t *testing.T, name, text string) want {
	t.Helper()
	w := want{name: name}
	w.table, w.rest, _ = strings.Cut(remark.ReplaceAllString(name, ""), " ")
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if w.columns == nil {
			w.columns = cells
			continue
		}
		if len(cells) != len(w.columns) {
			t.Fatalf("want %s: %d cells for %d columns: %s", name, len(cells), len(w.columns), line)
		}
		w.rows = append(w.rows, cells)
	}
	return w
}
