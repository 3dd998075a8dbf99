package jsonscan

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

var seeds = []string{
	`{}`, `[]`, `null`, `{"a":1}`, `{"a":"b\n\u00e9\ud83d\ude00\ud800x"}`, `[1,-0,0.5,1e9,1E-3,01]`, `{"a":[{"b":{}},[]]}`,
	"{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}", `{"a":tru}`, `{"a" : 1 , "a" : 2}`, `{"a":1,}`, `[1,]`, `[,1]`, `{"a"}`, `"\ud83d\u0041"`, `"\uD83D\ud83d\ude00"`,
	`{"long key that is more than eight":"a value that is longer than sixteen bytes","x":["\"\\\/\b\f\r\t"]}`, `123456789012345678901234567890`, ` {"a":1} x`, `{"żółć":"ąę"}`,
}

// tooDeep reports nesting beyond MaxDepth, the one place where we are stricter than encoding/json about syntax.
func tooDeep(data []byte) bool {
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case inString && b == '\\':
			i++
		case b == '"':
			inString = !inString
		case inString:
		case b == '{' || b == '[':
			if depth++; depth > MaxDepth {
				return true
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return false
}

func FuzzSkip(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Add([]byte(strings.Repeat("[", 600)))
	f.Add([]byte(strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c Cursor
		c.Reset(data)
		c.Skip()
		err := c.End()
		want := json.Valid(data) && utf8.Valid(data) && !tooDeep(data)
		if (err == nil) != want {
			t.Fatalf("Skip(%q) = %v, want valid %v", data, err, want)
		}
	})
}

// build decodes any value by the cursor into what encoding/json would make of it with UseNumber.
func build(c *Cursor) any {
	switch c.Kind() {
	case Object:
		m := map[string]any{}
		if c.Object() {
			for c.NextKey() {
				k := string(c.Key())
				m[k] = build(c)
			}
		}
		return m
	case Array:
		a := []any{}
		if c.Array() {
			for c.NextElem() {
				a = append(a, build(c))
			}
		}
		return a
	case String:
		s, _ := c.String()
		return string(s)
	case Number:
		n, _ := c.Number()
		return json.Number(n)
	case Bool:
		b, _ := c.Bool()
		return b
	default:
		if !c.IsNull() {
			c.Skip()
		}
		return nil
	}
}

func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			w, ok := b[k]
			if !ok || !equal(v, w) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	default:
		return a == b
	}
}

func FuzzValues(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var c Cursor
		c.Reset(data)
		got := build(&c)
		err := c.End()
		want := json.Valid(data) && utf8.Valid(data) && !tooDeep(data)
		if (err == nil) != want {
			t.Fatalf("walk(%q) = %v, want valid %v", data, err, want)
		}
		if !want {
			return
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var oracle any
		if err := d.Decode(&oracle); err != nil {
			t.Fatal(err)
		}
		if !equal(got, oracle) {
			t.Fatalf("%q: got %#v, want %#v", data, got, oracle)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"0", "-0", "12.34567", "1e3", "1.5e-5", "0.00005", "99999999999999.99995", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "12.000", "1e100000", "0e999999999", "100000000000000e0", "0.00000001e8"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		valid := json.Valid([]byte(s)) && s != "" && (s[0] == '-' || s[0]-'0' <= 9) && s[len(s)-1]-'0' <= 9
		n, status := ParseDecimal([]byte(s))
		if (status != NotANumber) != valid {
			t.Fatalf("ParseDecimal(%q) = %d, %d", s, n, status)
		}
		if want, ok := exactDecimal(s); valid && ok {
			if status == TooBig && want.IsInt64() && want.Int64() < maxDecimal && want.Int64() > -maxDecimal {
				t.Fatalf("ParseDecimal(%q) is too big, want %v", s, want)
			}
			if status == OK && (!want.IsInt64() || want.Int64() != n) {
				t.Fatalf("ParseDecimal(%q) = %d, want %v", s, n, want)
			}
		}
		i, status := ParseInt([]byte(s))
		if want, err := strconv.ParseInt(s, 10, 64); err == nil && s[0] != '+' && (status != OK || i != want) {
			t.Fatalf("ParseInt(%q) = %d, %d, want %d", s, i, status, want)
		} else if status == OK && err != nil {
			if x, err := strconv.ParseFloat(s, 64); err != nil || math.Abs(x-float64(i)) > math.Abs(x)*1e-15 {
				t.Fatalf("ParseInt(%q) = %d", s, i)
			}
		}
	})
}
