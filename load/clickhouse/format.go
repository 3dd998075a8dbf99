package clickhouse

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// FormatValue renders a value for people and files: times as UTC ISO 8601, NULL as "", decimals exactly with the scale
// of their type, arrays and maps as JSON. clickhouseType is the type's name as in Rows.Types.
func FormatValue(v any, clickhouseType string) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		if !strings.HasPrefix(clickhouseType, "Array(") { // of UInt8 it is a list of numbers
			return string(v)
		}
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return formatTime(v, clickhouseType)
	case decimal.Decimal:
		return formatDecimal(v, clickhouseType)
	case float64:
		return formatFloat(v, 64)
	case float32:
		return formatFloat(float64(v), 32)
	case fmt.Stringer:
		return v.String()
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		b, err := json.Marshal(JSONValue(v, clickhouseType))
		if err == nil {
			return string(b)
		}
	}
	return fmt.Sprint(v)
}

func formatTime(t time.Time, clickhouseType string) string {
	inner := innermost(clickhouseType)
	if inner == "Date" || inner == "Date32" {
		return t.Format(time.DateOnly)
	}
	layout := "2006-01-02T15:04:05"
	if rest, ok := strings.CutPrefix(inner, "DateTime64("); ok && rest != "" {
		if n := int(rest[0] - '0'); n > 0 && n <= 9 {
			layout += "." + strings.Repeat("0", n)
		}
	}
	return t.UTC().Format(layout) + "Z"
}

func formatDecimal(d decimal.Decimal, clickhouseType string) string {
	if inner := innermost(clickhouseType); strings.HasPrefix(inner, "Decimal(") {
		return d.StringFixed(int32(scale(strings.ReplaceAll(inner, " ", ""))))
	}
	return d.String()
}

func formatFloat(f float64, bits int) string {
	if math.IsNaN(f) {
		return "nan"
	}
	if math.IsInf(f, 0) {
		return strings.TrimPrefix(strconv.FormatFloat(f, 'f', -1, bits), "+")
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.FormatFloat(f, 'e', -1, bits)
	}
	return strconv.FormatFloat(f, 'f', -1, bits)
}

// innermost strips Nullable and LowCardinality off a type name.
func innermost(t string) string {
	for {
		switch {
		case strings.HasPrefix(t, "Nullable("):
			t = strings.TrimSuffix(strings.TrimPrefix(t, "Nullable("), ")")
		case strings.HasPrefix(t, "LowCardinality("):
			t = strings.TrimSuffix(strings.TrimPrefix(t, "LowCardinality("), ")")
		default:
			return t
		}
	}
}

// JSONValue turns a value into what encoding/json writes without loss: numbers stay numbers (decimals as
// json.Number), times and UUIDs become text, NULL, NaN and infinities null.
func JSONValue(v any, clickhouseType string) any {
	switch v := v.(type) {
	case nil:
		return nil
	case bool, string, int8, int16, int32, int64, uint8, uint16, uint32, uint64, int, uint:
		return v
	case float64, float32:
		f := reflect.ValueOf(v).Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil
		}
		return json.Number(FormatValue(v, clickhouseType))
	case decimal.Decimal, time.Time:
		text := FormatValue(v, clickhouseType)
		if _, ok := v.(decimal.Decimal); ok {
			return json.Number(text)
		}
		return text
	case fmt.Stringer:
		return v.String()
	}
	return jsonComposite(reflect.ValueOf(v), clickhouseType)
}

// indirect follows pointers to a plain value, nil for NULL. A big.Int stays a pointer: only that knows its text.
func indirect(v reflect.Value) any {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if n, ok := v.Interface().(big.Int); ok {
		return &n
	}
	return v.Interface()
}

// jsonComposite renders arrays, tuples and maps; elements take their own type's rendering as far as the name tells it.
func jsonComposite(v reflect.Value, clickhouseType string) any {
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		element := ""
		if inner, ok := strings.CutPrefix(clickhouseType, "Array("); ok {
			element = strings.TrimSuffix(inner, ")")
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = JSONValue(indirect(v.Index(i)), element)
		}
		return list
	case reflect.Map:
		object := make(map[string]json.RawMessage, v.Len())
		for it := v.MapRange(); it.Next(); {
			b, _ := json.Marshal(JSONValue(indirect(it.Value()), "")) // JSONValue gives only what can be written
			object[FormatValue(indirect(it.Key()), "")] = b
		}
		return object
	}
	return fmt.Sprint(v.Interface())
}
