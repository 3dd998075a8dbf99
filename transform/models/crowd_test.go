package models_test

import (
	"fmt"
	"testing"
	"time"

	"waymark/transform/models"
)

// crowd is how often one visitor comes and one ticket changes: a bot, a monitor, a rule that goes in circles.
const crowd = 5000

// testCrowd builds every model from two visitors and a ticket without end in 256 MiB: what a model keeps of one customer or ticket grows with
// the number of its events, not with its square.
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
	for i := range crowd {
		for _, who := range []string{"@buyer", "@looker"} {
			add(20*i, map[string]any{"system": "ga4", "event_type": "page_viewed", "device_id": uuidOf(who), "session_id": i + 1,
				"channel": []string{"organic", "direct", "email"}[i%3], "source": "example.com", "page_path": "/"})
		}
		states := []string{"open", "solved"}
		ticket(20*i+1, "ticket_status_changed", map[string]any{"state_from": states[i%2], "state_to": states[1-i%2]})
		ticket(20*i+2, "ticket_replied", map[string]any{"is_public": true, "is_agent": true, "agent_id": "7"})
	}
	add(20*crowd, map[string]any{"system": "ga4", "event_type": "order_placed", "device_id": uuidOf("@buyer"), "session_id": crowd + 1, "order_id": "1", "amount": "7", "currency": c.params["currency"]})
	w.load(c.rows)
	w.settings = map[string]string{"max_memory_usage": fmt.Sprint(256 << 20)}
	for _, m := range list {
		w.fill(m, "waymark_mart.`"+m.Name+"`", c.params)
	}
	check(t, w, want{name: "touches", table: "attribution_path", columns: []string{"is_converted", "count()"}, rest: "GROUP BY 1", rows: [][]string{
		{"true", fmt.Sprint(crowd + 1)}, {"false", fmt.Sprint(crowd)},
	}})
	check(t, w, want{name: "credits", table: "fct_attribution", columns: []string{"count()", "round(sum(credit), 6)"}, rest: "WHERE model = 'markov'", rows: [][]string{{fmt.Sprint(crowd + 1), "1"}}})
	check(t, w, want{name: "ticket", table: "ticket_timeline", columns: []string{"length(states)", "count_public_agent_comments"}, rows: [][]string{{fmt.Sprint(crowd + 1), fmt.Sprint(crowd)}}})
}
