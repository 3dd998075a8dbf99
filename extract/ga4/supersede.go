package ga4

import (
	"path"
	"strings"
)

// supersedes lets the day's final export win over the intraday one of the same folder: events_intraday_YYYYMMDD* gives
// way to events_YYYYMMDD*. The replacing key is the first in key order; what stands behind the day (shards,
// extensions) may differ between the two.
func supersedes(keys []string) map[string]string {
	daily := make(map[string]string)
	for _, k := range keys {
		dir, base := path.Split(k)
		if day, ok := dayOf(base, "events_"); ok {
			if _, seen := daily[dir+day]; !seen {
				daily[dir+day] = k
			}
		}
	}
	out := make(map[string]string)
	for _, k := range keys {
		dir, base := path.Split(k)
		if day, ok := dayOf(base, "events_intraday_"); ok && daily[dir+day] != "" {
			out[k] = daily[dir+day]
		}
	}
	return out
}

// dayOf returns the eight digits behind prefix, which no ninth may follow.
func dayOf(base, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(base, prefix)
	if !ok || len(rest) < 8 {
		return "", false
	}
	for i := range len(rest) {
		digit := rest[i]-'0' <= 9
		if i < 8 && !digit {
			return "", false
		}
		if i == 8 {
			return rest[:8], !digit
		}
	}
	return rest, true
}
