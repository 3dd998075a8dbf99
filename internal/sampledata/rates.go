package sampledata

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// Names of the sources of exchange rates in the configuration.
const (
	ecbSource = "rates-ecb"
	nbpSource = "rates-nbp"
)

// ratesBefore is how many days before the first one rates are published: contracts began earlier.
const ratesBefore = 420

// quote is a currency as the banks state it. Rates walk at random around base; they are invented.
type quote struct {
	currency string
	base     float64 // PLN for one unit
	units    int64   // that the NBP quotes; 0 is not at all
	digits   int     // decimals of the ECB's rate
}

var quotes = []quote{{"USD", 4.02, 1, 4}, {"EUR", 4.26, 1, 0}, {"CZK", 0.172, 1, 3}, {"HUF", 0.0108, 100, 2}, {"GBP", 5.05, 1, 5}, {"CHF", 4.51, 0, 4}}

// bank is what one bank published: by day (days since 1970) and currency, in units of 10^-digits.
type bank map[int64]map[string]published

type published struct {
	value, units int64
	digits       int
}

// rates are both banks' publications.
type rates struct {
	ecb, nbp    bank
	first, last int64
}

// makeRates lets the rates walk from day to day: both banks work Monday to Friday, but not on the first of January and May, and the ECB not
// on the 26th of December either.
func (g *generator) makeRates() {
	y, m, d := g.opt.Start.Date()
	first := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400
	r := &rates{ecb: bank{}, nbp: bank{}, first: first - ratesBefore, last: first + int64(g.opt.Days) - 1}
	dice, level := roll(g.opt.Seed, "rates", 0), make([]float64, len(quotes))
	for day := r.first; day <= r.last; day++ {
		at := time.Unix(day*86_400, 0).UTC()
		for i := range level {
			level[i] = 0.98*level[i] + 0.004*(2*dice.Float64()-1)
		}
		price := func(i int) float64 { return quotes[i].base * math.Exp(level[i]) }
		if wd := at.Weekday(); wd == time.Saturday || wd == time.Sunday || at.YearDay() == 1 || at.Month() == time.May && at.Day() == 1 {
			continue
		}
		r.nbp[day] = map[string]published{}
		for i, q := range quotes {
			if q.units > 0 {
				r.nbp[day][q.currency] = published{int64(math.Round(price(i) * float64(q.units) * 1e4)), q.units, 4}
			}
		}
		if at.Month() == time.December && at.Day() == 26 {
			continue
		}
		r.ecb[day] = map[string]published{"PLN": {int64(math.Round(price(1) * 1e4)), 1, 4}}
		for i, q := range quotes {
			if q.digits > 0 {
				r.ecb[day][q.currency] = published{int64(math.Round(price(1) / price(i) * math.Pow10(q.digits))), 1, q.digits}
			}
		}
	}
	g.rates = r
}

// Exact is an amount in 1/10000 of the reporting currency; in JSON it is a decimal number with four places.
type Exact int64

// MarshalJSON writes 12.3000.
func (e Exact) MarshalJSON() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Exact) UnmarshalJSON(b []byte) error {
	r, ok := new(big.Rat).SetString(string(b))
	if !ok {
		return fmt.Errorf("%s is no amount", b)
	}
	*e = Exact(nearest(r.Mul(r, big.NewRat(10_000, 1))))
	return nil
}

func (e Exact) String() string {
	sign := ""
	if e < 0 {
		sign, e = "-", -e
	}
	return fmt.Sprintf("%s%d.%04d", sign, int64(e)/10_000, int64(e)%10_000)
}

// nearest rounds half away from zero.
func nearest(r *big.Rat) int64 {
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		half.Neg(half)
	}
	r = new(big.Rat).Add(r, half)
	return new(big.Int).Quo(r.Num(), r.Denom()).Int64()
}

// inPLN converts an amount as of an instant: the NBP's last rate on or before the day, else the cross rate of the ECB's last day; at most seven days back.
func (g *generator) inPLN(amount Money, currency string, at int64) Exact {
	a := big.NewRat(int64(amount), 100)
	if currency != Currency {
		a.Mul(a, g.rates.of(currency, g.dayNumber(at)))
	}
	return Exact(nearest(a.Mul(a, big.NewRat(10_000, 1))))
}

func (r *rates) of(currency string, day int64) *big.Rat {
	for _, direct := range []bool{true, false} {
		for back := int64(0); back <= 7; back++ {
			if p, ok := r.nbp[day-back][currency]; direct && ok {
				return p.rat()
			}
			if p, ok := r.ecb[day-back][currency]; !direct && ok {
				return new(big.Rat).Quo(r.ecb[day-back]["PLN"].rat(), p.rat())
			}
		}
	}
	panic("sampledata: no rate of " + currency) // the shop deals in what the banks quote
}

