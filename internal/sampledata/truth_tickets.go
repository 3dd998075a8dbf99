package sampledata

import (
	"math"
	"slices"
)

// TicketTruth is one ticket as fct_ticket must show it. Minutes are null where the value is: no reply, never solved, no
// history, or a system without a business schedule.
type TicketTruth struct {
	System        string  `json:"system"`
	TicketID      string  `json:"ticket_id"`
	CreatedAt     string  `json:"created_at"`
	FirstSolvedAt *string `json:"first_solved_at"`
	LastSolvedAt  *string `json:"last_solved_at"`
	Status        string  `json:"status"`
	Priority      string  `json:"priority"`
	Channel       string  `json:"channel"`
	Group         string  `json:"group"`
	FirstAssignee string  `json:"first_assignee_id"`
	LastAssignee  string  `json:"last_assignee_id"`

	FirstReplyCalendar      *float64 `json:"first_reply_time_calendar_minutes"`
	FirstReplyBusiness      *float64 `json:"first_reply_time_business_minutes"`
	FirstResolutionCalendar *float64 `json:"first_resolution_calendar_minutes"`
	FirstResolutionBusiness *float64 `json:"first_resolution_business_minutes"`
	FullResolutionCalendar  *float64 `json:"full_resolution_calendar_minutes"`
	FullResolutionBusiness  *float64 `json:"full_resolution_business_minutes"`
	RequesterWaitCalendar   *float64 `json:"requester_wait_time_calendar_minutes"`
	RequesterWaitBusiness   *float64 `json:"requester_wait_time_business_minutes"`
	AgentWaitCalendar       *float64 `json:"agent_wait_time_calendar_minutes"`
	AgentWaitBusiness       *float64 `json:"agent_wait_time_business_minutes"`
	OnHoldCalendar          *float64 `json:"on_hold_time_calendar_minutes"`
	OnHoldBusiness          *float64 `json:"on_hold_time_business_minutes"`

	Resolutions         int      `json:"count_resolutions"`
	Reopens             int      `json:"count_reopens"`
	PublicAgentComments int      `json:"count_public_agent_comments"`
	AgentComments       int      `json:"count_agent_comments"`
	EndUserComments     int      `json:"count_end_user_comments"`
	InternalComments    int      `json:"count_internal_comments"`
	UniqueAssignees     int      `json:"unique_assignee_count"`
	OneTouch            *bool    `json:"is_one_touch_resolution"` // null where comments are not exported
	TwoTouch            *bool    `json:"is_two_touch_resolution"`
	FirstSatisfaction   *float64 `json:"first_satisfaction_score"`
	LastSatisfaction    *float64 `json:"last_satisfaction_score"`
}

// Solved reports whether the ticket is solved now.
func (t *TicketTruth) Solved() bool { return t.Status == "solved" || t.Status == "closed" }

// TicketsTruth sums up the tickets of one system. Solved is by the day of the last solution, of tickets solved now.
type TicketsTruth struct {
	Created      int64            `json:"created"`
	Solved       int64            `json:"solved"`
	Unsolved     int64            `json:"unsolved"`
	Reopened     int64            `json:"reopened_of_solved"`
	OneTouch     int64            `json:"one_touch_of_solved"`
	ReopenRate   *float64         `json:"reopen_rate"`
	OneTouchRate *float64         `json:"one_touch_rate"` // null where comments are not exported
	CreatedByDay map[string]int64 `json:"created_by_day"`
	SolvedByDay  map[string]int64 `json:"solved_by_day"`
	Backlog      map[string]int64 `json:"backlog"` // unsolved at the end of each day
	ByChannel    map[string]int64 `json:"created_by_channel"`
	ByGroup      map[string]int64 `json:"created_by_group"`

	FirstReply     Times `json:"first_reply_time"`
	FullResolution Times `json:"full_resolution_time"` // of tickets that were ever solved
	RequesterWait  Times `json:"requester_wait_time"`
}

// Times are the distributions of a time, in calendar and business minutes.
type Times struct {
	Calendar Distribution `json:"calendar"`
	Business Distribution `json:"business"`
}

// Distribution sums up values. Quantiles are those of linear interpolation between order statistics at (n−1)p, as
// quantileExactInclusive computes.
type Distribution struct {
	N      int64    `json:"n"`
	Sum    float64  `json:"sum"`
	Median *float64 `json:"median"`
	P90    *float64 `json:"p90"`
}

func distribution(rows []*TicketTruth, value func(*TicketTruth) *float64) Distribution {
	var all []float64
	var d Distribution
	for _, r := range rows {
		if v := value(r); v != nil {
			all = append(all, *v)
			d.Sum += *v
		}
	}
	d.N = int64(len(all))
	if len(all) > 0 {
		slices.Sort(all)
		d.Median, d.P90 = quantile(all, 0.5), quantile(all, 0.9)
	}
	return d
}

func quantile(sorted []float64, p float64) *float64 {
	at := p * float64(len(sorted)-1)
	low := int(math.Floor(at))
	v := sorted[low]
	if low+1 < len(sorted) {
		v += (at - float64(low)) * (sorted[low+1] - v)
	}
	return &v
}

func (s *TicketsTruth) finish(rows []*TicketTruth, hasComments bool) {
	s.Unsolved = s.Created - s.Solved
	s.ReopenRate = ratio(s.Reopened, s.Solved)
	if hasComments {
		s.OneTouchRate = ratio(s.OneTouch, s.Solved)
	}
	s.FirstReply = Times{
		distribution(rows, func(t *TicketTruth) *float64 { return t.FirstReplyCalendar }),
		distribution(rows, func(t *TicketTruth) *float64 { return t.FirstReplyBusiness }),
	}
	s.FullResolution = Times{
		distribution(rows, func(t *TicketTruth) *float64 { return t.FullResolutionCalendar }),
		distribution(rows, func(t *TicketTruth) *float64 { return t.FullResolutionBusiness }),
	}
	s.RequesterWait = Times{
		distribution(rows, func(t *TicketTruth) *float64 { return t.RequesterWaitCalendar }),
		distribution(rows, func(t *TicketTruth) *float64 { return t.RequesterWaitBusiness }),
	}
}
