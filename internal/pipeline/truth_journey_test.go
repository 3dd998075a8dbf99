package pipeline_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"waymark/internal/sampledata"
)

// step is one event of a customer as the oracle reads it. Who a customer is comes from identity, which has its own truth;
// everything from there on is told in Go, event by event.
type step struct {
	customer, id, kind, stage, touchpoint, channel, session, ticket, order, export, scoreKind, score, tie string
	at                                                                                                    time.Time
	goal                                                                                                  bool
	opens                                                                                                 bool // a contact with service
	place                                                                                                 string
}

// journeyTold is a journey as the oracle tells it.
type journeyTold struct {
	customer                                                              string
	first, last                                                           time.Time
	path                                                                  []string
	sessions                                                              map[string]bool
	events, orders, contacts, repeats, abandoned, reopens, scores, lowest int
	value                                                                 float64
	channels                                                              []string
}

var outOfSight = []string{"email_sent", "email_bounced", "survey_sent", "ticket_noted", "ticket_assigned", "ticket_field_changed", "ticket_status_changed"}

// checkJourneys holds every journey to an oracle, and their sums to what the shop knows.
func checkJourneys(t *testing.T, s *site, truth *sampledata.Truth) {
	told, last := tellJourneys(t, s), lastEvent(t, s)
	got := map[string]bool{}
	for _, row := range s.query(`SELECT customer_key, toString(started_at), toString(ended_at), events, sessions, path, outcome, orders, toFloat64(ifNull(value_reporting, 0)),
		contacts, repeat_contacts, checkouts_abandoned, reopens, scores, low_scores, first_channel, last_channel, channels FROM waymark_mart.fct_journey`) {
		got[row] = true
	}
	equal(t, "journeys", len(got), len(told))
	wrong := 0
	for i, j := range told {
		latest := i+1 == len(told) || told[i+1].customer != j.customer
		if row := j.row(latest, last); !got[row] {
			if wrong++; wrong <= 10 {
				t.Errorf("no such journey: %s", row)
			}
		}
	}
	w := truth.Web.All
	s.want("SELECT sum(sessions), sum(checkouts_abandoned), sum(orders), toString(sum(value_reporting)) FROM cx_bi.fct_journey",
		fmt.Sprintf("%d|%d|%d|%s", w.Sessions, w.CheckoutsAbandoned, truth.Shop.All.Orders, exact(truth.Shop.All.Revenue)))
	checkMoments(t, s)
}

// lastEvent is the time of the last event that says how far the data go: the end of a deal may be dated ahead.
func lastEvent(t *testing.T, s *site) (last time.Time) {
	t.Helper()
	for _, row := range s.query("SELECT event_type, toUnixTimestamp64Micro(max(occurred_at)) FROM waymark_mart.fct_journey_event GROUP BY event_type") {
		kind, text, _ := strings.Cut(row, "|")
		us, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if at := time.UnixMicro(us).UTC(); kind != "opportunity_won" && kind != "opportunity_lost" && at.After(last) {
			last = at
		}
	}
	return last
}

// tellJourneys cuts every customer's events into journeys, in order of customer and time.
func tellJourneys(t *testing.T, s *site) (told []*journeyTold) {
	t.Helper()
	ratings, values := map[string]bool{}, map[string]float64{}
	for _, id := range s.query("SELECT response_key FROM waymark_mart.fct_survey_response") {
		ratings[id] = true
	}
	for _, row := range s.query("SELECT order_id, toFloat64(ifNull(net_reporting, 0)) FROM waymark_mart.fct_order") {
		id, v, _ := strings.Cut(row, "|")
		values[id], _ = strconv.ParseFloat(v, 64)
	}
	var steps []*step
	best := map[string]*step{} // by order
	for _, row := range s.query(`SELECT customer_key, event_id, event_type, stage, touchpoint, channel, session_key, ticket_id, order_id, export, score_kind,
		toString(score), leftPad(toString(bitShiftRight(cityHash64(event_id), 2)), 20, '0'), toUnixTimestamp64Micro(occurred_at) FROM waymark_mart.fct_journey_event
		WHERE notEmpty(customer_key) AND NOT is_generic`) {
		c := strings.Split(row, "|")
		us, err := strconv.ParseInt(c[13], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		e := &step{customer: c[0], id: c[1], kind: c[2], stage: c[3], touchpoint: c[4], channel: c[5], session: c[6], ticket: c[7], order: c[8], export: c[9],
			scoreKind: c[10], score: c[11], tie: c[12], at: time.UnixMicro(us).UTC()}
		if slices.Contains(outOfSight, e.kind) || e.kind == "ticket_rated" && !ratings[e.id] {
			continue
		}
		if e.kind == "order_placed" && !slices.Contains([]string{"", "(not set)", "null", "undefined"}, strings.ToLower(e.order)) {
			if b := best[e.order]; b == nil || e.before(b) {
				best[e.order] = e
			}
			continue
		}
		steps = append(steps, e)
	}
	for _, e := range best {
		e.goal = true
		steps = append(steps, e)
	}
	slices.SortFunc(steps, func(a, b *step) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), a.at.Compare(b.at), cmp.Compare(a.turn(), b.turn()), cmp.Compare(a.tie, b.tie))
	})
	tellContacts(steps)
	visits := tellVisits(steps)
	var j *journeyTold
	var over bool // the visit that reached the goal has ended
	contact := map[string]*step{}
	for i, e := range steps {
		if j == nil || j.customer != e.customer || over || e.at.Sub(steps[i-1].at) > 30*24*time.Hour {
			j = &journeyTold{customer: e.customer, first: e.at, sessions: map[string]bool{}}
			told = append(told, j)
		}
		v := visits[e.visit()]
		j.add(e, contact[e.customer], values)
		if e.kind == "checkout_started" && v.checkout == e && !v.order {
			j.abandoned++
		}
		if e.opens {
			contact[e.customer] = e
		}
		over = v.goal && v.last == e
	}
	return told
}

