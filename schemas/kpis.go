package schemas

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"waymark/internal/fault"
)

//go:embed kpis.yaml
var kpiCatalogue []byte

// KPI is one entry of the catalogue; kpis.yaml explains the fields.
type KPI struct {
	ID          string   `yaml:"id"`
	Name        KPIName  `yaml:"name"`
	Question    string   `yaml:"question"`
	Formula     string   `yaml:"formula"`
	Unit        string   `yaml:"unit"`
	Direction   string   `yaml:"direction"`
	Indicator   string   `yaml:"indicator"`
	Numerator   string   `yaml:"numerator"`
	Denominator string   `yaml:"denominator"`
	Dimensions  []string `yaml:"dimensions"`
	DateRule    string   `yaml:"date_rule"`
	Aggregation string   `yaml:"aggregation"`
	Settles     int      `yaml:"settles"`
	Caveats     string   `yaml:"caveats"`
	Source      string   `yaml:"source"`
}

// KPIName is a KPI's name in the languages of the reports.
type KPIName struct {
	EN string `yaml:"en"`
	PL string `yaml:"pl"`
	RU string `yaml:"ru"`
}

// KPIs returns the catalogue in its own order.
func KPIs() ([]KPI, error) { return ParseKPIs("schemas/kpis.yaml", kpiCatalogue) }

// ParseKPIs reads a catalogue strictly: unknown keys, missing fields and values outside the vocabulary are errors of
// kind Invalid, all of them joined.
func ParseKPIs(file string, text []byte) ([]KPI, error) {
	doc, err := decodeKPIs(text)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Object: file, Err: err}
	}
	var errs []error
	if len(doc.KPIs) == 0 {
		errs = append(errs, &fault.Error{Kind: fault.Invalid, Object: file, Err: errors.New("the catalogue is empty")})
	}
	seen := map[string]bool{}
	for i := range doc.KPIs {
		k := &doc.KPIs[i]
		for _, problem := range append(k.problems(), repeated(seen, k.ID)...) {
			errs = append(errs, &fault.Error{Kind: fault.Invalid, Object: file, Field: k.ID, Err: errors.New(problem)})
		}
		seen[k.ID] = true
	}
	return doc.KPIs, errors.Join(errs...)
}

type kpiDocument struct {
	KPIs []KPI `yaml:"kpis"`
}

// decodeKPIs decodes strictly. go-yaml v1.19.2 panics on a tag without a value where a list is expected.
func decodeKPIs(text []byte) (doc kpiDocument, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("not a catalogue: a tag without a value")
		}
	}()
	if err := yaml.UnmarshalWithOptions(text, &doc, yaml.Strict()); err != nil {
		return doc, errors.New(yaml.FormatError(err, false, false))
	}
	return doc, nil
}

func repeated(seen map[string]bool, id string) []string {
	if seen[id] {
		return []string{"is there twice"}
	}
	return nil
}

// KPIDimensions are the dimensions that KPIs are broken down by.
var KPIDimensions = [...]string{"all", "channel", "source_medium", "country", "device_category", "segment", "touchpoint", "agent_group",
	"priority", "lead_source", "owner", "opportunity_type", "campaign"}

func (k *KPI) problems() (out []string) {
	for _, f := range []struct{ name, value string }{
		{"id", k.ID}, {"name.en", k.Name.EN}, {"name.pl", k.Name.PL}, {"name.ru", k.Name.RU}, {"question", k.Question}, {"formula", k.Formula},
		{"date_rule", k.DateRule}, {"caveats", k.Caveats}, {"source", k.Source},
	} {
		if f.value == "" {
			out = append(out, f.name+" is missing")
		}
	}
	for _, f := range []struct {
		name, value string
		of          []string
	}{
		{"unit", k.Unit, []string{"share", "points", "count", "money", "minutes", "days", "score", "ratio", "growth"}},
		{"direction", k.Direction, []string{"up", "down"}},
		{"indicator", k.Indicator, []string{"leading", "lagging"}},
		{"aggregation", k.Aggregation, []string{"ratio", "sum", "distinct", "percentile", "stock", "period"}},
	} {
		if !slices.Contains(f.of, f.value) {
			out = append(out, fmt.Sprintf("%s is none of %v", f.name, f.of))
		}
	}
	if strings.ContainsAny(k.Name.EN, "|;") {
		out = append(out, "name.en contains | or ;, which separate the names that models get")
	}
	if len(k.Dimensions) == 0 || k.Dimensions[0] != "all" {
		out = append(out, "dimensions begin with all")
	}
	for _, d := range k.Dimensions {
		if !slices.Contains(KPIDimensions[:], d) {
			out = append(out, fmt.Sprintf("dimension %q is none of %v", d, KPIDimensions))
		}
	}
	return append(out, k.parts()...)
}

// parts checks that numerator and denominator fit the way the KPI aggregates.
func (k *KPI) parts() []string {
	ratio := k.Aggregation == "ratio" || k.Aggregation == "distinct" || k.Aggregation == "period"
	if ratio != (k.Denominator != "") && k.Aggregation != "stock" {
		return []string{"a ratio has a denominator, a stock may have one, nothing else has"}
	}
	if (k.Aggregation == "percentile") != (k.Numerator == "") {
		return []string{"a percentile has no numerator, everything else has"}
	}
	return nil
}
