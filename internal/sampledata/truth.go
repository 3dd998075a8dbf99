package sampledata

import (
	"encoding/json"
	"strconv"
)

// Money is an amount in 1/100 of the shop's currency; in JSON it is a decimal number with two places.
type Money int64

// MarshalJSON writes 12.30.
func (m Money) MarshalJSON() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Money) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(string(b), 64)
	if f < 0 {
		f -= 0.005
	} else {
		f += 0.005
	}
	*m = Money(f * 100)
	return err
}

func (m Money) String() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	cents := strconv.FormatInt(int64(m)%100, 10)
	if len(cents) == 1 {
		cents = "0" + cents
	}
	return sign + strconv.FormatInt(int64(m)/100, 10) + "." + cents
}

// Truth is what the pipeline must find. Days are local dates in TimeZone; ratios are null where their denominator is 0.
type Truth struct {
	Seed     uint64  `json:"seed"`
	Scale    float64 `json:"scale"`
	Start    string  `json:"start"`
	Days     int     `json:"days"`
	TimeZone string  `json:"time_zone"`
	Currency string  `json:"currency"`
	// ExportedAt is when the exports end: nothing in them is later.
	ExportedAt string `json:"exported_at"`

	Sources map[string]*SourceTruth `json:"sources"` // by the source's name in the configuration

	Web         Breakdown[WebTruth]               `json:"web"` // dimensions channel, country, device_category
	Visitors    VisitorTruth                      `json:"visitors"`
	Surveys     map[string]*Breakdown[ScoreTruth] `json:"surveys"`        // by kind nps, csat, ces; dimension channel
	Ratings     ScoreTruth                        `json:"ticket_ratings"` // a ticket's last rating, good is 5 and bad 1
	Invitations int64                             `json:"nps_invitations"`
	Tickets     map[string]*TicketsTruth          `json:"tickets"` // by system zendesk, salesforce
	TicketRow   []*TicketTruth                    `json:"ticket_rows"`
	Sales       Breakdown[SalesTruth]             `json:"sales"` // dimensions source, owner; no days
	Deals       []*DealTruth                      `json:"opportunity_rows"`
	Leads       LeadTruth                         `json:"leads"`
	Campaigns   CampaignTruth                     `json:"campaigns"`
	People      []*PersonTruth                    `json:"people"`
	Shared      []string                          `json:"shared_identifiers"` // of no one person
	Accounts    int64                             `json:"accounts"`
	Contacts    int64                             `json:"contacts"`
	Shop        Breakdown[ShopTruth]              `json:"shop"`           // orders as web analytics, shop and marketplaces together have them
	Foreign     int64                             `json:"foreign_orders"` // in another currency than the shop's
	Contracts   ContractTruth                     `json:"contracts"`
	Costs       Breakdown[CostTruth]              `json:"costs"` // dimensions channel, source
	Mails       MailTruth                         `json:"mails"`
	Customers   *CustomersTruth                   `json:"customers"`
	Contacts24  *ContactTruth                     `json:"contact_kpis"`
	Changes     []ChangeTruth                     `json:"changes"`           // planted
	Moments     []MomentTruth                     `json:"moments,omitempty"` // planted
}

// SourceTruth is about the files of one source. Records counts everything delivered: broken records, older versions of
// newer records and second deliveries too. Distinct counts what is left without those.
type SourceTruth struct {
	Files    int64 `json:"files"`
	Records  int64 `json:"records"`
	Distinct int64 `json:"distinct"`
	Rejected int64 `json:"rejected"`
	Deleted  int64 `json:"deleted"` // distinct records that say they are deleted
	// Superseded counts records of files that another file of the source replaces; they are part of no other count.
	Superseded int64 `json:"superseded,omitempty"`
}

// Breakdown is a measure in total, by day, and by the members of dimensions.
type Breakdown[T any] struct {
	All   *T                       `json:"all"`
	ByDay map[string]*T            `json:"by_day,omitempty"`
	By    map[string]map[string]*T `json:"by,omitempty"`
}

// each calls f with every cell that a fact belongs to; days and members that are "" are left out.
func (b *Breakdown[T]) each(date string, members map[string]string, f func(*T)) {
	if b.All == nil {
		b.All, b.ByDay, b.By = new(T), map[string]*T{}, map[string]map[string]*T{}
	}
	f(b.All)
	if date != "" {
		f(cell(b.ByDay, date))
	}
	for dimension, member := range members {
		if b.By[dimension] == nil {
			b.By[dimension] = map[string]*T{}
		}
		f(cell(b.By[dimension], member))
	}
}

func cell[T any](m map[string]*T, key string) *T {
	if m[key] == nil {
		m[key] = new(T)
	}
	return m[key]
}

