package sampledata

import (
	"fmt"
	"strings"
)

// person is a customer of the shop. Every system knows some of this, spelt its own way.
type person struct {
	n            int
	first, last  string
	email        string // as registered: lower case
	number       string // the shop's customer number
	place        place
	city         city
	phone        string // national digits
	created      int64  // registration, unix seconds
	hasPhone     bool
	optedOut     bool
	businessHead int // account that the person buys for, -1
}

var (
	firstNames = strings.Fields("Anna Jan Maria Piotr Zofia Tomasz Ewa Marek Julia Adam Hana Lukas Petra Jonas Lena Felix Oksana Taras Emily Oliver Agnieszka Paweł Łucja Michał Żaneta")
	lastNames  = strings.Fields("Kowalska Nowak Wiśniewska Wójcik Zielińska Gąsienica Bachleda Müller Schmidt Weber Novák Svoboda Horváth Kováč Shevchenko Bondar Smith O'Neill Brown Żółkiewska Krzeptowski Stoch Maruszarz")
	mailHosts  = []string{"poczta.example", "mail.example", "post.example", "inbox.example"}
)

// person returns the nth customer, always the same.
func (g *generator) person(n int) person {
	d := roll(g.opt.Seed, "person", n)
	p := person{n: n, first: one(d, firstNames), last: one(d, lastNames), number: fmt.Sprintf("K%06d", 100_000+n*7), businessHead: -1}
	p.place = g.places[d.weighted(len(g.places), func(i int) float64 { return g.places[i].weight })]
	p.city = one(d, p.place.cities)
	p.email = fmt.Sprintf("%s.%s%d@%s", plainASCII(p.first), plainASCII(p.last), n, one(d, mailHosts))
	for i := range p.place.digits {
		p.phone += string(rune('0' + d.between(min(1, p.place.digits-1-i), 9)))
	}
	p.hasPhone, p.optedOut = d.chance(0.7), d.chance(0.1)
	// Three quarters were customers before the first day.
	back := int64(d.between(1, 900*24*3600))
	p.created = g.start - back
	if d.chance(0.25) {
		p.created = g.start + int64(d.Float64()*float64(g.end-g.start)*0.6)
	}
	if n < g.size.accounts {
		p.businessHead = n
		p.created = g.start - back
	}
	return p
}

// plainASCII lowers a name and takes its diacritics off, as people do for an e-mail address.
func plainASCII(s string) string {
	return asciiOf.Replace(strings.ToLower(s))
}

var asciiOf = strings.NewReplacer("ą", "a", "ć", "c", "ę", "e", "ł", "l", "ń", "n", "ó", "o", "ś", "s", "ź", "z", "ż", "z",
	"ü", "u", "á", "a", "č", "c", "'", "")

// shouted writes an address as a careless colleague types it into the CRM.
func shouted(email string) string {
	name, host, _ := strings.Cut(email, "@")
	first, last, _ := strings.Cut(name, ".")
	return strings.ToUpper(first[:1]) + first[1:] + "." + strings.ToUpper(last) + "@" + host
}

// spaced groups the digits of a national phone number in threes.
func spaced(digits string) string {
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && i%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// visitor is a browser or app installation. The first ones belong to customers (some of whom use two), the rest to
// people whom the shop does not know.
type visitor struct {
	n        int
	customer int // -1 is unknown
	kiosk    bool
	pseudoID string
	place    place
	city     city
	device   device
	first    traffic // of the first visit ever
	since    int64   // of the first visit ever, unix seconds; 0 when that is yet to come
}

type device struct{ category, brand, system, version, browser, language string }

var devices = []device{
	{"mobile", "Samsung", "Android", "Android 15", "Chrome", ""}, {"mobile", "Apple", "iOS", "iOS 18.2", "Safari", ""},
	{"desktop", "", "Windows", "Windows 11", "Chrome", ""}, {"desktop", "", "Windows", "Windows 10", "Edge", ""},
	{"desktop", "Apple", "Macintosh", "Macintosh Intel 10.15", "Safari", ""}, {"tablet", "Apple", "iOS", "iOS 17.6", "Safari", ""},
}

func (g *generator) visitor(n int) visitor {
	d := roll(g.opt.Seed, "visitor", n)
	v := visitor{n: n, customer: -1}
	if n < g.size.customers*7/5 {
		v.customer = n % g.size.customers
		p := g.person(v.customer)
		v.place, v.city = p.place, p.city
	} else {
		v.place = g.places[d.weighted(len(g.places), func(i int) float64 { return g.places[i].weight })]
		v.city = one(d, v.place.cities)
	}
	v.device = devices[d.weighted(len(devices), func(i int) float64 { return []float64{38, 22, 20, 8, 8, 4}[i] })]
	v.device.language = v.place.language
	v.first = g.sources[d.weighted(len(g.sources), func(i int) float64 { return g.sources[i].weight })]
	if d.chance(0.4) {
		v.since = g.start - int64(d.between(3600, 500*24*3600))
	}
	v.pseudoID = fmt.Sprintf("%d.%d", 10_000_000+n*17+d.IntN(17), 1_000_000_000+d.IntN(1_000_000_000))
	return v
}
