package clickhouse

import (
	"strconv"
	"strings"
)

// fits reports whether values of a SELECT's type go into a declared column type unharmed: without a value changing
// silently and without a NULL where none is allowed.
func fits(declared, given string) bool {
	declared, given = bareType(declared), bareType(given)
	if declared == given {
		return true
	}
	inner, nullable := strings.CutPrefix(declared, "Nullable(")
	if nullable {
		if stripped, ok := strings.CutPrefix(given, "Nullable("); ok {
			given = strings.TrimSuffix(stripped, ")")
		}
		return given == "Nothing" || fits(strings.TrimSuffix(inner, ")"), given)
	}
	if strings.HasPrefix(given, "Nullable(") {
		return false
	}
	if kind, _ := integer(declared); kind != 0 {
		given, _ := integer(given)
		return given != 0 // the build converts with accurateCast: a value out of range is an error
	}
	switch {
	case strings.HasPrefix(declared, "Decimal("):
		// Overflow is an error of the INSERT, a lost digit is not.
		return strings.HasPrefix(given, "Decimal(") && scale(declared) >= scale(given)
	case strings.HasPrefix(declared, "DateTime64("):
		return strings.HasPrefix(given, "DateTime")
	case declared == "Float64":
		_, n := integer(given)
		return given == "Float32" || n > 0 && n <= 32
	case declared == "String":
		return strings.HasPrefix(given, "Enum") || strings.HasPrefix(given, "FixedString(")
	}
	return false
}

// bareType drops spaces and LowCardinality, which change how a value is stored and not what it is.
func bareType(t string) string {
	t = strings.ReplaceAll(t, " ", "")
	for {
		i := strings.Index(t, "LowCardinality(")
		if i < 0 {
			break
		}
		rest := t[i+len("LowCardinality("):]
		end, depth := len(rest)-1, 0
		for j := range rest {
			if rest[j] == '(' {
				depth++
			} else if rest[j] == ')' {
				if depth == 0 {
					end = j
					break
				}
				depth--
			}
		}
		if end < 0 {
			break
		}
		t = t[:i] + rest[:end] + rest[end+1:]
	}
	if t == "Bool" {
		return "UInt8"
	}
	return t
}

// integer gives 'I' or 'U' and the size of an integer type; 0 for any other.
func integer(t string) (kind byte, bits int) {
	for prefix, k := range map[string]byte{"Int": 'I', "UInt": 'U'} {
		if rest, ok := strings.CutPrefix(t, prefix); ok {
			if n, err := strconv.Atoi(rest); err == nil {
				return k, n
			}
		}
	}
	return 0, 0
}

func scale(decimal string) int {
	_, s, _ := strings.Cut(strings.TrimSuffix(decimal, ")"), ",")
	n, _ := strconv.Atoi(s)
	return n
}
