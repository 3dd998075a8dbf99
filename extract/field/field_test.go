package field

import (
	"fmt"
	"math/big"
	"sort"
	"strings"
	"testing"
	"time"

	"waymark/schemas"
)

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		text  string
		comma bool
		want  int64
		why   schemas.Reason
	}{
		{"0", false, 0, ""}, {"12", false, 120_000, ""}, {"-12.5", false, -125_000, ""}, {"+1.0001", false, 10_001, ""}, {" 1.5 ", false, 15_000, ""},
		{"1124741.15", false, 11_247_411_500, ""}, {".5", false, 5_000, ""}, {"5.", false, 50_000, ""}, {"0.00005", false, 1, ""}, {"0.00004999", false, 0, ""},
		{"-0.00005", false, -1, ""}, {"1.23456789", false, 12_346, ""}, {"1.0E7", false, 100_000_000_000, ""}, {"1e-2", false, 100, ""}, {"0e9999", false, 0, ""},
		{"1,234.56", false, 12_345_600, ""}, {"1,234,567", false, 12_345_670_000, ""}, {"1 234 567.8", false, 12_345_678_000, ""}, {"1'234.5", false, 12_345_000, ""},
		{"1\u00a0234,56", true, 12_345_600, ""}, {"1\u202f234,56", true, 12_345_600, ""}, {"1.234,56", true, 12_345_600, ""}, {"12,5", true, 125_000, ""}, {"1.234", true, 12_340_000, ""},
		{"99999999999999.9999", false, 999_999_999_999_999_999, ""}, {"99999999999999.99994", false, 999_999_999_999_999_999, ""}, {"0.00000000000000000000000000001", false, 0, ""},
		{"1.00000000000000000000000000001", false, 10_000, ""}, {"00000000000000000000000000000012", false, 120_000, ""},
		{"99999999999999.99995", false, 0, schemas.OutOfRange}, {"100000000000000", false, 0, schemas.OutOfRange}, {"1e15", false, 0, schemas.OutOfRange},
		{"123456789012345678901234567890", false, 0, schemas.OutOfRange}, {"1e9999", false, 0, schemas.OutOfRange},
		{"", false, 0, schemas.WrongType}, {"-", false, 0, schemas.WrongType}, {".", false, 0, schemas.WrongType}, {"1,5", false, 0, schemas.WrongType}, {"1.5", true, 0, schemas.WrongType},
		{"1,23,456", false, 0, schemas.WrongType}, {"1234,567", false, 0, schemas.WrongType}, {"1,234 567", false, 0, schemas.WrongType}, {"12 EUR", false, 0, schemas.WrongType},
		{"1e", false, 0, schemas.WrongType}, {"1e+", false, 0, schemas.WrongType}, {"0x10", false, 0, schemas.WrongType}, {"NaN", false, 0, schemas.WrongType}, {"1.2.3", false, 0, schemas.WrongType},
	} {
		if got, why := Decimal([]byte(c.text), c.comma); got != c.want && c.why == "" || why != c.why {
			t.Errorf("%q (comma %v): %d %q, want %d %q", c.text, c.comma, got, why, c.want, c.why)
		}
	}
}

func TestOtherNumbers(t *testing.T) {
	if f, why := Percent([]byte("12,5 %"), true); f != 0.125 || why != "" {
		t.Errorf("12,5 %% is %v %q", f, why)
	}
	if f, why := Percent([]byte("10"), false); f != 0.1 || why != "" {
		t.Errorf("10 is %v %q", f, why)
	}
	for text, want := range map[string]schemas.Reason{"12": "", "12.0": "", "12.5": schemas.WrongType, "3000000000": schemas.OutOfRange, "x": schemas.WrongType} {
		if _, why := Int32([]byte(text), false); why != want {
			t.Errorf("%s as Int32: %q, want %q", text, why, want)
		}
	}
}

