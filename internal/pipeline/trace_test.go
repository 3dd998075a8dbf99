package pipeline_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"waymark/internal/fault"
	"waymark/internal/pipeline"
	"waymark/internal/sampledata"
)

// From an order, a ticket and an answer of the sample shop the chain leads to the very lines that name them.
func TestTrace(t *testing.T) {
	t.Parallel()
	s := newSite(t, "fct_order", "fct_ticket")
	if _, err := sampledata.Generate(t.Context(), sampledata.Options{Seed: 3, Scale: 0.02}, sampledata.Directory(s.dir+"/exports")); err != nil {
		t.Fatal(err)
	}
	cfg := sampleConfig(t, s)
	s.run(cfg)
	r := s.runner(cfg)
	order := s.query("SELECT order_id FROM waymark_mart.fct_order ORDER BY order_id LIMIT 1")[0]
	ticket := s.query("SELECT ticket_id FROM waymark_mart.fct_ticket WHERE system = 'zendesk' ORDER BY ticket_id LIMIT 1")[0]
	answer := strings.Split(s.query("SELECT toString(event_id), survey_id FROM waymark_mart.fct_journey_event WHERE event_type = 'survey_answered' ORDER BY event_id LIMIT 1")[0], "|")
	for name, c := range map[string]struct{ id, mart, table, names string }{
		"order":  {order, "fct_order", "journey_event", order},
		"ticket": {ticket, "fct_ticket", "ticket", ticket},
		"event":  {answer[0], "fct_journey_event", "journey_event", answer[1]},
	} {
		trace, err := r.Trace(t.Context(), c.id)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !slices.ContainsFunc(trace.Marts, func(m pipeline.MartRow) bool { return m.Table == c.mart }) {
			t.Errorf("%s: not in %s: %+v", name, c.mart, trace.Marts)
		}
		if !slices.ContainsFunc(trace.Rows, func(x pipeline.TracedRow) bool { return x.Table == c.table }) {
			t.Errorf("%s: no row of %s", name, c.table)
		}
		for _, row := range trace.Rows {
			if len(row.Files) == 0 {
				t.Errorf("%s: row of %s %s is in no file", name, row.Table, row.Partition)
			}
			for _, f := range row.Files {
				for _, in := range f.Inputs {
					if len(in.Lines) == 0 || in.Problem != "" || !strings.HasPrefix(in.Manifest, "manifests/"+in.Source+"/") {
						t.Errorf("%s: %s of %s: %+v", name, row.Table, row.What, in)
					}
					for _, l := range in.Lines {
						if got := lineOf(t, in.Object, l.Line); !strings.Contains(got, c.names) {
							t.Errorf("%s: line %d of %s does not name it:\n%.300s", name, l.Line, in.Object, got)
						}
					}
				}
			}
		}
	}
	for _, id := range []string{"no-such-thing", "00000000-0000-4000-8000-000000000000", "' OR 1=1 --"} {
		if _, err := r.Trace(t.Context(), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("trace %q: %v, want kind not found", id, err)
		}
	}
}

// lineOf returns a line of a file, gzip undone. Pages of an API have all their records in one line.
func lineOf(t *testing.T, file string, n int64) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	data, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	if n < 1 || int(n) > len(lines) {
		return ""
	}
	return lines[n-1]
}

// An order's number may look like an event's.
func TestTraceOfAnOrderNumberedByUUID(t *testing.T) {
	s := newSite(t, "fct_order")
	const id = "6f1c1d5e-2f3a-4b8c-9d10-0123456789ab"
	cfg := s.config("  - { name: books, system: orders, export: orders, location: $DIR/in/*.csv, currency: EUR }\n")
	s.write("in/o.csv", "order_id,ordered_at,amount\nA1,2026-01-05,5\n"+id+",2026-01-05,10\n", time.Hour)
	s.run(cfg)
	trace, err := s.runner(cfg).Trace(t.Context(), id)
	if err != nil || len(trace.Rows) != 1 || len(trace.Marts) != 2 || trace.Rows[0].Files[0].Inputs[0].Lines[0].Line != 3 {
		t.Errorf("%+v, error %v", trace, err)
	}
}

// The line is exact among many, and an object that was replaced since is said to be.
func TestTraceLines(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 50), 2*time.Hour)
	s.write("in/b.csv.gz", surveys(40, 20), time.Hour) // r40 to r49 twice: the later object's rows win
	s.run(cfg)
	r := s.runner(cfg)
	for id, want := range map[string]struct {
		file string
		line int64
	}{"r0": {"a.csv", 2}, "r39": {"a.csv", 41}, "r45": {"b.csv.gz", 7}, "r59": {"b.csv.gz", 21}} {
		event := s.query("SELECT toString(event_id) FROM waymark_raw.journey_event WHERE survey_id = '" + id + "'")[0]
		trace, err := r.Trace(t.Context(), event)
		if err != nil || len(trace.Rows) != 1 || len(trace.Rows[0].Files) != 1 || len(trace.Rows[0].Files[0].Inputs) != 1 {
			t.Fatalf("%s: %+v, error %v", id, trace, err)
		}
		in := trace.Rows[0].Files[0].Inputs[0]
		if filepath.Base(in.Object) != want.file || len(in.Lines) != 1 || in.Lines[0].Line != want.line {
			t.Errorf("%s: %+v, want line %d of %s", id, in, want.line, want.file)
		}
	}
	event := s.query("SELECT toString(event_id) FROM waymark_raw.journey_event WHERE survey_id = 'r0'")[0]
	s.write("in/a.csv", surveys(0, 51), time.Hour)
	trace, err := r.Trace(t.Context(), event)
	if err != nil || !strings.Contains(trace.Rows[0].Files[0].Inputs[0].Problem, "replaced") {
		t.Errorf("a replaced object: %+v, error %v", trace, err)
	}
}
