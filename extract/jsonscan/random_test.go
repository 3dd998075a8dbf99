package jsonscan

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// randomJSON appends a random value, valid before any damage.
func randomJSON(b []byte, rnd *rand.Rand, depth int) []byte {
	space := func() { b = append(b, strings.Repeat(" ", rnd.IntN(8)/7)...) }
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	text := func() {
		b = append(b, '"')
		for range rnd.IntN(5) {
			b = append(b, pick("a", "plain text of some length", `\n`, `\"`, `\\`, `\u00e9`, `\ud83d\ude00`, `\ud83d`, `\ude00x`, "ż", "😀", "{", "]", ",", ":")...)
		}
		b = append(b, '"')
	}
	switch k := rnd.IntN(8); {
	case k < 2 && depth > 0:
		b = append(b, '{')
		for i := range rnd.IntN(4) {
			if i > 0 {
				b = append(b, ',')
			}
			space()
			text()
			space()
			b = append(b, ':')
			space()
			b = randomJSON(b, rnd, depth-1)
		}
		space()
		return append(b, '}')
	case k < 4 && depth > 0:
		b = append(b, '[')
		for i := range rnd.IntN(4) {
			if i > 0 {
				b = append(b, ',')
			}
			space()
			b = randomJSON(b, rnd, depth-1)
		}
		space()
		return append(b, ']')
	case k == 4:
		return append(b, pick("true", "false", "null")...)
	case k == 5:
		return append(b, pick("0", "-0", "12", "-3.25", "1e9", "2.5E-7", "123456789012345678901234567890")...)
	default:
		text()
		return b
	}
}

// TestAgainstEncodingJSON reads many random texts, whole and damaged, as encoding/json does.
func TestAgainstEncodingJSON(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 13))
	var c Cursor
	valid := 0
	for range 30_000 {
		data := randomJSON(nil, rnd, 5)
		for range rnd.IntN(3) {
			switch i := rnd.IntN(len(data)); rnd.IntN(4) {
			case 0:
				data[i] = `{}[]",:\u0tfn-.eE 1`[rnd.IntN(19)]
			case 1:
				data[i] = byte(rnd.IntN(256))
			case 2:
				data = append(data[:i], data[i+1:]...)
			case 3:
				data = append(data[:i:i], append([]byte{data[i]}, data[i:]...)...)
			}
			if len(data) == 0 {
				data = []byte("0")
			}
		}
		want := json.Valid(data) && utf8.Valid(data)
		c.Reset(data)
		c.Skip()
		if err := c.End(); (err == nil) != want {
			t.Fatalf("Skip(%q) = %v, want valid %v", data, err, want)
		}
		c.Reset(data)
		got := build(&c)
		if err := c.End(); (err == nil) != want {
			t.Fatalf("walk(%q) = %v, want valid %v", data, err, want)
		}
		if !want {
			continue
		}
		valid++
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var oracle any
		if err := d.Decode(&oracle); err != nil {
			t.Fatal(err)
		}
		if !equal(got, oracle) {
			t.Fatalf("%q: got %#v, want %#v", data, got, oracle)
		}
	}
	if valid < 5000 || valid > 25_000 {
		t.Errorf("%d of 30,000 texts were valid", valid)
	}
}
