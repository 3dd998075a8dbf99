package jsonscan

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"waymark/schemas"
)

// exactDecimal is the oracle of ParseDecimal by rational arithmetic.
func exactDecimal(s string) (*big.Int, bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 && len(s)-i > 6 { // keep the oracle cheap
		return nil, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, false
	}
	r.Mul(r, big.NewRat(10_000, 1))
	num, den := new(big.Int).Abs(r.Num()), r.Denom()
	q := new(big.Int).Mul(num, big.NewInt(2))
	q.Add(q, den).Quo(q, new(big.Int).Mul(den, big.NewInt(2)))
	if r.Sign() < 0 {
		q.Neg(q)
	}
	return q, true
}

func TestParseDecimal(t *testing.T) {
	for _, tt := range []struct {
		in     string
		want   int64
		status Status
	}{
		{"0", 0, OK}, {"-0", 0, OK}, {"1", 10_000, OK}, {"15.09", 150_900, OK}, {"-15.09", -150_900, OK},
		{"0.00005", 1, OK}, {"0.000049", 0, OK}, {"-0.00005", -1, OK}, {"1e2", 1_000_000, OK}, {"1.5E-3", 15, OK},
		{"1e-5", 0, OK}, {"5e-5", 1, OK}, {"5e-6", 0, OK}, {"99999999999999.9999", 999_999_999_999_999_999, OK},
		{"99999999999999.99995", 0, TooBig}, {"1e14", 0, TooBig}, {"1e99999", 0, TooBig}, {"0e99999", 0, OK},
		{"", 0, NotANumber}, {"1,5", 0, NotANumber}, {"+1", 0, NotANumber}, {"01", 0, NotANumber}, {"1.", 0, NotANumber},
	} {
		if got, status := ParseDecimal([]byte(tt.in)); got != tt.want || status != tt.status {
			t.Errorf("ParseDecimal(%q) = %d, %d; want %d, %d", tt.in, got, status, tt.want, tt.status)
		}
	}
}

func TestTypedReaders(t *testing.T) {
	var c Cursor
	read := func(s string, f func()) *Error {
		c.Reset([]byte(s))
		if c.Object() {
			for c.NextKey() {
				f()
			}
		}
		return c.End()
	}
	var n int64
	var ok bool
	for _, s := range []string{`{"a":"12"}`, `{"a":12}`, `{"a":12.0}`} {
		if err := read(s, func() { n, ok = c.Int64() }); err != nil || n != 12 || !ok {
			t.Errorf("Int64 of %s = %d, %v, %v", s, n, ok, err)
		}
	}
	if err := read(`{"a":null}`, func() { n, ok = c.Int64() }); err != nil || ok {
		t.Errorf("Int64 of null = %v, %v", ok, err)
	}
	for s, want := range map[string]schemas.Reason{
		`{"a":"x"}`: schemas.WrongType, `{"a":{}}`: schemas.WrongType, `{"a":1.5}`: schemas.WrongType, `{"a":"9223372036854775808"}`: schemas.OutOfRange,
		`{"a":tru}`: schemas.Malformed, `{"a":`: schemas.Malformed, `{"a":nul}`: schemas.Malformed,
	} {
		err := read(s, func() { c.Int64() })
		if err == nil || err.Reason != want {
			t.Errorf("Int64 of %s: %v, want %s", s, err, want)
		}
		if want != schemas.Malformed && err != nil && err.Field != "a" {
			t.Errorf("Int64 of %s names field %q", s, err.Field)
		}
	}
	var f float64
	if err := read(`{"a":"-1.5e1"}`, func() { f, ok = c.Float() }); err != nil || f != -15 || !ok {
		t.Errorf("Float = %v, %v, %v", f, ok, err)
	}
	var b bool
	if err := read(`{"a":"true","a":true}`, func() { b, ok = c.Bool() }); err != nil || !b || !ok {
		t.Errorf("Bool = %v, %v, %v", b, ok, err)
	}
	if err := read(`{"a":"yes"}`, func() { c.Bool() }); err == nil || err.Reason != schemas.WrongType {
		t.Errorf("Bool of yes: %v", err)
	}
	var raw string
	if err := read(`{"a": {"b":[1, 2]} }`, func() { raw = string(c.Raw()) }); err != nil || raw != `{"b":[1, 2]}` {
		t.Errorf("Raw = %q, %v", raw, err)
	}
	if err := read(`{"a":1.50}`, func() { s, _ := c.Text(); raw = string(s) }); err != nil || raw != "1.50" {
		t.Errorf("Text = %q, %v", raw, err)
	}
}

// TestScratchViews holds that several unescaped strings of one record stay valid side by side.
func TestScratchViews(t *testing.T) {
	var c Cursor
	c.Reset([]byte(`["a\tb","` + strings.Repeat(`\n`, 5000) + `","c\td"]`))
	var got []string
	var views [][]byte
	c.Array()
	for c.NextElem() {
		s, _ := c.String()
		views = append(views, s)
		got = append(got, string(s))
	}
	if err := c.End(); err != nil {
		t.Fatal(err)
	}
	for i := range views {
		if string(views[i]) != got[i] {
			t.Errorf("string %d was overwritten", i)
		}
	}
	if got[0] != "a\tb" || got[2] != "c\td" {
		t.Errorf("got %q", got)
	}
}

func TestErrorsNameNoValues(t *testing.T) {
	var c Cursor
	for _, s := range []string{`{"email":"jan@example.com`, `{"email":"jan@example.com"x}`, `["jan@example.com",tru]`, `{"a":"jan@example.com\q"}`} {
		c.Reset([]byte(s))
		c.Skip()
		err := c.End()
		if err == nil || strings.Contains(err.Error(), "jan") {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestCursorDoesNotAllocate(t *testing.T) {
	rec := []byte(`{"id":"123","name":"a\u00e9b\n","list":[{"k":1.5,"v":true},{"k":null}],"deep":{"a":{"b":["x\ty"]}},"amount":"12.50"}`)
	if !json.Valid(rec) {
		t.Fatal("bad test record")
	}
	var c Cursor
	walk := func() {
		c.Reset(rec)
		c.Object()
		for c.NextKey() {
			switch string(c.Key()) {
			case "id":
				c.Int64()
			case "amount":
				c.Decimal()
			case "name":
				c.String()
			default:
				c.Skip()
			}
		}
		if c.End() != nil {
			t.Fatal(c.Err())
		}
	}
	if n := testing.AllocsPerRun(100, walk); n != 0 {
		t.Errorf("%v allocations per record", n)
	}
}

func TestInt64Forms(t *testing.T) {
	for in, want := range map[string]any{
		`"0"`: int64(0), `"-0"`: int64(0), `"-12"`: int64(-12), `"123456789012345678"`: int64(123456789012345678), `"9223372036854775807"`: int64(9223372036854775807),
		`"-9223372036854775808"`: int64(-9223372036854775808), `"\u0031"`: int64(1), `""`: nil, `"-"`: nil, `"01"`: nil, `"1 "`: nil, `"1`: nil, `"12x"`: nil, `"1.0"`: int64(1), `"+1"`: nil,
	} {
		var c Cursor
		c.Reset([]byte(in))
		n, ok := c.Int64()
		if err := c.End(); want == nil && (ok || err == nil) || want != nil && (!ok || n != want || err != nil) {
			t.Errorf("Int64 of %s = %d, %v, %v", in, n, ok, err)
		}
	}
}
