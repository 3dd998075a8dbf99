package fx

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"waymark/extract"
	"waymark/extract/exporttest"
	"waymark/internal/fault"
	"waymark/schemas"
)

func read(t *testing.T, e extract.Export, text string, opt extract.Options) *exporttest.Result {
	t.Helper()
	got, err := exporttest.Read(t, e, []byte(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// spelt shows rows as "day from to units rate" and rejects as "line reason field".
func spelt(got *exporttest.Result) (rows, rejects []string) {
	for _, r := range got.Tables["fx_rate"] {
		rows = append(rows, strings.Join([]string{r["rate_date"], r["from_currency"], r["to_currency"], r["units"], r["rate"]}, " "))
	}
	for _, r := range got.Rejects {
		rejects = append(rejects, fmt.Sprint(r.Line, " ", r.Reason, " ", r.Field))
	}
	return rows, rejects
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: want -, got +:\n%s", what, d)
	}
}

const european = "Date,USD,JPY,CYP,GBP,PLN,\n" +
	"2026-01-06,1.0401,163.2,N/A,0.83105,4.2615,\n" +
	"2026-01-05,1.0395,163.55,N/A,0.8303,4.263,\n"

func TestECB(t *testing.T) {
	got := read(t, Exports()[0], european, extract.Options{})
	rows, rejects := spelt(got)
	same(t, "rows", rows, []string{
		"2026-01-06 EUR USD 1 1.0401", "2026-01-06 EUR JPY 1 163.2000", "2026-01-06 EUR GBP 10 8.3105", "2026-01-06 EUR PLN 1 4.2615",
		"2026-01-05 EUR USD 1 1.0395", "2026-01-05 EUR JPY 1 163.5500", "2026-01-05 EUR GBP 1 0.8303", "2026-01-05 EUR PLN 1 4.2630",
	})
	if rejects != nil || got.Records != 2 || got.News.Columns != nil {
		t.Errorf("%d records, rejects %v, new columns %v", got.Records, rejects, got.News.Columns)
	}
}

// polish is in the form of the bank's yearly archive.
const polish = "data;1THB;1USD;1EUR;100HUF;10000IDR;nr tabeli;pełny numer tabeli;\r\n" +
	";bat (Tajlandia);dolar amerykański;euro;forint (Węgry);rupia indonezyjska;;;\r\n" +
	"20260102;0,1201;4,1012;4,2615;1,0412;2,5431;1;001/A/NBP/2026;\r\n" +
	"20260105;0,1203;4,0988;4,2588;;2,5402;2;002/A/NBP/2026;\r\n" +
	";;;\r\n" +
	"kod ISO;THB;USD;EUR;HUF;IDR;;;\r\n" +
	"nazwa waluty;bat (Tajlandia);dolar amerykański;euro;forint (Węgry);rupia indonezyjska;;;\r\n" +
	"liczba jednostek;1;1;1;100;10000;;;\r\n"

func TestNBP(t *testing.T) {
	coded, err := charmap.Windows1250.NewEncoder().String(polish)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2026-01-02 THB PLN 1 0.1201", "2026-01-02 USD PLN 1 4.1012", "2026-01-02 EUR PLN 1 4.2615", "2026-01-02 HUF PLN 100 1.0412", "2026-01-02 IDR PLN 10000 2.5431",
		"2026-01-05 THB PLN 1 0.1203", "2026-01-05 USD PLN 1 4.0988", "2026-01-05 EUR PLN 1 4.2588", "2026-01-05 IDR PLN 10000 2.5402",
	}
	for what, text := range map[string]string{"windows-1250": coded, "utf-8": polish, "utf-8 with mark": "\ufeff" + polish} {
		got := read(t, Exports()[1], text, extract.Options{})
		rows, rejects := spelt(got)
		same(t, what, rows, want)
		if rejects != nil || got.Records != 2 {
			t.Errorf("%s: %d records, rejects %v", what, got.Records, rejects)
		}
	}
}

func TestBadRates(t *testing.T) {
	got := read(t, Exports()[0], "Date,USD,PLN,\n2026-01-05,-1.04,4.26,\n2026-01-06,0,4.27,\n2026-01-07,1.0x,4.28,\n,1.04,4.2,\nyesterday,1.04,4.2,\n2026-01-08,1.04\n"+
		"2026-01-06,1.05,4.28,\n2026-01-05,N/A,4.260,\n2026-01-09,1e2,4.30,\n", extract.Options{})
	rows, rejects := spelt(got)
	same(t, "rows", rows, []string{"2026-01-05 EUR PLN 1 4.2600", "2026-01-06 EUR PLN 1 4.2700", "2026-01-07 EUR PLN 1 4.2800", "2026-01-09 EUR PLN 1 4.3000"})
	same(t, "rejects", rejects, []string{"2 out_of_range USD", "3 out_of_range USD", "4 wrong_type USD", "5 missing_required Date", "6 wrong_type Date",
		"7 malformed ", "8 contradiction USD", "10 wrong_type USD"})
	got = read(t, Exports()[1], "data;1USD;nr tabeli;\n20260102;4,10;1;\n20260102;4,11;2;\n20261302;4,11;2;\n20260103;-4,11;2;\n", extract.Options{})
	_, rejects = spelt(got)
	same(t, "rejects", rejects, []string{"3 contradiction 1USD", "4 wrong_type data", "5 out_of_range 1USD"})
}

func TestNotARateFile(t *testing.T) {
	for i, text := range []string{"day,USD\n2026-01-05,1\n", "Date,Open,Close\n2026-01-05,1,1\n", "kod;1USD\n"} {
		_, err := exporttest.Read(t, Exports()[i/2], []byte(text), extract.Options{})
		var q *extract.Quarantine
		if !errors.As(err, &q) || q.Reason != schemas.MissingRequired {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := exporttest.Read(t, Exports()[0], nil, extract.Options{Fields: map[string]string{"USD": "rate"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("fields are accepted: %v", err)
	}
	for _, e := range Exports() {
		for _, text := range []string{"", "\n", map[string]string{ECB: "Date,USD,\n", NBP: "data;1USD;\n"}[e.System]} {
			if got := read(t, e, text, extract.Options{}); got.Records != 0 {
				t.Errorf("%q: %v", text, got)
			}
		}
	}
}

// A rate is stored without any loss, whatever its decimals.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"4.2615", "0.87365", "0.0000012", "1803600", "-1", "1.", ".5", "00.10", "99999999999999999", "0.000000000001", "x"} {
		f.Add(s, false)
		f.Add(strings.Replace(s, ".", ",", 1), true)
	}
	f.Fuzz(func(t *testing.T, s string, comma bool) {
		price, units, why := parse([]byte(s), comma)
		if why != "" {
			return
		}
		if comma {
			s = strings.Replace(s, ",", ".", 1)
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok || units < 1 {
			t.Fatalf("%q is accepted as %d for %d", s, price, units)
		}
		if got := big.NewRat(price, 1); got.Quo(got, new(big.Rat).SetInt64(10_000)).Cmp(want.Mul(want, new(big.Rat).SetInt64(units))) != 0 {
			t.Fatalf("%q gives %d for %d", s, price, units)
		}
	})
}

// Whatever the text, it decodes without a panic and gives positive rates only.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(european), true)
	f.Add([]byte(polish), false)
	f.Add([]byte("Date,USD,\n2026-01-05,-1,\n2026-01-05,2,\n"), true)
	f.Fuzz(func(t *testing.T, data []byte, first bool) {
		e := Exports()[1]
		if first {
			e = Exports()[0]
		}
		got, err := exporttest.Read(t, e, data, extract.Options{MaxRecord: 1 << 16})
		var q *extract.Quarantine
		if err != nil && !errors.As(err, &q) {
			t.Fatal(err)
		}
		if got == nil {
			return
		}
		seen := map[string]bool{}
		for _, r := range got.Tables["fx_rate"] {
			day := r["rate_date"] + r["from_currency"] + r["to_currency"]
			if seen[day] || strings.HasPrefix(r["rate"], "-") || strings.Trim(r["rate"], "0.") == "" {
				t.Fatalf("rate %v", r)
			}
			seen[day] = true
		}
	})
}
