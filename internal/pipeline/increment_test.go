package pipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"waymark/internal/pipeline"
)

// built says how each model of a report was built.
func built(r *pipeline.Report) map[string]pipeline.ModelReport {
	out := map[string]pipeline.ModelReport{}
	for _, m := range r.Models {
		out[m.Model] = m
	}
	return out
}

// events makes GA4 events of visitors first … first+n-1 on a day of January 2026; every third one also logs in, as one of
// five users.
func events(day, first, n int) string {
	var b strings.Builder
	at := time.Date(2026, 1, day, 10, 0, 0, 0, time.UTC)
	for i := first; i < first+n; i++ {
		user := ""
		if i%3 == 0 {
			user = fmt.Sprintf(`"user_id":"u%d",`, i%5)
		}
		for k, name := range []string{"session_start", "page_view", "add_to_cart", "purchase"} {
			fmt.Fprintf(&b, `{"event_date":"202601%02d","event_timestamp":"%d","event_name":%q,%s"user_pseudo_id":"v%d","event_params":[{"key":"ga_session_id","value":{"int_value":"%d"}},{"key":"transaction_id","value":{"string_value":"T%d"}},{"key":"currency","value":{"string_value":"EUR"}},{"key":"value","value":{"int_value":"%d"}}],"ecommerce":{"transaction_id":"T%d","purchase_revenue":%d.5},"platform":"WEB"}`+"\n",
				day, at.Add(time.Duration(i*60+k)*time.Second).UnixMicro(), name, user, i, day*1000+i, i, 10+i, i, 10+i)
		}
	}
	return b.String()
}

// night makes GA4 events of one session, minutes after the midnight that begins 14 January 2026.
func night(minutes ...int) string {
	var b strings.Builder
	for _, m := range minutes {
		at := time.Date(2026, 1, 14, 0, m, 0, 0, time.UTC)
		fmt.Fprintf(&b, `{"event_date":"20260114","event_timestamp":"%d","event_name":"page_view","user_pseudo_id":"night","event_params":[{"key":"ga_session_id","value":{"int_value":"77"}}],"platform":"WEB"}`+"\n", at.UnixMicro())
	}
	return b.String()
}

// New rows on one day build this day's events and this month's sessions, nothing else; corrections, deletions and late
// rows do the same, and what results is what one run over everything gives.
func TestModelsAreBuiltForWhatChanged(t *testing.T) {
	t.Parallel()
	sources := surveySource + "  - { name: web, system: ga4, export: events, location: \"$DIR/web/*.json*\" }\n"
	steps := []struct {
		name string
		do   func(s *site)
		days int // partitions of fct_journey_event that change
	}{
		{"a new day", func(s *site) { s.write("web/events_20260120.json", events(20, 0, 30), 5*time.Hour) }, 1},
		{"a late row, and a session of two days goes on", func(s *site) {
			s.write("web/late.json", events(3, 900, 1), 5*time.Hour)
			s.write("web/night_2.json", night(24*60+5), 5*time.Hour)
		}, 2},
		{"a correction", func(s *site) { s.write("web/events_20260105.json", events(5, 2, 60), 4*time.Hour) }, 1},
		{"answers of five days", func(s *site) { s.write("in/b.csv", surveys(200, 40), 4*time.Hour) }, 5},
		{"answers that move to other days", func(s *site) {
			s.write("in/b.csv", strings.ReplaceAll(surveys(200, 40), "2026-01-0", "2026-02-1"), 3*time.Hour)
		}, 10},
		{"other days for the same answers, in other objects, one of them in another quarter", func(s *site) {
			s.write("in/c.csv", strings.ReplaceAll(surveys(200, 10), "2026-01-0", "2026-02-2"), 2*time.Hour)
			s.write("in/d.csv", strings.ReplaceAll(surveys(200, 5), "2026-01-0", "2026-05-1"), time.Hour)
		}, 15},
	}
	s := newWholeSite(t)
	cfg := s.config(sources)
	first := func(s *site) {
		s.write("in/a.csv", surveys(0, 60), 6*time.Hour)
		for day := 1; day <= 12; day++ {
			s.write(fmt.Sprintf("web/events_202601%02d.json", day), events(day, day, 50), 6*time.Hour)
		}
		s.write("web/night_1.json", night(-10, 15), 6*time.Hour)
	}
	first(s)
	if r := built(s.run(cfg)); r["fct_journey_event"].ByKey {
		t.Error("the first run cannot know what changed")
	}
	for _, step := range steps {
		step.do(s)
		r := built(s.run(cfg))
		for _, name := range []string{"fct_journey_event", "session_base", "fct_session", "dim_customer", "journey_step", "fct_journey", "journey_edge",
			"journey_stage_touchpoint", "record_event", "identity_edge", "identity_identifier"} {
			if m, ok := r[name]; ok && !m.ByKey {
				t.Errorf("%s: %s was built whole", step.name, name)
			}
		}
		for _, name := range []string{"ticket_customer", "ticket_timeline", "fct_ticket"} {
			if m, ok := r[name]; ok && !m.Untouched {
				t.Errorf("%s: %s was built although nobody wrote a ticket", step.name, name)
			}
		}
		if m, ok := r["fct_survey_response"]; ok && m.Untouched == strings.Contains(step.name, "answers") {
			t.Errorf("%s: fct_survey_response: %+v", step.name, m)
		}
		if got := r["fct_journey_event"].Published; got != step.days {
			t.Errorf("%s: %d days of events were published, want %d", step.name, got, step.days)
		}
		s.verify(cfg)
	}
	clean := newWholeSite(t)
	first(clean)
	for _, step := range steps {
		step.do(clean)
	}
	clean.run(clean.config(sources))
	if got, want := s.marts(), clean.marts(); got != want {
		t.Errorf("marts after all changes:\n%s\nmarts of one run over everything:\n%s", got, want)
	}
}
