package journey

import (
	_ "embed" // default.yaml
	"slices"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed default.yaml
var defaultYAML []byte

// DefaultRules returns the built-in rules as rules, for those who put their own before them.
func DefaultRules() []Rule { return slices.Clone(defaultRules()) }

// defaultRules are read once: that takes 3 ms, and a run asks three times.
var defaultRules = sync.OnceValue(func() []Rule {
	var rules []Rule
	if err := yaml.UnmarshalWithOptions(defaultYAML, &rules, yaml.Strict()); err != nil {
		panic("journey: built-in rules: " + err.Error()) // a defect that any test meets
	}
	return rules
})