func TestTime(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"2024-01-22T16:14:25.000+0000", "2024-01-22T16:14:25Z"}, {"2024-01-22T16:14:25Z", "2024-01-22T16:14:25Z"}, {"2024-01-22T16:14:25.123456789-05:00", "2024-01-22T21:14:25.123456Z"},
		{"2024-01-22T16:14:25+01", "2024-01-22T15:14:25Z"}, {"2024-01-22 16:14:25 UTC", "2024-01-22T16:14:25Z"}, {" 2024-07-22 16:14:25 ", "2024-07-22T14:14:25Z"},
		{"2024-01-22 16:14", "2024-01-22T15:14:00Z"}, {"2024-01-22", "2024-01-21T23:00:00Z"}, {"22.01.2024", "2024-01-21T23:00:00Z"}, {"1.7.2024 8:05", "2024-07-01T06:05:00Z"},
		{"22/01/2024", "2024-01-21T23:00:00Z"}, {"01/22/2024 16:14:25", "2024-01-22T15:14:25Z"}, {"1/2/2024 4:14 PM", "2024-01-02T15:14:00Z"}, {"1/2/2024 12:00 am", "2024-01-01T23:00:00Z"},
		{"05/05/2024", "2024-05-04T22:00:00Z"}, {"2024/01/22 00:00:00", "2024-01-21T23:00:00Z"}, {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"}, {"1905-03-01T00:00:00Z", "1905-03-01T00:00:00Z"},
		{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"}, {"2024-01-22T16:14:25,5Z", "2024-01-22T16:14:25.5Z"}, {"01/22/2024, 16:14", "2024-01-22T15:14:00Z"},
	} {
		us, why := Time([]byte(c.text), warsaw)
		if got := time.UnixMicro(us).UTC().Format(time.RFC3339Nano); got != c.want || why != "" {
			t.Errorf("%q is %s %q, want %s", c.text, got, why, c.want)
		}
	}
	for text, want := range map[string]schemas.Reason{
		"": schemas.WrongType, "x": schemas.WrongType, "2024": schemas.WrongType, "2024-13-01": schemas.WrongType, "2023-02-29": schemas.WrongType, "2024-01-22T25:00:00Z": schemas.WrongType,
		"2024-01-22T16": schemas.WrongType, "01/02/2024": schemas.WrongType, "2024-01-22T16:14:25+": schemas.WrongType, "2024-01-22T16:14:25 Mars": schemas.WrongType, "22-01-2024": schemas.WrongType,
		"1/2/2024 14:14 PM": schemas.WrongType, "1700000000": schemas.WrongType, "2024-01-22 16:14:25.": schemas.WrongType, "1800-01-01": schemas.OutOfRange, "4000-12-31": schemas.OutOfRange,
		"2024-01-22junk": schemas.WrongType, "1.2": schemas.WrongType, "99/99/2024": schemas.WrongType,
	} {
		if _, why := Time([]byte(text), warsaw); why != want {
			t.Errorf("%q: %q, want %q", text, why, want)
		}
	}
}

// Every day from 1900 on is what the standard library says it is.
func TestDaysAgainstStandardLibrary(t *testing.T) {
	for d := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2300; d = d.AddDate(0, 0, 17) {
		us, why := Time([]byte(d.Format("2006-01-02")), time.UTC)
		if us != d.UnixMicro() || why != "" {
			t.Fatalf("%s is %d %q, want %d", d, us, why, d.UnixMicro())
		}
	}
}

func TestDay(t *testing.T) {
	warsaw, _ := time.LoadLocation("Europe/Warsaw")
	for text, want := range map[string]int64{"1970-01-01": 0, "2024-01-22": 19_744, "2024-01-22T23:30:00Z": 19_745, "2024-01-22 23:30:00": 19_744, "22.01.2024": 19_744} {
		if got, why := Day([]byte(text), warsaw); got != want || why != "" {
			t.Errorf("%s is day %d %q, want %d", text, got, why, want)
		}
	}
	for _, text := range []string{"1969-12-31", "2149-06-07"} {
		if _, why := Day([]byte(text), warsaw); why != schemas.OutOfRange {
			t.Errorf("%s: %q", text, why)
		}
	}
	if got := Midnight(19_744, warsaw); got != time.Date(2024, 1, 22, 0, 0, 0, 0, warsaw).UnixMicro() {
		t.Errorf("midnight is %d", got)
	}
	if got := LocalDay(-1, time.UTC); got != -1 {
		t.Errorf("the last µs of 1969 is on day %d", got)
	}
}