// before orders the reports of one order: web analytics first.
func (e *step) before(o *step) bool {
	if books := e.export == "orders"; books != (o.export == "orders") {
		return !books
	}
	return e.at.Before(o.at) || e.at.Equal(o.at) && e.id < o.id
}

// turn orders events of one instant.
func (e *step) turn() int {
	switch {
	case slices.Contains([]string{"session_started", "ticket_created", "chat_started", "lead_created", "opportunity_created", "contract_started"}, e.kind):
		return 0
	case slices.Contains([]string{"order_placed", "ticket_solved", "chat_ended", "lead_converted", "opportunity_won", "opportunity_lost", "contract_ended"}, e.kind):
		return 2
	}
	return 1
}

// tellContacts finds the events that begin a contact with service: of a ticket the first, whatever tells of it.
func tellContacts(steps []*step) {
	first := map[string]*step{}
	for _, e := range steps {
		if e.stage != "service" || !slices.Contains([]string{"ticket_created", "chat_started", "call_answered"}, e.kind) {
			continue
		}
		key := e.customer + e.ticket
		if e.ticket == "" {
			key = e.id
		}
		if f := first[key]; f == nil || e.at.Before(f.at) || e.at.Equal(f.at) && e.kind == "ticket_created" {
			first[key] = e
		}
	}
	for _, e := range first {
		e.opens = true
	}
}

func (e *step) visit() string {
	if strings.Trim(e.session, "0-") == "" {
		return e.id
	}
	return e.customer + e.session
}

// visitTold is one visit of one customer.
type visitTold struct {
	last, checkout *step
	goal, order    bool
}

// tellVisits finds the visits and puts every event at its place: what is about the visit as such is where the event before
// it in the visit was, else where the first one is.
func tellVisits(steps []*step) map[string]*visitTold {
	visits, members := map[string]*visitTold{}, map[string][]*step{}
	for _, e := range steps {
		v := visits[e.visit()]
		if v == nil {
			v = &visitTold{}
			visits[e.visit()] = v
		}
		members[e.visit()] = append(members[e.visit()], e)
		v.last, v.goal, v.order = e, v.goal || e.goal, v.order || e.goal && e.kind == "order_placed"
		if e.kind == "checkout_started" && v.checkout == nil {
			v.checkout = e
		}
	}
	for _, list := range members {
		at := ""
		for _, e := range list {
			if e.touchpoint != "website" {
				at = e.stage + "/" + e.touchpoint
			}
			e.place = at
		}
		first := slices.IndexFunc(list, func(e *step) bool { return e.place != "" })
		for i, e := range list {
			switch {
			case first < 0:
				e.place = e.stage + "/" + e.touchpoint
			case i < first:
				e.place = list[first].place
			}
		}
	}
	return visits
}

func (j *journeyTold) add(e, contact *step, values map[string]float64) {
	j.last = e.at
	j.events++
	if n := len(j.path); n == 0 || j.path[n-1] != e.place {
		j.path = append(j.path, e.place)
	}
	if strings.Trim(e.session, "0-") != "" {
		j.sessions[e.session] = true
	}
	if e.goal {
		j.orders++
		j.value += values[e.order]
	}
	if e.opens {
		j.contacts++
		if contact != nil && e.at.Sub(contact.at) <= 72*time.Hour && (e.ticket == "" || e.ticket != contact.ticket) {
			j.repeats++
		}
	}
	if e.kind == "ticket_reopened" {
		j.reopens++
	}
	if score, err := strconv.ParseFloat(e.score, 64); err == nil && slices.Contains([]string{"ticket_rated", "survey_answered"}, e.kind) {
		j.scores++
		if limit := map[string]float64{"nps": 6, "ces": 3, "csat": 2, "rating": 2}[e.scoreKind]; score <= limit {
			j.lowest++
		}
	}
	if e.channel != "" {
		j.channels = append(j.channels, e.channel)
	}
}

// row spells the journey as the query does.
func (j *journeyTold) row(latest bool, last time.Time) string {
	zone, _ := time.LoadLocation(sampledata.TimeZone)
	day := func(at time.Time) time.Time {
		y, m, d := at.In(zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	outcome := "abandoned"
	if j.orders > 0 {
		outcome = "converted"
	} else if latest && !day(j.last).AddDate(0, 0, 30).Before(day(last)) {
		outcome = "open"
	}
	path := strings.Join(j.path[:min(len(j.path), 40)], " > ")
	if len(j.path) > 40 {
		path += " > …"
	}
	first, end, distinct := "", "", map[string]bool{}
	for i, c := range j.channels {
		if i == 0 {
			first = c
		}
		end, distinct[c] = c, true
	}
	stamp := func(at time.Time) string { return at.Truncate(time.Millisecond).Format("2006-01-02 15:04:05.000") }
	return fmt.Sprintf("%s|%s|%s|%d|%d|%s|%s|%d|%s|%d|%d|%d|%d|%d|%d|%s|%s|%d", j.customer, stamp(j.first), stamp(j.last), j.events, len(j.sessions), path, outcome, j.orders,
		strconv.FormatFloat(round4(j.value), 'f', -1, 64), j.contacts, j.repeats, j.abandoned, j.reopens, j.scores, j.lowest, first, end, len(distinct))
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
