package models_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The oracle computes fct_ticket from Zendesk's raw exports with encoding/json and by counting minutes one by one on the
// wall clock. It shares nothing with the pipeline.

type zdTicket struct {
	ID        int64     `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Status    string    `json:"status"`
	Priority  string    `json:"priority"`
	GroupID   *int64    `json:"group_id"`
	Assignee  *int64    `json:"assignee_id"`
	Via       struct {
		Channel string `json:"channel"`
	} `json:"via"`
}

type zdAudit struct {
	ID        int64     `json:"id"`
	TicketID  int64     `json:"ticket_id"`
	CreatedAt time.Time `json:"created_at"`
	Events    []struct {
		ID       int64  `json:"id"`
		Type     string `json:"type"`
		Field    string `json:"field_name"`
		Value    any    `json:"value"`
		Public   bool   `json:"public"`
		AuthorID int64  `json:"author_id"`
	} `json:"events"`
}

type zdUser struct {
	ID   int64  `json:"id"`
	Role string `json:"role"`
}

type zdSchedule struct {
	Schedule struct {
		TimeZone  string              `json:"time_zone"`
		Intervals []map[string]int64  `json:"intervals"`
		Holidays  []map[string]string `json:"holidays"`
	} `json:"schedule"`
}

func readLines[T any](t *testing.T, path string) (out []T) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// desk answers whether a minute is a working minute.
type desk struct {
	zone     *time.Location
	weekly   []map[string]int64
	holidays map[string]bool
}

func readDesk(t *testing.T, path string) desk {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var s zdSchedule
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(map[string]string{"London": "Europe/London"}[s.Schedule.TimeZone])
	if err != nil {
		t.Fatal(err)
	}
	d := desk{zone: zone, weekly: s.Schedule.Intervals, holidays: map[string]bool{}}
	for _, h := range s.Schedule.Holidays {
		first, _ := time.Parse(time.DateOnly, h["start_date"])
		last, _ := time.Parse(time.DateOnly, h["end_date"])
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			d.holidays[day.Format(time.DateOnly)] = true
		}
	}
	return d
}

func (d desk) works(at time.Time) bool {
	local := at.In(d.zone)
	if d.holidays[local.Format(time.DateOnly)] {
		return false
	}
	minute := int64(local.Weekday())*24*60 + int64(local.Hour())*60 + int64(local.Minute())
	for _, i := range d.weekly {
		if minute >= i["start_time"] && minute < i["end_time"] {
			return true
		}
	}
	return false
}

// minutes counts all and working minutes from a to b.
func (d desk) minutes(a, b time.Time) (calendar, business int) {
	for at := a; at.Before(b); at = at.Add(time.Minute) {
		calendar++
		if d.works(at) {
			business++
		}
	}
	return calendar, business
}

// oracleColumns are the columns that oracle computes, in its order; times in UTC.
var oracleColumns = strings.Fields(`ticket_id created_at first_solved_at last_solved_at status priority channel group first_assignee_id last_assignee_id
	first_reply_time_calendar_minutes first_reply_time_business_minutes first_resolution_calendar_minutes first_resolution_business_minutes
	full_resolution_calendar_minutes full_resolution_business_minutes requester_wait_time_calendar_minutes requester_wait_time_business_minutes
	agent_wait_time_calendar_minutes agent_wait_time_business_minutes on_hold_time_calendar_minutes on_hold_time_business_minutes
	count_resolutions count_reopens count_public_agent_comments count_agent_comments count_end_user_comments count_internal_comments
	unique_assignee_count is_one_touch_resolution is_two_touch_resolution first_satisfaction_score last_satisfaction_score`)

func oracle(t *testing.T, dir string) [][]string {
	t.Helper()
	audits := readLines[zdAudit](t, filepath.Join(dir, "ticket_audits.ndjson"))
	slices.SortFunc(audits, func(a, b zdAudit) int { return int(a.ID - b.ID) })
	slices.SortStableFunc(audits, func(a, b zdAudit) int { return a.CreatedAt.Compare(b.CreatedAt) })
	agents := map[int64]bool{}
	for _, u := range readLines[zdUser](t, filepath.Join(dir, "users.ndjson")) {
		agents[u.ID] = u.Role == "agent" || u.Role == "admin"
	}
	d := readDesk(t, filepath.Join(dir, "schedule.json"))
	var rows [][]string
	for _, ticket := range readLines[zdTicket](t, filepath.Join(dir, "tickets.ndjson")) {
		rows = append(rows, oracleRow(d, agents, ticket, audits))
	}
	return rows
}

// told is what a walk over a ticket's audits finds.
type told struct {
	status                                string
	since                                 time.Time
	firstSolved, lastSolved, reply        time.Time
	resolutions, reopens                  int
	publicAgent, agent, endUser, internal int
	assignees, ratings                    []string
	requester, pending, hold              [2]int
}

func oracleRow(d desk, agents map[int64]bool, ticket zdTicket, audits []zdAudit) []string {
	w := told{}
	for _, a := range audits {
		if a.TicketID != ticket.ID {
			continue
		}
		for _, e := range a.Events {
			value, _ := e.Value.(string)
			switch {
			case e.Type == "Comment":
				w.comment(agents[e.AuthorID], e.Public, a.CreatedAt, ticket.CreatedAt)
			case e.Field == "status":
				w.move(d, value, a.CreatedAt)
			case e.Field == "assignee_id" && value != "":
				w.assignees = append(w.assignees, value)
			case e.Field == "satisfaction_score" && value == "good":
				w.ratings = append(w.ratings, "5")
			case e.Field == "satisfaction_score" && value == "bad":
				w.ratings = append(w.ratings, "1")
			}
		}
	}
	return w.row(d, ticket)
}

func (w *told) comment(agent, public bool, at, created time.Time) {
	switch {
	case agent && public:
		w.publicAgent++
		w.agent++
		if w.reply.IsZero() && at.After(created) {
			w.reply = at
		}
	case agent:
		w.agent++
	default:
		w.endUser++
	}
	if !public {
		w.internal++
	}
}

func (w *told) move(d desk, status string, at time.Time) {
	if w.status != "" {
		calendar, business := d.minutes(w.since, at)
		for _, c := range []struct {
			sum *[2]int
			of  []string
		}{{&w.requester, []string{"new", "open", "hold"}}, {&w.pending, []string{"pending"}}, {&w.hold, []string{"hold"}}} {
			if slices.Contains(c.of, w.status) {
				c.sum[0] += calendar
				c.sum[1] += business
			}
		}
	}
	if status == "solved" {
		w.resolutions++
		w.lastSolved = at
		if w.firstSolved.IsZero() {
			w.firstSolved = at
		}
	}
	if w.status == "solved" && status != "closed" && status != "solved" {
		w.reopens++
	}
	w.status, w.since = status, at
}

func (w *told) row(d desk, ticket zdTicket) []string {
	stamp := func(at time.Time) string {
		if at.IsZero() {
			return "-"
		}
		return at.UTC().Format(time.DateTime)
	}
	row := []string{strconv.FormatInt(ticket.ID, 10), stamp(ticket.CreatedAt), stamp(w.firstSolved), stamp(w.lastSolved), ticket.Status,
		ticket.Priority, ticket.Via.Channel, text(ticket.GroupID), "''", text(ticket.Assignee)}
	if len(w.assignees) > 0 {
		row[8] = w.assignees[0]
	}
	for _, end := range []time.Time{w.reply, w.firstSolved, w.lastSolved} {
		if end.IsZero() {
			row = append(row, "-", "-")
			continue
		}
		calendar, business := d.minutes(ticket.CreatedAt, end)
		row = append(row, strconv.Itoa(calendar), strconv.Itoa(business))
	}
	for _, pair := range [][2]int{w.requester, w.pending, w.hold, {w.resolutions, w.reopens}, {w.publicAgent, w.agent}, {w.endUser, w.internal}} {
		row = append(row, strconv.Itoa(pair[0]), strconv.Itoa(pair[1]))
	}
	slices.Sort(w.assignees)
	done := ticket.Status == "solved" || ticket.Status == "closed"
	row = append(row, strconv.Itoa(len(slices.Compact(w.assignees))), strconv.FormatBool(done && w.publicAgent == 1), strconv.FormatBool(done && w.publicAgent == 2))
	if len(w.ratings) == 0 {
		return append(row, "-", "-")
	}
	return append(row, w.ratings[0], w.ratings[len(w.ratings)-1])
}

func text(n *int64) string {
	if n == nil {
		return "''"
	}
	return strconv.FormatInt(*n, 10)
}
