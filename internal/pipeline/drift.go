package pipeline

import (
	"regexp"
	"slices"

	"waymark/load/lake"
)

// personal matches what a name or a value must not have to be told of: an address, a telephone number or worse.
var personal = regexp.MustCompile(`@|\d(?:[-. /()]{0,2}\d){6}|.{65}|[[:cntrl:]]`)

// withheld stands for all names that are not told.
const withheld = "(withheld)"

// tellable replaces what may be personal: news are logged, shown and kept.
func tellable(news []string) []string {
	var out []string
	for _, n := range news {
		if personal.MatchString(n) {
			n = withheld
		}
		out = append(out, n)
	}
	return distinct(out)
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// news returns what the objects of this run have that no manifest of the source knew: each is told of once.
func (d *discovery) news(committed map[string]*lake.Manifest) (columns, values []string) {
	known := map[string]bool{}
	for i := range d.manifests {
		for _, n := range d.manifests[i].NewColumns {
			known["column "+n] = true
		}
		for _, n := range d.manifests[i].NewValues {
			known["value "+n] = true
		}
	}
	for _, it := range d.items {
		m := committed[it.identity()]
		if m == nil {
			continue
		}
		for _, n := range m.NewColumns {
			if !known["column "+n] {
				columns = append(columns, n)
			}
		}
		for _, n := range m.NewValues {
			if !known["value "+n] {
				values = append(values, n)
			}
		}
	}
	return distinct(columns), distinct(values)
}

func (r *Runner) logNews(s *SourceReport) {
	if len(s.NewColumns) > 0 {
		r.Log.Warn().Str("source", s.Source).Strs("columns", s.NewColumns).Msg("new columns, not used")
	}
	if len(s.NewValues) > 0 {
		r.Log.Warn().Str("source", s.Source).Strs("values", s.NewValues).Msg("new values, loaded as they are")
	}
}
