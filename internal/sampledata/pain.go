package sampledata

import (
	"fmt"
	"strconv"
)

// MomentTruth is a painful moment that was planted: where on the journey, by which signal of critical_moment it shows, when, and
// how many customers it hurt.
type MomentTruth struct {
	Stage      string `json:"stage"`
	Touchpoint string `json:"touchpoint"`
	Signal     string `json:"signal"` // exit or score
	From       string `json:"from"`
	To         string `json:"to"` // last day
	Customers  int64  `json:"customers"`
	Story      string `json:"story"`
}

// Both moments need enough customers to be found and, for those who leave, a month of silence until the exports end. Shops too
// small or too short have none. Everybody hurt comes for the first time, from dice of their own: nothing else changes by it.
// Those who lost their orders become fewer the larger the shop, so that they do not make its CSAT.
const (
	declinedAt1 = 800
	lostAt1     = 180 // grows with the square root of the scale
	leastHurt   = 40
	leastDays   = 75
	painDays    = 14
)

// hurt is how many customers meet with each of the two moments.
func (g *generator) hurt() (declined, lost int) {
	if g.opt.Calm || g.size.declined < leastHurt || g.size.lost < leastHurt || g.opt.Days < leastDays {
		return 0, 0
	}
	return g.size.declined, g.size.lost
}

// paymentDay and accountDay are when the card payments on phones begin to fail, and when the page of orders is broken.
func (g *generator) paymentDay() int { return g.opt.Days / 6 }
func (g *generator) accountDay() int { return g.opt.Days - painDays - 6 }

// pain makes the visits of day i that go wrong.
func (p *page) pain(i int) {
	g := p.g
	declined, lost := g.hurt()
	for k := range declined {
		if i == g.paymentDay()+k%painDays {
			p.declined(roll(g.opt.Seed, "declined", k), g.newcomer(k), i)
		}
	}
	for k := range lost {
		if i == g.accountDay()+k%painDays {
			p.lostOrders(roll(g.opt.Seed, "lost orders", k), g.newcomer(declined+k), i)
		}
	}
}

// newcomer is the nth of the visitors who are hurt. They come after all others, the kiosk included.
func (g *generator) newcomer(n int) visitor {
	v := g.visitor(g.size.visitors + 1 + n)
	v.customer, v.since = -1, 0
	return v
}

// declined is a visit on a phone whose payment fails twice, and who never comes back.
func (p *page) declined(d dice, v visitor, i int) {
	v.device = devices[d.IntN(2)]
	v.device.language = v.place.language
	s := p.begin(d, v, p.g.midnight(i)+9*3600+int64(d.IntN(11*3600)))
	if s == nil {
		return
	}
	items := p.g.basket(d, 1)
	s.arrive("/product/" + items[0].product.slug)
	for _, next := range []struct{ path, event string }{
		{"", "add_to_cart"}, {"/cart", ""}, {"/checkout", "begin_checkout"}, {"", "add_shipping_info"}, {"", "add_payment_info"}, {"", "payment_failed"},
		{"", "add_payment_info"}, {"", "payment_failed"},
	} {
		s.step(25)
		if next.path != "" {
			s.visitPage(next.path)
		}
		if next.event != "" {
			s.emit(next.event, func(e *event) { e.items = items })
		}
	}
	s.leave()
	s.count(WebTruth{Sessions: 1, EngagedSessions: 1, SessionsWithCart: 1, SessionsWithCheckout: 1, CartsAbandoned: 1, CheckoutsAbandoned: 1})
	p.g.web.declined++
}

// lostOrders is a customer who does not find the orders in the account, and says so when asked.
func (p *page) lostOrders(d dice, v visitor, i int) {
	s := p.begin(d, v, p.g.midnight(i)+9*3600+int64(d.IntN(11*3600)))
	if s == nil {
		return
	}
	s.userID = fmt.Sprintf("W%06d", v.n) // an account that only the site knows
	s.arrive("/account/orders")
	s.step(40)
	s.visitPage("/account/orders")
	s.leave()
	s.count(WebTruth{Sessions: 1, EngagedSessions: 1})
	p.g.web.lost = append(p.g.web.lost, complaint{v.n, s.userID, s.at/1_000_000 + d.seconds(20*3600), d.between(1, 2)})
}

// arrive begins the visit on a page.
func (s *visit) arrive(path string) {
	s.from, s.engaged, s.path = s.p.g.sources[1], true, path
	s.p.g.web.since[s.v.n] = s.at / 1_000_000
	s.emit("first_visit", nil)
	s.at += 3
	s.emit("session_start", nil)
	s.at += 5
	s.emit("page_view", func(e *event) { e.entrances = true })
}

// complaint is the answer of a customer who found no orders.
type complaint struct {
	visitor int
	number  string
	at      int64
	score   int
}

// writeComplaints writes these answers among the others.
func (g *generator) writeComplaints(c *csvFile) {
	for n, l := range g.web.lost {
		if l.at >= g.end {
			continue
		}
		s := g.source(surveySource)
		s.Records++
		s.Distinct++
		g.countAnswer("csat", "web", l.at, l.score)
		g.identify(g.size.customers+l.visitor, userID(l.number))
		c.row("L"+strconv.Itoa(100_000+n), "", instant(l.at), "csat", strconv.Itoa(l.score), "Where are my orders?", "", l.number, "", "", "web", "online")
	}
}

// noteMoments tells the truth of both.
func (g *generator) noteMoments() {
	if declined, _ := g.hurt(); declined == 0 {
		return
	}
	note := func(from int, m MomentTruth) {
		m.From, m.To = g.date(from), g.date(from+painDays-1)
		g.truth.Moments = append(g.truth.Moments, m)
	}
	note(g.paymentDay(), MomentTruth{Stage: "purchase", Touchpoint: "checkout", Signal: "exit", Customers: g.web.declined,
		Story: "payments fail on phones; those who were about to buy leave and do not come back"})
	note(g.accountDay(), MomentTruth{Stage: "use", Touchpoint: "account_page", Signal: "score", Customers: int64(len(g.web.lost)),
		Story: "the account shows no orders; those who looked are dissatisfied when asked"})
}
