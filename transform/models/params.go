package models

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
	return out
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
