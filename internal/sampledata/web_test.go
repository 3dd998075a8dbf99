package sampledata

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// gaEvent is an event as a reader of the export sees it.
type gaEvent struct {
	Date      string `json:"event_date"`
	Timestamp string `json:"event_timestamp"`
	Name      string `json:"event_name"`
	Params    []struct {
		Key   string
		Value struct {
			String *string  `json:"string_value"`
			Int    *string  `json:"int_value"`
			Double *float64 `json:"double_value"`
		}
	} `json:"event_params"`
	Pseudo string `json:"user_pseudo_id"`
	User   string `json:"user_id"`
	Geo    struct{ Country string }
	Click  struct {
		Cross struct{ Source, Medium string } `json:"cross_channel_campaign"`
	} `json:"session_traffic_source_last_click"`
	Commerce struct {
		Order   *string  `json:"transaction_id"`
		Revenue *float64 `json:"purchase_revenue"`
		Refund  *float64 `json:"refund_value"`
	} `json:"ecommerce"`
}

func (e *gaEvent) param(key string) (string, bool) {
	for _, p := range e.Params {
		switch v := p.Value; {
		case p.Key != key:
		case v.String != nil:
			return *v.String, true
		case v.Int != nil:
			return *v.Int, true
		case v.Double != nil:
			return strconv.FormatFloat(*v.Double, 'f', -1, 64), true
		}
	}
	return "", false
}

func (e *gaEvent) at(t *testing.T) int64 {
	t.Helper()
	n, err := strconv.ParseInt(e.Timestamp, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// session and purchase are what the test finds in the files.
type session struct {
	first                            int64
	engaged, cart, checkout, ordered bool
	country, source                  string
}

type purchase struct {
	first   int64
	cents   int64
	refunds int64
	session string
}

// TestWebTruthAgreesWithTheFiles reads the files with encoding/json and applies the definitions of the KPIs anew.
func TestWebTruthAgreesWithTheFiles(t *testing.T) {
	m := small(t)
	sessions, orders := map[string]*session{}, map[string]*purchase{}
	zone, err := time.LoadLocation(TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	var events int64
	m.lines("ga4/events_2", func(name string, line []byte) {
		var e gaEvent
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		events++
		if local := time.UnixMicro(e.at(t)).In(zone).Format("20060102"); local != e.Date || !strings.Contains(name, local) {
			t.Fatalf("%s has an event of %s with the date %s", name, local, e.Date)
		}
		read(t, &e, sessions, orders)
	})
	if events != m.truth.Sources["web"].Distinct {
		t.Errorf("%d events, truth says %d", events, m.truth.Sources["web"].Distinct)
	}
	for _, o := range orders {
		sessions[o.session].ordered = true
	}
	var got WebTruth
	days, countries := map[string]int64{}, map[string]int64{}
	for _, s := range sessions {
		days[time.UnixMicro(s.first).In(zone).Format(time.DateOnly)]++
		countries[s.country]++
		got.Sessions++
		got.EngagedSessions += int64(boolInt(s.engaged))
		got.SessionsWithCart += int64(boolInt(s.cart))
		got.SessionsWithCheckout += int64(boolInt(s.checkout))
		got.SessionsWithOrder += int64(boolInt(s.ordered))
		got.CartsAbandoned += int64(boolInt(s.cart && !s.ordered))
		got.CheckoutsAbandoned += int64(boolInt(s.checkout && !s.ordered))
	}
	for _, o := range orders {
		got.Orders++
		got.Gross += Money(o.cents)
		got.Refunded += Money(min(o.refunds, o.cents))
	}
	got.finish()
	if diff := cmp.Diff(m.truth.Web.All, &got); diff != "" {
		t.Errorf("-truth +files\n%s", diff)
	}
	for date, n := range days {
		if m.truth.Web.ByDay[date].Sessions != n {
			t.Errorf("%s: %d sessions, truth says %d", date, n, m.truth.Web.ByDay[date].Sessions)
		}
	}
	for c, n := range countries {
		if m.truth.Web.By["country"][c].Sessions != n {
			t.Errorf("%s: %d sessions, truth says %d", c, n, m.truth.Web.By["country"][c].Sessions)
		}
	}
}

func read(t *testing.T, e *gaEvent, sessions map[string]*session, orders map[string]*purchase) {
	t.Helper()
	at := e.at(t)
	id, ok := e.param("ga_session_id")
	if ok {
		key := e.Pseudo + "/" + id
		s := sessions[key]
		if s == nil {
			s = &session{first: at, country: e.Geo.Country, source: e.Click.Cross.Source}
			sessions[key] = s
		}
		s.first = min(s.first, at)
		v, _ := e.param("session_engaged")
		s.engaged = s.engaged || v == "1"
		s.cart = s.cart || e.Name == "add_to_cart"
		s.checkout = s.checkout || e.Name == "begin_checkout"
	}
	switch e.Name {
	case "purchase":
		number, stated := e.param("transaction_id")
		if e.Commerce.Order != nil {
			number, stated = *e.Commerce.Order, true
		}
		if !stated || number == "" || number == "(not set)" {
			return
		}
		amount, _ := e.param("value")
		cents := parseCents(t, amount)
		if e.Commerce.Revenue != nil {
			cents = int64(*e.Commerce.Revenue*100 + 0.5)
		}
		if o := orders[number]; o == nil {
			orders[number] = &purchase{first: at, cents: cents, session: e.Pseudo + "/" + id}
		} else if at < o.first {
			t.Errorf("order %s: a repetition stands before its first event", number)
		}
	case "refund":
		o := orders[*e.Commerce.Order]
		if e.Commerce.Refund == nil {
			o.refunds = o.cents
		} else {
			o.refunds += int64(*e.Commerce.Refund*100 + 0.5)
		}
	}
}

func parseCents(t *testing.T, s string) int64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(f*100 + 0.5)
}

// TestWebHasItsTraps makes sure that the files stay as awkward as real ones.
func TestWebHasItsTraps(t *testing.T) {
	seen := map[string]int{}
	orders := map[string]int{}
	mustGenerate(t, Options{Seed: 5, Scale: 0.15}).lines("ga4/", func(name string, line []byte) {
		text := string(line)
		for _, want := range []string{
			`"session_engaged","value":{"string_value":"1"}`, `"session_engaged","value":{"int_value":"1"}`, `"session_engaged","value":{"string_value":"0"}`,
			`"transaction_id","value":{"int_value"`, `"transaction_id","value":{"string_value":"(not set)"}`, `"transaction_id":"(not set)"`,
			`{"key":"all_data","value":{}}`, `"user_id":"K`, `/help/`, `"search_term"`, `"event_name":"refund"`, `subscriber=`, `"items":[]`,
		} {
			if strings.Contains(text, want) {
				seen[want]++
			} else {
				seen[want] += 0
			}
		}
		if strings.Contains(name, "intraday") {
			seen["intraday"]++
		}
		var e gaEvent
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if e.Name == "purchase" && e.Commerce.Order != nil {
			orders[*e.Commerce.Order]++
		}
		if e.Name == "purchase" && e.Commerce.Order == nil {
			seen["no number in ecommerce"]++
		}
		if e.Name == "refund" && e.Commerce.Refund == nil {
			seen["refund without an amount"]++
		}
	})
	for _, n := range orders {
		if n > 1 {
			seen["repeated order"]++
		}
	}
	for _, want := range []string{"intraday", "no number in ecommerce", "repeated order", "refund without an amount"} {
		seen[want] += 0
	}
	for what, n := range seen {
		if n == 0 {
			t.Errorf("no %s", what)
		}
	}
}
