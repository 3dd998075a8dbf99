package clickhouse

import "strings"

// ident quotes an identifier. Every identifier in a statement of this package goes through it.
func ident(name string) string {
	return "`" + escape.Replace(name) + "`"
}

// literal quotes text for the places where ClickHouse takes no query parameter: comments in DDL and partition ids.
func literal(text string) string {
	return "'" + escape.Replace(text) + "'"
}

func idents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = ident(n)
	}
	return strings.Join(quoted, ", ")
}

var escape = strings.NewReplacer("\\", "\\\\", "'", "\\'", "`", "\\`", "\n", "\\n", "\r", "\\r", "\t", "\\t", "\x00", "\\0")
