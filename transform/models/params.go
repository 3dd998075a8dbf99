package models

import (
	"strconv"
	"strings"

	"waymark/schemas"
)

// parameter describes one query parameter that models may use.
type parameter struct{ name, typ, value string }

// parameters are all query parameters and their defaults.
var parameters = [...]parameter{
	{"timezone", "String", "UTC"},               // of reporting days
	{"currency", "String", "EUR"},               // reporting currency
	{"schedule", "String", ""},                  // business schedule; "" is the smallest id of the ticket's system
	{"session_timeout_minutes", "UInt32", "30"}, // silence that ends a session the source does not number
	{"engaged_seconds", "UInt32", "10"},         // longer sessions count as engaged where the source does not say
	{"fx_days", "UInt16", "7"},                  // how many days an exchange rate holds when none is published: banks pause at most five at Easter
	{"identity_max_links", "UInt32", "20"},      // an identifier linked to more others is generic and joins nobody
	{"fcr_days", "UInt16", "7"},                 // a solution holds at first contact when nothing follows for so many days
	{"active_days", "UInt16", "365"},            // a customer is active so many days after an order
	{"margin_permyriad", "UInt32", "10000"},     // margin in 1/10000 of revenue
	{"recommended_by", "String", ""},            // lead sources, in lower case and joined by |, of which each says that the customer was recommended
	{"trend_days", "UInt16", "182"},             // how far kpi_trend looks back
	{"trend_observations", "UInt32", "100"},     // series with fewer observations are not judged
	{"catalogue", "String", ""},                 // id|unit|direction|aggregation|name|settles of every KPI, joined by ;
	{"journey_silence_days", "UInt16", "30"},    // silence that ends a journey
	{"repeat_contact_hours", "UInt16", "72"},    // a contact so soon after another step counts against it
	{"critical_days", "UInt16", "365"},          // critical moments are told from journeys that began in so many days before the last
	{"critical_minimum", "UInt32", "30"},        // customers below which no signal of a critical moment is tested
	{"attribution_days", "UInt16", "90"},        // how long before a conversion a touch counts
	{"non_direct_days", "UInt16", "30"},         // how long before it a touch keeps a later direct one from getting the credit
	{"half_life_days", "UInt16", "7"},           // in which the weight of a touch halves (time_decay)
}

// Defaults returns every query parameter of the models with its default value; a run overrides what its configuration
// says.
func Defaults() map[string]string {
	out := make(map[string]string, len(parameters))
	for _, p := range parameters {
		out[p.name] = p.value
	}
	out["catalogue"] = catalogue()
	return out
}

// catalogue is what models know of the KPIs; schemas' own tests hold the embedded catalogue valid.
func catalogue() string {
	kpis, err := schemas.KPIs()
	if err != nil {
		panic(err)
	}
	lines := make([]string, len(kpis))
	for i, k := range kpis {
		lines[i] = strings.Join([]string{k.ID, k.Unit, k.Direction, k.Aggregation, k.Name.EN, strconv.Itoa(k.Settles)}, "|")
	}
	return strings.Join(lines, ";")
}

func parameterNames() []string {
	out := make([]string, len(parameters))
	for i, p := range parameters {
		out[i] = p.name
	}
	return out
}

func parameterType(name string) (string, bool) {
	for _, p := range parameters {
		if p.name == name {
			return p.typ, true
		}
	}
	return "", false
}
