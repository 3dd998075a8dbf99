package configs

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// JSONSchema returns the JSON Schema of the configuration file, generated from the types; editors complete from it.
func JSONSchema() []byte {
	root := schemaOf(reflect.TypeFor[Config]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Waymark configuration"
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // the map holds strings, booleans, slices and maps only
	}
	return append(text, '\n')
}

func schemaOf(t reflect.Type) map[string]any {
	if t.Implements(reflect.TypeFor[interface{ JSONSchema() map[string]any }]()) {
		return reflect.Zero(t).Interface().(interface{ JSONSchema() map[string]any }).JSONSchema()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice:
		return listSchema(t)
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	}
	return objectSchema(t)
}

// listSchema allows one string in the place of a list of strings where the type reads that.
func listSchema(t reflect.Type) map[string]any {
	list := map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	if t.Elem().Kind() == reflect.String && t.Name() != "" {
		return map[string]any{"anyOf": []any{map[string]any{"type": "string"}, list}}
	}
	return list
}

func objectSchema(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for name, f := range keysOf(t) {
		p := schemaOf(f.Type)
		if d := f.Tag.Get("desc"); d != "" {
			p["description"] = d
		}
		if e := f.Tag.Get("enum"); e != "" {
			p["enum"] = strings.Split(e, ",")
		}
		properties[name] = p
	}
	for _, name := range slices.Sorted(maps.Keys(keysOf(t))) {
		if keysOf(t)[name].Tag.Get("required") == "true" {
			required = append(required, name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}
