package models

import "strings"

// scalars are the column types a mart may have, as they are spelt.
var scalars = []string{"UUID", "String", "LowCardinality(String)", "Date", "DateTime64(3,'UTC')", "DateTime64(6,'UTC')", "Bool",
	"UInt8", "UInt16", "UInt32", "UInt64", "Int32", "Int64", "Float32", "Float64", "Decimal(18,4)", "Decimal(38,8)",
	"Map(LowCardinality(String),String)", "Array(String)", "Array(LowCardinality(String))", "Array(DateTime64(3,'UTC'))"}

// checkType returns "" or what is wrong with a type.
func checkType(t string) string {
	inner := t
	if s, ok := strings.CutPrefix(t, "Nullable("); ok && strings.HasSuffix(s, ")") {
		inner = strings.TrimSuffix(s, ")")
		if strings.ContainsAny(inner, "(") && !strings.HasPrefix(inner, "DateTime64") && !strings.HasPrefix(inner, "Decimal") {
			return "type " + inner + " cannot be Nullable"
		}
	}
	for _, s := range scalars {
		if inner == s {
			return ""
		}
	}
	return "unknown type " + t + suggestion(inner, scalars)
}
