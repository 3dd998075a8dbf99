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