// rat is the price of one unit.
func (p published) rat() *big.Rat {
	scale := int64(math.Pow10(p.digits))
	return big.NewRat(p.value, scale*p.units)
}

// dayNumber is the local day of an instant in days since 1970.
func (g *generator) dayNumber(at int64) int64 {
	y, m, d := time.Unix(at, 0).In(g.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400
}

func (p published) text(point string) string {
	s := strconv.FormatInt(p.value, 10)
	for len(s) <= p.digits {
		s = "0" + s
	}
	return s[:len(s)-p.digits] + point + s[len(s)-p.digits:]
}

// writeRates writes the ECB's history, newest day first, and the NBP's archive of each year.
func (g *generator) writeRates(ctx context.Context) error {
	if err := g.file(ctx, ecbSource, "rates/eurofxref-hist.csv", g.writeECB); err != nil {
		return err
	}
	for day := g.rates.first; day <= g.rates.last; {
		year := time.Unix(day*86_400, 0).UTC().Year()
		next := time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86_400
		from, to := day, min(next-1, g.rates.last)
		name := fmt.Sprintf("rates/archiwum_tab_a_%d.csv", year)
		if err := g.file(ctx, nbpSource, name, func(w io.Writer) error { return g.writeNBP(w, from, to) }); err != nil {
			return err
		}
		day = next
	}
	return nil
}

func (g *generator) writeECB(w io.Writer) error {
	c := &csvFile{w: w, comma: ',', newline: "\n"}
	c.row("Date", "USD", "JPY", "CYP", "CZK", "GBP", "HUF", "PLN", "CHF", "")
	s := g.source(ecbSource)
	for day := g.rates.last; day >= g.rates.first; day-- {
		p, ok := g.rates.ecb[day]
		if !ok {
			continue
		}
		s.Records++
		s.Distinct++
		c.row(time.Unix(day*86_400, 0).UTC().Format(time.DateOnly), p["USD"].text("."), "163.45", "N/A", p["CZK"].text("."), p["GBP"].text("."), p["HUF"].text("."),
			p["PLN"].text("."), p["CHF"].text("."), "")
	}
	return c.err
}

func (g *generator) writeNBP(w io.Writer, from, to int64) error {
	c := &csvFile{w: charmap.Windows1250.NewEncoder().Writer(w), comma: ';', newline: "\r\n"}
	names := map[string]string{"USD": "dolar amerykański", "EUR": "euro", "CZK": "korona czeska", "HUF": "forint (Węgry)", "GBP": "funt szterling"}
	head, second, codes, units := []string{"data"}, []string{""}, []string{"kod ISO"}, []string{"liczba jednostek"}
	for _, q := range quotes {
		if q.units > 0 {
			n := strconv.FormatInt(q.units, 10)
			head, second, codes, units = append(head, n+q.currency), append(second, names[q.currency]), append(codes, q.currency), append(units, n)
		}
	}
	c.row(append(head, "nr tabeli", "pełny numer tabeli", "")...)
	c.row(append(second, "", "", "")...)
	s := g.source(nbpSource)
	for day, number := from, 0; day <= to; day++ {
		p, ok := g.rates.nbp[day]
		if !ok {
			continue
		}
		number++
		s.Records++
		s.Distinct++
		at := time.Unix(day*86_400, 0).UTC()
		line := []string{at.Format("20060102")}
		for _, q := range quotes {
			if q.units > 0 {
				line = append(line, p[q.currency].text(","))
			}
		}
		c.row(append(line, strconv.Itoa(number), fmt.Sprintf("%03d/A/NBP/%d", number, at.Year()), "")...)
	}
	c.row("", "", "", "")
	c.row(append(codes, "", "", "")...)
	c.row(append(append([]string{"nazwa waluty"}, second[1:]...), "", "", "")...)
	c.row(append(units, "", "", "")...)
	return c.err
}

// exactInPLN is inPLN for an amount in 1/10000.
func (g *generator) exactInPLN(amount Exact, currency string, at int64) Exact {
	a := big.NewRat(int64(amount), 10_000)
	if currency != Currency {
		a.Mul(a, g.rates.of(currency, g.dayNumber(at)))
	}
	return Exact(nearest(a.Mul(a, big.NewRat(10_000, 1))))
}

// monthly is a twelfth, to four decimals.
func monthly(yearly Money) Exact { return Exact(nearest(big.NewRat(int64(yearly)*100, 12))) }
