package schemas

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// TargetsSchema returns the JSON Schema of a YAML file of targets, from the catalogue: which KPIs there are, by which dimensions each is broken down,
// and what values its unit allows. Editors complete and check from it; extract/targets holds the file to the same rules.
func TargetsSchema(kpis []KPI) []byte {
	described := []any{}
	byDimensions := map[string][]string{}
	byUnit := map[string][]string{}
	for _, k := range kpis {
		described = append(described, map[string]any{"const": k.ID, "title": k.Name.EN, "description": k.Question + " " + k.Formula + " Good is " + k.Direction + "."})
		dimensions := strings.Join(k.Dimensions, " ")
		byDimensions[dimensions] = append(byDimensions[dimensions], k.ID)
		byUnit[k.Unit] = append(byUnit[k.Unit], k.ID)
	}
	text := func(description string) map[string]any {
		return map[string]any{"type": "string", "description": description}
	}
	date := map[string]any{"type": "string", "format": "date"}
	target := map[string]any{
		"type": "object", "additionalProperties": false, "required": []string{"kpi", "target", "start", "due"},
		"properties": map[string]any{
			"kpi":       map[string]any{"description": "Id of the catalogue.", "oneOf": described},
			"dimension": map[string]any{"description": "With member; both absent is the KPI as a whole.", "enum": dimensionNames(kpis)},
			"member":    text("Member of the dimension."),
			"baseline":  map[string]any{"description": "Value at the start in the KPI's unit; absent is the KPI's own value then.", "type": []string{"number", "string"}},
			"target":    map[string]any{"description": "Value to reach in the KPI's unit; a share as 0.12 or 12 %.", "type": []string{"number", "string"}},
			"start":     date, "due": date,
			"owner": text("Who answers for it: a team or a role."),
		},
		"allOf": append(dimensionRules(byDimensions), unitRules(byUnit)...),
	}
	root := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Waymark targets", "type": "object", "additionalProperties": false,
		"required": []string{"targets"}, "properties": map[string]any{"targets": map[string]any{"type": "array", "items": target}},
	}
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // the map holds strings, booleans, numbers, slices and maps only
	}
	return append(out, '\n')
}

func dimensionNames(kpis []KPI) (out []string) {
	for _, d := range KPIDimensions {
		if slices.ContainsFunc(kpis, func(k KPI) bool { return slices.Contains(k.Dimensions, d) }) {
			out = append(out, d)
		}
	}
	return out
}

// dimensionRules allow each KPI its own dimensions.
func dimensionRules(by map[string][]string) (out []any) {
	for _, dimensions := range slices.Sorted(maps.Keys(by)) {
		out = append(out, rule(by[dimensions], map[string]any{"dimension": map[string]any{"enum": strings.Fields(dimensions)}}))
	}
	return out
}

// unitRules allow each KPI what its unit allows, as extract/targets does.
func unitRules(by map[string][]string) (out []any) {
	for _, unit := range slices.Sorted(maps.Keys(by)) {
		value := map[string]any{"type": []string{"number", "string"}, "minimum": 0, "pattern": "^[0-9]+([.,][0-9]+)?$"}
		switch unit {
		case "share":
			value["maximum"], value["pattern"] = 1, "^[0-9]+([.,][0-9]+)? ?%?$"
		case "growth":
			value["minimum"], value["pattern"] = -1, "^-?[0-9]+([.,][0-9]+)? ?%?$"
		case "points":
			value["minimum"], value["maximum"], value["pattern"] = -100, 100, "^-?[0-9]+([.,][0-9]+)?$"
		}
		out = append(out, rule(by[unit], map[string]any{"baseline": value, "target": value}))
	}
	return out
}

func rule(ids []string, properties map[string]any) map[string]any {
	return map[string]any{
		"if":   map[string]any{"properties": map[string]any{"kpi": map[string]any{"enum": ids}}},
		"then": map[string]any{"properties": properties},
	}
}
