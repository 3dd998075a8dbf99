package sampledata

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type zendeskAudit struct {
	ID      int64
	Ticket  int64     `json:"ticket_id"`
	Created time.Time `json:"created_at"`
	Author  int64     `json:"author_id"`
	Events  []struct {
		Type, Value string
		Field       string `json:"field_name"`
		Public      bool
	}
}

// audits returns the distinct audits of each ticket in order.
func (m made) audits(t *testing.T) map[int64][]zendeskAudit {
	t.Helper()
	seen, out := map[int64]bool{}, map[int64][]zendeskAudit{}
	m.lines("zendesk/ticket_audits/", func(name string, line []byte) {
		var a zendeskAudit
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !seen[a.ID] {
			seen[a.ID] = true
			out[a.Ticket] = append(out[a.Ticket], a)
		}
	})
	if n := int64(len(seen)); n != m.truth.Sources["ticket-audits"].Distinct {
		t.Errorf("%d audits, truth says %d", n, m.truth.Sources["ticket-audits"].Distinct)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b zendeskAudit) int { return int(a.ID - b.ID) })
	}
	return out
}

// TestTicketTruthAgreesWithTheAudits recomputes every ticket from the text of its audits, with business minutes counted
// by a loop over wall-clock minutes here.
func TestTicketTruthAgreesWithTheAudits(t *testing.T) {
	m := mustGenerate(t, Options{Seed: 11, Scale: 0.03})
	audits, checked := m.audits(t), 0
	for _, row := range m.truth.TicketRow {
		if row.System != "zendesk" {
			continue
		}
		var id int64
		if _, err := fmt.Sscan(row.TicketID, &id); err != nil {
			t.Fatal(err)
		}
		got := recompute(t, m, row, audits[id])
		if diff := cmp.Diff(row, got); diff != "" {
			t.Fatalf("ticket %s (-truth +audits)\n%s", row.TicketID, diff)
		}
		checked++
	}
	if checked < 40 {
		t.Errorf("only %d tickets were checked", checked)
	}
}

func recompute(t *testing.T, m made, row *TicketTruth, audits []zendeskAudit) *TicketTruth {
	t.Helper()
	got := &TicketTruth{System: "zendesk", TicketID: row.TicketID, CreatedAt: row.CreatedAt, Priority: row.Priority, Channel: row.Channel}
	created := audits[0].Created
	began := created
	wait := map[string][2]float64{}
	assignees := map[string]bool{}
	working := workingMinutes(t, m.truth)
	pair := func(from, to time.Time) (*float64, *float64) {
		return ptr(to.Sub(from).Minutes()), ptr(working(from, to))
	}
	for _, a := range audits {
		agent := a.Author > 0 && a.Author < 10_000
		for _, e := range a.Events {
			switch {
			case e.Type == "Comment":
				got.AgentComments += boolInt(agent)
				got.PublicAgentComments += boolInt(agent && e.Public)
				got.EndUserComments += boolInt(!agent)
				got.InternalComments += boolInt(!e.Public)
				if agent && e.Public && a.Created.After(created) && got.FirstReplyCalendar == nil {
					got.FirstReplyCalendar, got.FirstReplyBusiness = pair(created, a.Created)
				}
			case e.Field == "status":
				if got.Status != "" {
					w := wait[got.Status]
					wait[got.Status] = [2]float64{w[0] + a.Created.Sub(began).Minutes(), w[1] + working(began, a.Created)}
				}
				was := got.Solved()
				got.Status, began = e.Value, a.Created
				if got.Solved() && !was {
					got.Resolutions++
					got.LastSolvedAt = ptr(a.Created.Format(time.RFC3339))
					got.FullResolutionCalendar, got.FullResolutionBusiness = pair(created, a.Created)
					if got.Resolutions == 1 {
						got.FirstSolvedAt, got.FirstResolutionCalendar, got.FirstResolutionBusiness = got.LastSolvedAt, got.FullResolutionCalendar, got.FullResolutionBusiness
					}
				}
				got.Reopens += boolInt(was && !got.Solved())
			case e.Field == "assignee_id":
				if got.FirstAssignee == "" {
					got.FirstAssignee = e.Value
				}
				got.LastAssignee, assignees[e.Value] = e.Value, true
			case e.Field == "group_id":
				got.Group = e.Value
			case e.Field == "satisfaction_score" && e.Value != "offered":
				got.LastSatisfaction = ptr(map[string]float64{"good": 5, "bad": 1}[e.Value])
				if got.FirstSatisfaction == nil {
					got.FirstSatisfaction = got.LastSatisfaction
				}
			}
		}
	}
	got.UniqueAssignees = len(assignees)
	got.RequesterWaitCalendar, got.RequesterWaitBusiness = ptr(wait["new"][0]+wait["open"][0]+wait["hold"][0]), ptr(wait["new"][1]+wait["open"][1]+wait["hold"][1])
	got.AgentWaitCalendar, got.AgentWaitBusiness = ptr(wait["pending"][0]), ptr(wait["pending"][1])
	got.OnHoldCalendar, got.OnHoldBusiness = ptr(wait["hold"][0]), ptr(wait["hold"][1])
	got.OneTouch, got.TwoTouch = ptr(got.Solved() && got.PublicAgentComments == 1), ptr(got.Solved() && got.PublicAgentComments == 2)
	return got
}

