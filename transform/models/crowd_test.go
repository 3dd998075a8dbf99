package models_test

import (
	"fmt"
	"testing"
	"time"

	"waymark/transform/models"
)

// How often one visitor comes (a bot, a monitor) and one ticket changes (a rule that goes in circles).
const (
	crowdVisits  = 5000
	crowdOrders  = 1000 // of one of them; every fifth visit
	crowdChanges = 20000
)

// testCrowd builds and tests every model from three visitors and a ticket without end in 256 MiB: what a model keeps of one customer or ticket
// grows with the number of its events, not with its square.
func testCrowd(t *testing.T, w *warehouse, list []models.Model) {
	c := testCase{params: models.Defaults(), rows: map[string][]map[string]any{}}
	add := func(minutes int, row map[string]any) {
		row["occurred_at"] = time.Date(2026, 1, 1, 0, minutes, 0, 0, time.UTC).Format("2006-01-02 15:04:05.000000")
		c.rows["journey_event"] = append(c.rows["journey_event"], row)
		c.completeEvent(t, len(c.rows["journey_event"]), row)
	}
	ticket := func(minutes int, event string, row map[string]any) {
		row["system"], row["event_type"], row["ticket_id"], row["stage"] = "zendesk", event, "1", "service"
		add(minutes, row)
	}
	ticket(0, "ticket_created", map[string]any{"contact_id": uuidOf("@c")})
	for i := range crowdVisits {
		if i%(crowdVisits/crowdOrders) == 0 {
			add(20*i+3, map[string]any{"system": "ga4", "event_type": "order_placed", "device_id": uuidOf("@buyer"), "session_id": i + 1, "order_id": fmt.Sprint("b", i), "amount": "7", "currency": c.params["currency"]})
		}
		for _, who := range []string{"@buyer", "@once", "@looker"} {
			add(20*i, map[string]any{"system": "ga4", "event_type": "page_viewed", "device_id": uuidOf(who), "session_id": i + 1,
				"channel": []string{"organic", "direct", "email"}[i%3], "source": "example.com", "page_path": "/"})
		}
	}
	for i := range crowdChanges {
		states := []string{"open", "solved"}
		ticket(5*i+1, "ticket_status_changed", map[string]any{"state_from": states[i%2], "state_to": states[1-i%2]})
		ticket(5*i+2, "ticket_replied", map[string]any{"is_public": true, "is_agent": true, "agent_id": "7"})
	}
	add(20*crowdVisits, map[string]any{"system": "ga4", "event_type": "order_placed", "device_id": uuidOf("@once"), "session_id": crowdVisits + 1, "order_id": "1", "amount": "7", "currency": c.params["currency"]})
	w.load(c.rows)
	w.settings = map[string]string{"max_memory_usage": fmt.Sprint(256 << 20), "max_threads": "2"}
	all := map[string]bool{}
	for _, m := range list {
		all[m.Name] = true
	}
	w.build(list, all, c.params)
	check(t, w, want{name: "touches", table: "attribution_path", columns: []string{"conversion_id", "count()", "min(position)", "max(touched_at) < converted_at"},
		rest: "WHERE conversion_id IN ('', '1', 'b0', 'b4995') GROUP BY conversion_id, converted_at", rows: [][]string{
			{"''", fmt.Sprint(crowdVisits + crowdVisits/crowdOrders - 1), "1", "0"}, // the last visits led to no order
			{"1", "100", "1", "0"}, {"b0", "1", "1", "1"}, {"b4995", "100", "1", "1"},
		}})
	check(t, w, want{name: "credits", table: "fct_attribution", columns: []string{"count()", "uniqExact(conversion_id)", "round(sum(credit), 6)"}, rest: "WHERE model = 'linear'", rows: [][]string{
		{fmt.Sprint(100*(crowdOrders+1) - 1030), fmt.Sprint(crowdOrders + 1), fmt.Sprint(crowdOrders + 1)}, // the first 20 have 1, 6, … 96
	}})
	check(t, w, want{name: "ticket", table: "ticket_timeline", columns: []string{"length(states)", "count_public_agent_comments"}, rows: [][]string{{fmt.Sprint(crowdChanges + 1), fmt.Sprint(crowdChanges)}}})
}
