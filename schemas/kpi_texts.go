package schemas

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"

	"waymark/internal/fault"
)

//go:embed kpi_texts.yaml
var kpiTexts []byte

// KPILanguages are the languages of the catalogue, the language of kpis.yaml first.
var KPILanguages = [...]string{"en", "pl", "ru"}

// KPITexts translates what the catalogue says.
type KPITexts struct{ phrases map[string]KPIName }

// ReadKPITexts reads the translations strictly.
func ReadKPITexts() (*KPITexts, error) {
	var doc struct {
		Texts []KPIName `yaml:"texts"`
	}
	if err := yaml.UnmarshalWithOptions(kpiTexts, &doc, yaml.Strict()); err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Object: "schemas/kpi_texts.yaml", Err: err}
	}
	out := &KPITexts{phrases: map[string]KPIName{}}
	for _, t := range doc.Texts {
		if _, twice := out.phrases[t.EN]; twice || t.EN == "" || t.PL == "" || t.RU == "" {
			return nil, &fault.Error{Kind: fault.Invalid, Object: "schemas/kpi_texts.yaml", Err: fmt.Errorf("%q is there twice, or not in every language", t.EN)}
		}
		out.phrases[t.EN] = t
	}
	return out, nil
}

// In is the name in a language.
func (n KPIName) In(language string) string {
	switch language {
	case "pl":
		return n.PL
	case "ru":
		return n.RU
	}
	return n.EN
}

// In returns text, a phrase of the catalogue or several sentences, in a language; an error names the sentence that has no translation.
func (t *KPITexts) In(language, text string) (string, error) {
	if p, ok := t.phrases[text]; ok || text == "" {
		return p.In(language), nil
	}
	var out []string
	for _, s := range Sentences(text) {
		p, ok := t.phrases[s]
		if !ok {
			return "", fault.New(fault.NotFound, "schemas/kpi_texts.yaml has no translation of %q", s)
		}
		out = append(out, p.In(language))
	}
	return strings.Join(out, " "), nil
}

var sentenceEnd = regexp.MustCompile(`[.?] (?:[A-Z0-9]|fcr)`)

// Sentences cuts a text of the catalogue where a sentence ends and another begins.
func Sentences(text string) (out []string) {
	for {
		at := sentenceEnd.FindStringIndex(text)
		if at == nil {
			return append(out, text)
		}
		out, text = append(out, text[:at[0]+1]), text[at[0]+2:]
	}
}
