package privacy

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"waymark/schemas"
)

func newKeyer(t testing.TB, key string) *Keyer {
	t.Helper()
	k, err := NewKeyer([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const key = "0123456789abcdef"

func TestNormalise(t *testing.T) {
	for _, c := range []struct {
		kind               schemas.Identifier
		country, raw, want string
	}{
		{schemas.Email, "", " John.Doe+shop@Example.COM ", "john.doe+shop@example.com"},
		{schemas.Email, "", "MailTo:a@b.pl?subject=x", "a@b.pl"}, {schemas.Email, "", "Jan <jan@firma.pl>", "jan@firma.pl"},
		{schemas.Email, "", "ZAŻÓŁĆ@firma.pl", "zażółć@firma.pl"}, {schemas.Email, "", "zaz\u0307o\u0301łc\u0301@firma.pl", "zażółć@firma.pl"},
		{schemas.Email, "", "nobody", ""}, {schemas.Email, "", "@x.pl", ""}, {schemas.Email, "", "a@", ""}, {schemas.Email, "", "  ", ""},
		{schemas.Phone, "PL", "(22) 123 45 67", "+48221234567"}, {schemas.Phone, "pl", "022 123 45 67", "+48221234567"},
		{schemas.Phone, "PL", "+48 22 123 45 67", "+48221234567"}, {schemas.Phone, "PL", "0048221234567", "+48221234567"},
		{schemas.Phone, "PL", "48221234567", "+48221234567"}, {schemas.Phone, "", "+48 22 123 45 67 ext. 5", "+48221234567"},
		{schemas.Phone, "", "22 123 45 67", "221234567"}, {schemas.Phone, "", "tel:+48-22-1234567;ext=9", "+48221234567"},
		{schemas.Phone, "UA", "044 123 45 67", "+380441234567"}, {schemas.Phone, "RU", "8 (495) 123-45-67", "+74951234567"},
		{schemas.Phone, "RU", "495 123 45 67", "+74951234567"}, {schemas.Phone, "DE", "030/12345678", "+493012345678"},
		{schemas.Phone, "DE", "+49 (0)30 12345678", "+493012345678"}, {schemas.Phone, "GB", "020 7946 0018", "+442079460018"},
		{schemas.Phone, "GB", "+44 (0) 20 7946 0018", "+442079460018"}, {schemas.Phone, "US", "(415) 555-2671 x123", "+14155552671"},
		{schemas.Phone, "US", "1-415-555-2671", "+14155552671"}, {schemas.Phone, "CA", "011 48 221234567", "+48221234567"},
		{schemas.Phone, "FR", "01 23 45 67 89", "+33123456789"}, {schemas.Phone, "ES", "912 345 678", "+34912345678"},
		{schemas.Phone, "IT", "06 1234 5678", "+390612345678"}, {schemas.Phone, "CZ", "221 234 567", "+420221234567"},
		{schemas.Phone, "HU", "06 1 234 5678", "+3612345678"}, {schemas.Phone, "PL", "٢٢١٢٣٤٥٦٧", "+48221234567"},
		{schemas.Phone, "", "000000000", ""}, {schemas.Phone, "", "12", ""}, {schemas.Phone, "PL", "n/a", ""}, {schemas.Phone, "", "+1234567890123456789", ""},
		{schemas.User, "", "  C-17\t", "C-17"}, {schemas.Device, "", "31733645.3711323316", "31733645.3711323316"},
	} {
		if got := string(Normalise(nil, c.kind, []byte(c.raw), c.country)); got != c.want {
			t.Errorf("kind %d %s %q: %q, want %q", c.kind, c.country, c.raw, got, c.want)
		}
	}
}

func TestPseudonyms(t *testing.T) {
	k := newKeyer(t, key)
	id := func(kind schemas.Identifier, system, raw string) [16]byte {
		return k.Pseudonym(kind, system, []byte(raw), "PL")
	}
	if id(schemas.Email, "ga4", "A@b.pl") != id(schemas.Email, "zendesk", " a@b.pl") {
		t.Error("e-mail is one name space for the company")
	}
	if id(schemas.Contact, "ga4", "7") == id(schemas.Contact, "zendesk", "7") {
		t.Error("contact ids belong to their system")
	}
	if id(schemas.User, "", "7") == id(schemas.Contact, "", "7") {
		t.Error("kinds must not meet")
	}
	if id(schemas.Contact, "ab", "c") == id(schemas.Contact, "a", "bc") {
		t.Error("name space and id must not run together")
	}
	if id(schemas.Email, "", "none") != [16]byte{} || id(schemas.User, "", " ") != [16]byte{} {
		t.Error("nothing gives the zero UUID")
	}
	if other := newKeyer(t, key+"x"); other.Pseudonym(schemas.User, "", []byte("7"), "") == id(schemas.User, "", "7") {
		t.Error("another key, another pseudonym")
	}
	if _, err := NewKeyer([]byte("fifteen bytes..")); err == nil {
		t.Error("a short key must be refused")
	}
	// HMAC-SHA-256 of 03 0000 "7", computed elsewhere: stored pseudonyms must not change with a release.
	if got := fmt.Sprintf("%x", id(schemas.User, "", "7")); got != "ecfffcf865d13e3758ce5d2b44d07d2b" {
		t.Errorf("pseudonym %s", got)
	}
}

// TestCacheChangesNothing asks for more identifiers than are remembered, twice and shuffled by a stride.
func TestCacheChangesNothing(t *testing.T) {
	k := newKeyer(t, key)
	n := 3<<cacheBits + 1000
	for i := 0; i < 2*n; i += 7 {
		raw := fmt.Appendf(nil, "u%d", i*31%n)
		if i%1001 == 0 && k.Pseudonym(schemas.User, "", raw, "") != newKeyer(t, key).Pseudonym(schemas.User, "", raw, "") {
			t.Fatalf("%s differs from a fresh keyer", raw)
		}
		k.Pseudonym(schemas.User, "", raw, "")
	}
	// Through a time without looks and out of it, with a spelling that comes back, and an identifier that comes all the time.
	fresh, agent := newKeyer(t, key), k.Pseudonym(schemas.User, "", []byte("agent"), "")
	for i := range 20 * cacheTrial {
		raw := fmt.Appendf(nil, "once%d", i-i%3)
		if got := k.Pseudonym(schemas.User, "", raw, ""); i%977 == 0 && got != fresh.Pseudonym(schemas.User, "", raw, "") {
			t.Fatalf("%s differs from a fresh keyer", raw)
		}
		if i%31 == 0 && k.Pseudonym(schemas.User, "", []byte("agent"), "") != agent {
			t.Fatal("agent changed")
		}
	}
	if s := k.Space(schemas.User, "", ""); s.skip == 0 && s.looks == 0 {
		t.Error("nothing was tried")
	}
	long := bytes.Repeat([]byte("u"), cacheLength+1)
	if k.Pseudonym(schemas.User, "", long, "") != newKeyer(t, key).Pseudonym(schemas.User, "", long, "") {
		t.Error("long ids")
	}
	for i := range 3 * cacheSpaces {
		k.Pseudonym(schemas.Contact, fmt.Sprint(i), []byte("1"), "")
	}
	if len(k.spaces) > cacheSpaces {
		t.Error("spaces are not bounded")
	}
}

func TestPseudonymDoesNotAllocate(t *testing.T) {
	k := newKeyer(t, key)
	s := k.Space(schemas.Email, "", "")
	ids := [][]byte{[]byte("A@b.pl"), []byte("c@d.pl"), bytes.Repeat([]byte("x@y"), 200)}
	pass := func() {
		for _, id := range ids {
			s.Pseudonym(id)
		}
	}
	pass()
	if n := testing.AllocsPerRun(100, pass); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRedact(t *testing.T) {
	for _, c := range []struct {
		raw  string
		max  int
		want string
	}{
		{`{"id": 17, "name":"Jan Żak","ok":true,"n":[1.5,null]}`, 99, `{"id": 00, "name":"xxx xxx","ok":xxxx,"n":[0.0,xxxx]}`},
		{`{"Jan Żak": 1, "user_name" : "x", "id7":1}`, 99, `{"xxx xxx": 0, "user_name" : "x", "xx0":0}`},
		{`{"a":"b" "jan":"c"}`, 99, `{"a":"x" "xxx":"x"}`}, {`{"a":"said "jan": x"}`, 99, `{"a":"xxxx "xxx": x"}`},
		{`{"a":"b\"jan\":","c":1}`, 99, `{"a":"x\"xxx\":","c":0}`}, {`["jan","ala"]`, 99, `["xxx","xxx"]`}, {`{"jan`, 99, `{"xxx`},
		{`7;"Jan, Żak";jan@x.pl;2024-01-02`, 99, `0;"xxx, xxx";xxx@x.xx;0000-00-00`}, {"a\xffb", 99, "x?x"}, {"", 9, ""},
		{"Ⅷ²٣Ⓐ⠁", 99, "000xx"}, {"12345678", 8, "00000000"}, {"123456789", 8, "00000…"}, {"żółw—————", 8, "xxxx…"}, {"abc", 0, ""}, {"abcd", 2, ""},
	} {
		if got := string(Redact(nil, []byte(c.raw), c.max)); got != c.want {
			t.Errorf("%s (%d): %s, want %s", c.raw, c.max, got, c.want)
		}
	}
	if got := string(Redact([]byte("keep "), []byte("ab1"), 9)); got != "keep xx0" {
		t.Error(got)
	}
}

// FuzzRedact: no letter but x and no digit but 0 leaves, except in names of JSON members.
func FuzzRedact(f *testing.F) {
	f.Add([]byte(`{"id":1,"name":"Ann \u0041"}`), 20)
	f.Add([]byte("a,b;1\xff\"\n"), 2048)
	f.Add([]byte(`{"a":{"b":[{"c_d":"e"}]}`), 30)
	f.Fuzz(func(t *testing.T, raw []byte, limit int) {
		limit &= 0xfff
		got := Redact(nil, raw, limit)
		if len(got) > limit || !utf8.Valid(got) {
			t.Fatalf("%d bytes of %d, valid %v", len(got), limit, utf8.Valid(got))
		}
		for _, word := range strings.FieldsFunc(string(got), func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) {
			if strings.Trim(word, "x_") == "" {
				continue
			}
			if !bytes.Contains(raw, []byte(`"`+word)) { // the limit may cut a name
				t.Fatalf("%q leaves and is no member name", word)
			}
		}
		if strings.ContainsAny(string(got), "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Fatalf("%s", got)
		}
	})
}

func FuzzNormalise(f *testing.F) {
	f.Add(uint8(1), []byte("A <a@b.c>"), "PL")
	f.Add(uint8(2), []byte("+48 (0) 22"), "US")
	f.Fuzz(func(t *testing.T, kind uint8, raw []byte, country string) {
		k := schemas.Identifier(kind % 7)
		once := Normalise(nil, k, raw, country)
		if k != schemas.Phone && k != schemas.Email && !bytes.Equal(Normalise(nil, k, once, country), once) {
			t.Fatalf("%q is not stable", once)
		}
		if k == schemas.Phone && len(once) > maxDigits+6 {
			t.Fatalf("%d bytes", len(once))
		}
	})
}

func BenchmarkPseudonymNew(b *testing.B) {
	s := newKeyer(b, key).Space(schemas.User, "", "")
	raw := []byte("31733645.3711323316")
	for b.Loop() {
		s.compute(raw)
	}
}