// cells visits every cell once.
func (b *Breakdown[T]) cells(f func(*T)) {
	if b.All == nil {
		b.All = new(T)
	}
	f(b.All)
	for _, t := range b.ByDay {
		f(t)
	}
	for _, members := range b.By {
		for _, t := range members {
			f(t)
		}
	}
}

// WebTruth counts sessions by the day of their first event, orders and their money by the day of the order's first event.
// A session is (user_pseudo_id, ga_session_id); a repeated event of an order is no order, in no session.
type WebTruth struct {
	Sessions             int64 `json:"sessions"`
	EngagedSessions      int64 `json:"engaged_sessions"`
	SessionsWithCart     int64 `json:"sessions_with_cart"`
	SessionsWithCheckout int64 `json:"sessions_with_checkout"`
	SessionsWithOrder    int64 `json:"sessions_with_order"`
	CartsAbandoned       int64 `json:"carts_abandoned"`
	CheckoutsAbandoned   int64 `json:"checkouts_abandoned"`
	Orders               int64 `json:"orders"`
	Gross                Money `json:"gross"`
	Refunded             Money `json:"refunded"` // by the day of the order, not of the refund
	Revenue              Money `json:"revenue"`  // gross − refunded

	EngagedSessionRate      *float64 `json:"engaged_session_rate"`
	ConversionRate          *float64 `json:"conversion_rate"`
	CartAbandonmentRate     *float64 `json:"cart_abandonment_rate"`
	CheckoutAbandonmentRate *float64 `json:"checkout_abandonment_rate"`
	AOV                     *float64 `json:"aov"`
}

func (w *WebTruth) finish() {
	w.Revenue = w.Gross - w.Refunded
	w.EngagedSessionRate = ratio(w.EngagedSessions, w.Sessions)
	w.ConversionRate = ratio(w.SessionsWithOrder, w.Sessions)
	w.CartAbandonmentRate = ratio(w.CartsAbandoned, w.SessionsWithCart)
	w.CheckoutAbandonmentRate = ratio(w.CheckoutsAbandoned, w.SessionsWithCheckout)
	if w.Orders > 0 {
		aov := float64(w.Revenue) / 100 / float64(w.Orders)
		w.AOV = &aov
	}
}

// VisitorTruth counts browsers and app installations.
type VisitorTruth struct {
	Visitors  int64 `json:"visitors"`
	WithOrder int64 `json:"with_order"`
}

// DealTruth is one opportunity that is not deleted.
type DealTruth struct {
	ID             string `json:"opportunity_id"`
	State          string `json:"state"` // won, lost or open
	Amount         *Money `json:"amount"`
	CreatedDate    string `json:"created_date"`
	CloseDate      string `json:"close_date"`
	SalesCycleDays *int   `json:"sales_cycle_days"` // creation to close date, of closed ones
	Stage          string `json:"stage"`
	Source         string `json:"source"`
	Owner          string `json:"owner"`
}

// SalesTruth is about opportunities that are not deleted. Amounts that are blank count as nothing.
type SalesTruth struct {
	Won             int64    `json:"won"`
	Lost            int64    `json:"lost"`
	Open            int64    `json:"open"`
	WonAmount       Money    `json:"won_amount"`
	LostAmount      Money    `json:"lost_amount"`
	OpenAmount      Money    `json:"open_amount"`
	WonCycleDays    int64    `json:"won_cycle_days"` // sum over the won ones
	WinRate         *float64 `json:"win_rate"`
	WinRateByAmount *float64 `json:"win_rate_by_amount"`
	MeanWonCycle    *float64 `json:"mean_won_cycle_days"`
}

func (s *SalesTruth) finish() {
	s.WinRate = ratio(s.Won, s.Won+s.Lost)
	s.WinRateByAmount = ratio(int64(s.WonAmount), int64(s.WonAmount+s.LostAmount))
	s.MeanWonCycle = ratio(s.WonCycleDays, s.Won)
}

// LeadTruth is about leads that are not deleted.
type LeadTruth struct {
	Created        int64            `json:"created"`
	Converted      int64            `json:"converted"`
	CreatedByDay   map[string]int64 `json:"created_by_day"`
	ConversionRate *float64         `json:"conversion_rate"`
}

// CampaignTruth is about campaigns and members that are not deleted.
type CampaignTruth struct {
	Campaigns int64 `json:"campaigns"`
	Members   int64 `json:"members"`
	Responses int64 `json:"responses"`
	Calls     int64 `json:"calls"` // completed calls among the tasks
}

func ratio(numerator, denominator int64) *float64 {
	if denominator == 0 {
		return nil
	}
	r := float64(numerator) / float64(denominator)
	return &r
}

// JSON returns the truth as truth.json holds it.
func (t *Truth) JSON() ([]byte, error) { return json.MarshalIndent(t, "", " ") }
