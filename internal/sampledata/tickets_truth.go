package sampledata

import (
	"slices"
)

// span is a time that a ticket spent in one status; to is 0 for the status it is in.
type span struct {
	status   string
	from, to int64
}

// spans cuts the course of a ticket by its changes of status.
func (t *ticket) spans() []span {
	var out []span
	for _, a := range t.audits {
		for _, s := range a.steps {
			if s.field != "status" {
				continue
			}
			if n := len(out); n > 0 {
				out[n-1].to = a.at
			}
			out = append(out, span{status: s.to, from: a.at})
		}
	}
	return out
}

// truth is the ticket as fct_ticket must show it.
func (g *generator) ticketTruth(t *ticket) *TicketTruth {
	row := &TicketTruth{
		System: "zendesk", TicketID: itoa(t.id), CreatedAt: instant(t.at), Priority: t.topic.priority, Channel: t.channel, Group: itoa(t.topic.group),
	}
	g.countSpans(row, t.spans(), t.at, g.clock.minutes)
	g.countComments(row, t)
	one, two := row.Solved() && row.PublicAgentComments == 1, row.Solved() && row.PublicAgentComments == 2
	row.OneTouch, row.TwoTouch = &one, &two
	return row
}

// countSpans fills in the times. A status counts when it has ended; the time in solved is nobody's wait.
func (g *generator) countSpans(row *TicketTruth, spans []span, created int64, business func(from, to int64) float64) {
	wait := map[string][2]float64{}
	var solved []int64
	for i, s := range spans {
		row.Status = s.status
		done, wasDone := isDone(s.status), i > 0 && isDone(spans[i-1].status)
		if done && !wasDone {
			solved = append(solved, s.from)
		}
		if wasDone && !done {
			row.Reopens++
		}
		if s.to > 0 {
			w := wait[s.status]
			w[0] += float64(s.to-s.from) / 60
			if business != nil {
				w[1] += business(s.from, s.to)
			}
			wait[s.status] = w
		}
	}
	row.Resolutions = len(solved)
	if len(solved) > 0 {
		first, last := solved[0], solved[len(solved)-1]
		row.FirstSolvedAt, row.LastSolvedAt = ptr(instant(first)), ptr(instant(last))
		row.FirstResolutionCalendar, row.FirstResolutionBusiness = both(created, first, business)
		row.FullResolutionCalendar, row.FullResolutionBusiness = both(created, last, business)
	}
	sum := func(column int, statuses ...string) *float64 {
		if column == 1 && business == nil {
			return nil
		}
		total := 0.0
		for _, s := range statuses {
			total += wait[s][column]
		}
		return &total
	}
	row.RequesterWaitCalendar, row.RequesterWaitBusiness = sum(0, "new", "open", "hold"), sum(1, "new", "open", "hold")
	row.AgentWaitCalendar, row.AgentWaitBusiness = sum(0, "pending"), sum(1, "pending")
	row.OnHoldCalendar, row.OnHoldBusiness = sum(0, "hold"), sum(1, "hold")
}

func isDone(status string) bool { return status == "solved" || status == "closed" }

// both returns a time in calendar and business minutes.
func both(from, to int64, business func(from, to int64) float64) (calendar, working *float64) {
	calendar = ptr(float64(to-from) / 60)
	if business != nil {
		working = ptr(business(from, to))
	}
	return calendar, working
}

func ptr[T any](v T) *T { return &v }

// countComments fills in who said what, who was in charge, and how the requester rated it.
func (g *generator) countComments(row *TicketTruth, t *ticket) {
	var assignees []string
	for _, a := range t.audits {
		byAgent := a.author > 0 && a.author < 10_000
		for _, s := range a.steps {
			switch s.field {
			case "":
				g.countComment(row, t, a, byAgent, s.public)
			case "assignee_id":
				assignees = append(assignees, s.to)
			case "group_id":
				row.Group = s.to
			case "satisfaction_score":
				if value, ok := map[string]float64{"good": 5, "bad": 1}[s.to]; ok {
					if row.FirstSatisfaction == nil {
						row.FirstSatisfaction = ptr(value)
					}
					row.LastSatisfaction = ptr(value)
				}
			}
		}
	}
	if len(assignees) > 0 {
		row.FirstAssignee, row.LastAssignee = assignees[0], assignees[len(assignees)-1]
		slices.Sort(assignees)
		row.UniqueAssignees = len(slices.Compact(assignees))
	}
}

func (g *generator) countComment(row *TicketTruth, t *ticket, a audit, byAgent, public bool) {
	switch {
	case byAgent && public:
		row.AgentComments++
		row.PublicAgentComments++
		if a.at > t.at && row.FirstReplyCalendar == nil {
			row.FirstReplyCalendar, row.FirstReplyBusiness = both(t.at, a.at, g.clock.minutes)
		}
	case byAgent:
		row.AgentComments++
	default:
		row.EndUserComments++
	}
	if !public {
		row.InternalComments++
	}
}

// addTicket adds a row to the sums of its system, and its statuses to the backlog of the days.
func (g *generator) addTicket(row *TicketTruth, spans []span, created int64, solved int64) {
	s := g.truth.Tickets[row.System]
	if s == nil {
		s = &TicketsTruth{CreatedByDay: map[string]int64{}, SolvedByDay: map[string]int64{}, Backlog: map[string]int64{},
			ByChannel: map[string]int64{}, ByGroup: map[string]int64{}}
		for i := range g.opt.Days {
			s.Backlog[g.date(i)] = 0
		}
		g.truth.Tickets[row.System] = s
	}
	g.truth.TicketRow = append(g.truth.TicketRow, row)
	s.Created++
	s.CreatedByDay[g.localDate(created)]++
	s.ByChannel[row.Channel]++
	s.ByGroup[row.Group]++
	if row.Solved() {
		s.Solved++
		s.SolvedByDay[g.localDate(solved)]++
		if row.Reopens > 0 {
			s.Reopened++
		}
		if row.OneTouch != nil && *row.OneTouch {
			s.OneTouch++
		}
	}
	for i := range g.opt.Days {
		if unsolvedAt(spans, g.midnight(i+1)) {
			s.Backlog[g.date(i)]++
		}
	}
}

// unsolvedAt reports whether the ticket existed right before an instant and was not solved then.
func unsolvedAt(spans []span, at int64) bool {
	for i := len(spans) - 1; i >= 0; i-- {
		if spans[i].from < at {
			return !isDone(spans[i].status)
		}
	}
	return false
}
