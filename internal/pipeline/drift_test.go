package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const ticketsSource = `  - name: tickets
    system: zendesk
    export: tickets
    location: $DIR/in/*.ndjson
`

// tickets writes n tickets from number first on; more is put into each record.
func tickets(first, n int, more string) string {
	var b strings.Builder
	for i := first; i < first+n; i++ {
		fmt.Fprintf(&b, `{"id":%d,"status":"open","priority":"normal","type":"question","subject":"x","created_at":"2026-01-%02dT10:00:00Z",`+
			`"updated_at":"2026-01-20T10:00:00Z"%s}`+"\n", i, 1+i%5, more)
	}
	return b.String()
}

// A new field and a value outside the vocabulary are loaded past, told of once, and kept in status and the manifest.
func TestDriftIsToldOnce(t *testing.T) {
	s := newSite(t, "fct_ticket")
	cfg := s.config(ticketsSource)
	s.write("in/a.ndjson", tickets(1, 20, ""), 5*time.Hour)
	if r := s.run(cfg).Sources[0]; r.NewColumns != nil || r.NewValues != nil {
		t.Fatalf("documented fields are news: %+v", r)
	}
	drifted := `,"mood":"blue","status":"parked","priority":"sky-high","jan@example.com":1`
	s.write("in/b.ndjson", tickets(100, 3, drifted), 4*time.Hour)
	r := s.run(cfg).Sources[0]
	columns, values := []string{"(withheld)", "mood"}, []string{"priority=sky-high", "status=parked"}
	if !slices.Equal(r.NewColumns, columns) || !slices.Equal(r.NewValues, values) || r.Rejects > 0 {
		t.Errorf("report %+v", r)
	}
	s.want("SELECT status, priority, count() FROM waymark_raw.ticket GROUP BY ALL ORDER BY ALL", "open|normal|20", "parked|sky-high|3")
	// The marts know six statuses; a ticket in any other one is not done.
	s.want("SELECT status, priority, count() FROM cx_bi.fct_ticket GROUP BY ALL ORDER BY ALL", "open|normal|20", "open|sky-high|3")

	s.write("in/c.ndjson", tickets(200, 3, drifted), 3*time.Hour)
	if r := s.run(cfg).Sources[0]; r.Transformed != 1 || r.NewColumns != nil || r.NewValues != nil {
		t.Errorf("told again: %+v", r)
	}
	log := s.log.String()
	if n := strings.Count(log, "new columns, not used"); n != 1 {
		t.Errorf("%d lines of the log tell of new columns", n)
	}
	if strings.Contains(log, "jan@") || strings.Contains(contents(t, s.dir+"/lake"), "jan@") {
		t.Error("a name that is an address was told")
	}
	status, err := s.runner(cfg).Status(t.Context(), nil)
	if err != nil || !slices.Equal(status.Sources[0].NewColumns, columns) || !slices.Equal(status.Sources[0].NewValues, values) {
		t.Errorf("status %+v, error %v", status, err)
	}
	if manifests := contents(t, s.dir+"/lake/manifests"); strings.Count(manifests, `"new_values":["priority=sky-high","status=parked"]`) != 2 {
		t.Error("the manifests do not name the values")
	}

	// Mapped, the field is no news.
	cfg = s.config(ticketsSource + "    fields: { mood: attributes.mood }\n")
	if r := s.run(cfg).Sources[0]; r.Transformed != 3 || r.NewColumns != nil {
		t.Errorf("report %+v", r)
	}
	s.want("SELECT count() FROM waymark_raw.ticket WHERE attributes['mood'] = 'blue'", "6")
	status, err = s.runner(cfg).Status(t.Context(), nil)
	if err != nil || !slices.Equal(status.Sources[0].NewColumns, columns[:1]) {
		t.Errorf("status %+v, error %v", status, err)
	}
	s.verify(cfg)
}

// A required column that is missing or holds something else sets the object aside, however small it is; the last good
// version stays published.
func TestBrokenContract(t *testing.T) {
	s := newSite(t, "fct_ticket", "fct_survey_response")
	cfg := s.config(ticketsSource + surveySource)
	s.write("in/a.ndjson", tickets(1, 5, ""), 9*time.Hour)
	s.write("in/a.csv", surveys(0, 5), 9*time.Hour)
	s.run(cfg)
	before := s.marts()
	for i, c := range []struct{ file, text, reason, message string }{
		{"in/a.ndjson", strings.ReplaceAll(tickets(1, 5, ""), `"id"`, `"number"`), "too_many_rejects", "none of 5"},
		{"in/a.ndjson", strings.ReplaceAll(tickets(1, 40, ""), `"created_at":"`, `"created_at":"on `), "too_many_rejects", "none of 40"},
		{"in/a.csv", strings.ReplaceAll(surveys(0, 5), "answered_at", "moment"), "missing_required", ""},
		{"in/a.csv", strings.ReplaceAll(surveys(0, 5), ",nps,", ",nps,n"), "too_many_rejects", "none of 5"},
		{"in/a.csv", strings.ReplaceAll(surveys(0, 400), ",2026-01-01", ",first"), "too_many_rejects", "80 of 400"},
	} {
		s.write(c.file, c.text, time.Duration(8-i)*time.Hour)
		report := s.run(cfg)
		found := false
		for _, of := range report.Sources {
			for _, q := range of.Quarantined {
				found = found || strings.HasSuffix(q.Object, c.file) && q.Reason == c.reason && strings.Contains(q.Message, c.message)
			}
		}
		if !found {
			t.Errorf("%s %d: report %+v", c.file, i, report.Sources)
		}
		if s.marts() != before {
			t.Errorf("%s %d: the marts changed", c.file, i)
		}
	}
	s.verify(cfg)
}
