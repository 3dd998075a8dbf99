package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"waymark/extract"
	"waymark/extract/billing"
	"waymark/extract/email"
	"waymark/extract/fx"
	"waymark/extract/ga4"
	"waymark/extract/marketing"
	"waymark/extract/orders"
	"waymark/extract/salesforce"
	"waymark/extract/survey"
	"waymark/extract/targets"
	"waymark/extract/zendesk"
	"waymark/internal/fault"
	"waymark/internal/nearest"
)

// Exports lists every export that Waymark reads, by system and name.
func Exports() []extract.Export {
	list := slices.Concat([]extract.Export{ga4.Events()}, billing.Exports(), email.Exports(), fx.Exports(), marketing.Exports(),
		orders.Exports(), salesforce.Exports(), survey.Exports(), targets.Exports(), zendesk.Exports())
	slices.SortFunc(list, func(a, b extract.Export) int {
		return strings.Compare(a.System+"/"+a.Name, b.System+"/"+b.Name)
	})
	return list
}

// FindExport returns the export of the given names, which are matched without regard to case; the error of kind
// Invalid suggests the nearest name.
func FindExport(system, name string) (extract.Export, error) {
	var systems, names []string
	for _, e := range Exports() {
		if !slices.Contains(systems, e.System) {
			systems = append(systems, e.System)
		}
		if strings.EqualFold(e.System, system) {
			if strings.EqualFold(e.Name, name) {
				return e, nil
			}
			names = append(names, e.Name)
		}
	}
	if names == nil {
		return extract.Export{}, unknown("system", system, systems)
	}
	return extract.Export{}, unknown("export of "+system, name, names)
}

func unknown(what, given string, known []string) error {
	e := fault.New(fault.Invalid, "unknown %s %q", what, given)
	e.Hint = "known: " + strings.Join(known, ", ")
	if s := nearest.Of(given, known); s != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", s)
	}
	return e
}