// workingMinutes counts second by second at the edges and minute by minute between, from the schedule as exported.
func workingMinutes(t *testing.T, truth *Truth) func(from, to time.Time) float64 {
	t.Helper()
	zone, err := time.LoadLocation(truth.TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGenerator(Options{Days: truth.Days})
	if err != nil {
		t.Fatal(err)
	}
	closed := g.holidays()
	works := func(at time.Time) bool {
		wall := at.In(zone)
		if slices.Contains(closed, wall.Format(time.DateOnly)) {
			return false
		}
		h := wall.Hour()
		switch wall.Weekday() {
		case time.Sunday:
			return h < 4
		case time.Saturday:
			return h >= 9 && h < 13 || h >= 20
		default:
			return h >= 8 && h < 18
		}
	}
	return func(from, to time.Time) float64 {
		seconds := 0
		for at := from; at.Before(to); {
			next := at.Truncate(time.Minute).Add(time.Minute)
			if next.After(to) {
				next = to
			}
			if works(at) {
				seconds += int(next.Sub(at) / time.Second)
			}
			at = next
		}
		return float64(seconds) / 60
	}
}

func TestTheClocksChangeInTheDesksNight(t *testing.T) {
	g, err := newGenerator(Options{})
	if err != nil {
		t.Fatal(err)
	}
	spring := g.midnight(83) // 2026-03-29, which has no 02:00 to 03:00
	if g.date(83) != "2026-03-29" || g.midnight(84)-spring != 23*3600 {
		t.Fatalf("day 83 is %s with %d s", g.date(83), g.midnight(84)-spring)
	}
	if got := g.clock.minutes(spring, spring+23*3600); got != 180 {
		t.Errorf("%v working minutes in the night of the change, want 180", got)
	}
	if got := g.clock.minutes(g.midnight(76), g.midnight(77)); got != 240 {
		t.Errorf("%v working minutes on the Sunday before, want 240", got)
	}
	if got := g.clock.minutes(g.midnight(1), g.midnight(2)); got != 0 {
		t.Errorf("%v working minutes on a holiday, want 0", got)
	}
}

// TestTicketVersions follows the newest version of each ticket through the exports, pages included.
func TestTicketVersions(t *testing.T) {
	m := mustGenerate(t, Options{Seed: 11, Scale: 0.05})
	type version struct {
		ID      int64
		Status  string
		Updated time.Time `json:"updated_at"`
		Group   int64     `json:"group_id"`
	}
	newest, records, pages := map[int64]version{}, int64(0), 0
	m.lines("zendesk/tickets/", func(name string, line []byte) {
		page := struct {
			Tickets []version
			version
		}{}
		if err := json.Unmarshal(line, &page); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list := page.Tickets
		if list == nil {
			list = []version{page.version}
		} else {
			pages++
		}
		for _, v := range list {
			records++
			if old := newest[v.ID]; !v.Updated.Before(old.Updated) {
				newest[v.ID] = v
			}
		}
	})
	s := m.truth.Sources["tickets"]
	if pages == 0 || records != s.Records || int64(len(newest)) != s.Distinct || records == s.Distinct {
		t.Errorf("%d records of %d tickets, %d pages; truth %+v", records, len(newest), pages, *s)
	}
	deleted := int64(0)
	for _, v := range newest {
		deleted += int64(boolInt(v.Status == "deleted"))
	}
	if deleted == 0 || deleted != s.Deleted {
		t.Errorf("%d tickets are deleted, truth says %d", deleted, s.Deleted)
	}
	for _, row := range m.truth.TicketRow {
		var id int64
		if row.System != "zendesk" {
			continue
		}
		_, _ = fmt.Sscan(row.TicketID, &id)
		if v := newest[id]; v.Status != row.Status || fmt.Sprint(v.Group) != row.Group {
			t.Errorf("ticket %d is %s in group %d, truth says %s in %s", id, v.Status, v.Group, row.Status, row.Group)
		}
	}
	for _, rate := range strings.Split(string(m.files["zendesk/satisfaction_ratings.ndjson"]), "\n") {
		if rate != "" && !json.Valid([]byte(rate)) {
			t.Errorf("not JSON: %s", rate)
		}
	}
}
