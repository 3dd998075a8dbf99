package models_test

import (
	"strings"
	"testing"

	"waymark/transform/models"
)

// testDayRefresh changes the raw tables and demands that StaleDays names exactly the days whose partitions differ, and
// that building those alone gives what building everything gives.
func testDayRefresh(t *testing.T, w *warehouse, list []models.Model) {
	c := readCase(t, "testdata/identity.txtar", models.Defaults())
	built := map[string]bool{"fct_journey_event": true}
	w.load(c.rows)
	w.expect(c.fails)
	w.build(list, built, c.params)
	var model models.Model
	for _, m := range list {
		if m.Name == "fct_journey_event" {
			model = m
		} else if m.StaleDays("t") != "" {
			t.Errorf("%s is no Day model", m.Name)
		}
	}
	stale := func() string {
		var days []string
		for _, row := range w.rows(model.StaleDays("waymark_mart.fct_journey_event"), c.params) {
			days = append(days, row[0])
		}
		return strings.Join(days, " ")
	}
	if got := stale(); got != "" {
		t.Fatalf("freshly built, and yet stale: %s", got)
	}

	// The opportunity of 2 February moves to 20 April; the author of a comment of 9 March turns out to be an agent, so
	// that the comment gets the agent's number.
	extra := readRows(t, "journey_event", []byte(`{"occurred_at":"2025-04-20 10:00:00","system":"salesforce","event_type":"opportunity_won",`+
		`"opportunity_id":"O1","record_id":"@r1","record_version":9,"event_id":"@new","event_date":"2025-04-20","row_hash":99}`))
	c.rows["journey_event"] = append(c.rows["journey_event"], extra...)
	c.rows["agent"] = append(c.rows["agent"], readRows(t, "agent", []byte(`{"system":"salesforce","agent_id":"7","contact_id":"@o7"}`))...)
	w.load(c.rows)
	w.build(list, map[string]bool{"ticket_customer": true}, c.params)
	if got, want := stale(), "2025-02-02 2025-03-09 2025-04-20"; got != want {
		t.Fatalf("stale days %s, want %s", got, want)
	}
	c.params["days"] = "['2025-02-02','2025-03-09','2025-04-20']"
	for _, id := range []string{"20250202", "20250309", "20250420"} {
		w.exec("ALTER TABLE waymark_mart.fct_journey_event DROP PARTITION ID '"+id+"'", nil, nil)
	}
	w.exec("INSERT INTO waymark_mart.fct_journey_event SELECT * FROM ("+model.SQL+")", c.params, nil)
	c.params["days"] = "[]"
	if got := stale(); got != "" {
		t.Errorf("still stale: %s", got)
	}
	days := w.rows("SELECT event_date, count() FROM waymark_mart.fct_journey_event WHERE event_date IN ('2025-02-02', '2025-03-09', '2025-04-20') GROUP BY 1 ORDER BY 1", nil)
	if len(days) != 2 || days[0][0] != "2025-03-09" || days[0][1] != "2" || days[1][1] != "1" {
		t.Errorf("partitions after the refresh: %v", days)
	}
}