func TestBool(t *testing.T) {
	for text, want := range map[string]bool{"": false, " ": false, "0": false, "1": true, "true": true, "TRUE": true, "False": false, "yes": true, "No": false, "t": true, "F": false, "Y": true, "n": false, "1.0": true} {
		if got, why := Bool([]byte(text)); got != want || why != "" {
			t.Errorf("%q is %v %q", text, got, why)
		}
	}
	for _, text := range []string{"2", "maybe", "tru", "on", "x"} {
		if _, why := Bool([]byte(text)); why != schemas.WrongType {
			t.Errorf("%q: %q", text, why)
		}
	}
}

func TestCountry(t *testing.T) {
	if !sort.SliceIsSorted(countryNames[:], func(i, j int) bool { return countryNames[i].name < countryNames[j].name }) {
		t.Fatal("the table is not sorted")
	}
	for i := 2; i < len(alpha2); i += 2 {
		if alpha2[i-2:i] >= alpha2[i:i+2] {
			t.Fatalf("%s is not in order", alpha2[i:i+2])
		}
	}
	for text, want := range map[string]string{
		"US": "US", "us": "US", "USA": "US", "United States": "US", " U.S.A. ": "US", "Poland": "PL", "POLSKA": "PL", "pl": "PL", "POL": "PL", "UK": "GB", "Deutschland": "DE", "Österreich": "AT",
		"": "", "x": "", "Atlantis": "", "QQ": "", "ZZ": "", "a very long name that is no country at all": "", "U": "",
	} {
		if got := Country([]byte(text)); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for _, c := range countryNames {
		if c.code != "XK" && byAlpha2([]byte(strings.ToLower(c.code))) != c.code {
			t.Errorf("%s has no assigned code", c.name)
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	warsaw, _ := time.LoadLocation("Europe/Warsaw")
	stamp, amount, country := []byte("2024-01-22 16:14:25"), []byte("1,124,741.15"), []byte("United States")
	if n := testing.AllocsPerRun(100, func() {
		Time(stamp, warsaw)
		Decimal(amount, false)
		Country(country)
		Bool(country)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A plain decimal is exactly what big.Rat makes of it, rounded half away from zero.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"0", "1.5", "-12.34567", "1e3", "99999999999999.9999", "1,234.5", "12345678901234567890.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		Decimal([]byte(s), true)
		Percent([]byte(s), false)
		got, why := Decimal([]byte(s), false)
		if strings.Trim(s, "0123456789.eE+-") != "" || len(s) > 30 {
			return
		}
		if i := strings.IndexAny(s, "eE"); i >= 0 && len(s)-i > 4 {
			return
		}
		r, ok := new(big.Rat).SetString(s)
		if !ok {
			return
		}
		r.Mul(r, big.NewRat(Scale, 1))
		want, _ := new(big.Int).SetString(r.FloatString(0), 10)
		if huge := want.CmpAbs(big.NewInt(maxDecimal)) > 0; huge != (why == schemas.OutOfRange) || !huge && (why != "" || want.Int64() != got) {
			t.Fatalf("%q is %d %q, want %s", s, got, why, want)
		}
	})
}

// What time.Parse reads as RFC 3339 is read the same.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"2024-01-22T16:14:25.000+0000", "2024-01-22T16:14:25Z", "1/2/2024 4:14 PM", "22.01.2024 16:14", "2024-02-30", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		us, why := Time([]byte(s), time.UTC)
		Day([]byte(s), time.UTC)
		Bool([]byte(s))
		Country([]byte(s))
		want, err := time.Parse(time.RFC3339Nano, s)
		if err != nil || want.Year() < minYear || want.Year() > maxYear {
			return
		}
		if _, offset := want.Zone(); offset > 18*3600 || offset < -18*3600 {
			return
		}
		if why != "" || us != want.UnixMicro() {
			t.Fatalf("%q is %d %q, want %d", s, us, why, want.UnixMicro())
		}
	})
}

func ExampleTime() {
	us, _ := Time([]byte("2024-01-22T16:14:25.000+0000"), time.UTC)
	fmt.Println(time.UnixMicro(us).UTC())
	// Output: 2024-01-22 16:14:25 +0000 UTC
}

func BenchmarkTime(b *testing.B) {
	stamp := []byte("2024-01-22T16:14:25.000+0000")
	for b.Loop() {
		Time(stamp, time.UTC)
	}
}
