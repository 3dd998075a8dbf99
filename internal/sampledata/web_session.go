package sampledata

import (
	"strings"
	"time"
)

// visit is one session while it happens.
type visit struct {
	p        *page
	d        dice
	v        visitor
	from     traffic
	id       int64 // ga_session_id
	number   int64 // ga_session_number
	at       int64 // now, µs
	last     int64 // the export's end, µs: a visit that would go on is over
	engaged  bool
	userID   string // once logged in
	noted    string // userID as the truth last heard of it
	signedIn int    // who uses the kiosk
	path     string // current page
	before   string // previous page, or the referrer
	events   int64
	started  int64
	help     bool // a help page was viewed
}

// session decides what one visitor does and counts it.
func (p *page) session(d dice, i int) {
	g := p.g
	n := int(float64(g.size.visitors) * d.Float64() * d.Float64())
	s := p.begin(d, g.visitor(n), g.midnight(i)+secondOfDay(d))
	if s == nil {
		return
	}
	s.from = g.sources[d.weighted(len(g.sources), func(i int) float64 { return g.sources[i].weight })]
	if s.from.referrer != "" {
		s.before = s.from.referrer
	}
	bounced := d.chance(0.32)
	s.engaged = !bounced || d.chance(0.12) // a bounce that stayed longer than 10 s
	s.landing()
	count := WebTruth{Sessions: 1}
	if s.engaged {
		count.EngagedSessions = 1
	}
	if !bounced {
		s.browse()
		if s.over(20 * 60) { // nobody begins to buy right before the export ends
			bounced = true
		}
	}
	var made *order
	if !bounced && d.chance(0.30*s.from.eager) {
		count.SessionsWithCart = 1
		made = s.shop(&count)
	}
	s.leave()
	if made != nil && made.counts() {
		count.SessionsWithOrder = 1
	}
	count.CartsAbandoned = count.SessionsWithCart - count.SessionsWithOrder*count.SessionsWithCart
	count.CheckoutsAbandoned = count.SessionsWithCheckout - count.SessionsWithOrder*count.SessionsWithCheckout
	s.count(count)
}

// begin starts a visit at a second that no other visit of this visitor has; nil when it is too close to the end.
func (p *page) begin(d dice, v visitor, at int64) *visit {
	w := p.g.web
	if at <= w.lastID[v.n] && w.lastID[v.n]-at < 86_400 {
		at = w.lastID[v.n] + int64(d.between(1800, 7200))
	}
	if at >= p.until || at > p.g.end-7200 {
		return nil
	}
	w.lastID[v.n] = at
	w.visits[v.n]++
	s := &visit{
		p: p, d: d, v: v, id: at, number: int64(w.visits[v.n]), at: at*1_000_000 + int64(d.IntN(1_000_000)), last: (p.g.end - 1) * 1_000_000,
	}
	s.started = s.at
	if w.visits[v.n] == 1 {
		w.since[v.n] = v.since
	}
	if v.customer >= 0 && d.chance(0.35) && p.g.registered(v.customer, at) {
		s.userID = p.g.person(v.customer).number
	}
	return s
}

// registered reports whether the customer had an account at that time.
func (g *generator) registered(customer int, at int64) bool { return g.person(customer).created <= at }

// count adds the session to the truth, on the day of its first event.
func (s *visit) count(w WebTruth) {
	date := s.p.g.localDate(s.started / 1_000_000)
	s.p.g.truth.Web.each(date, s.dimensions(), func(t *WebTruth) {
		t.Sessions += w.Sessions
		t.EngagedSessions += w.EngagedSessions
		t.SessionsWithCart += w.SessionsWithCart
		t.SessionsWithCheckout += w.SessionsWithCheckout
		t.SessionsWithOrder += w.SessionsWithOrder
		t.CartsAbandoned += w.CartsAbandoned
		t.CheckoutsAbandoned += w.CheckoutsAbandoned
	})
}

func (s *visit) dimensions() map[string]string {
	return map[string]string{"channel": s.from.channel, "country": s.v.place.name, "device_category": s.v.device.category}
}

// secondOfDay follows the day: few at night, most in the evening.
func secondOfDay(d dice) int64 {
	hour := d.weighted(24, func(h int) float64 {
		switch {
		case h < 6:
			return 0.6
		case h < 9, h >= 22:
			return 2
		case h < 18:
			return 4
		default:
			return 6
		}
	})
	return int64(hour*3600 + d.IntN(3600))
}

// step lets time pass: seconds, and the odd microsecond, so that no two events of a visit share an instant.
func (s *visit) step(mean float64) {
	s.at += s.d.seconds(mean)*1_000_000 + int64(s.d.between(1, 999_999))
	s.at = min(s.at, s.last)
	s.last++ // at the very end events crowd together, still apart
}

// over reports whether less than so many seconds are left.
func (s *visit) over(seconds int64) bool { return s.at > s.p.g.end*1_000_000-seconds*1_000_000 }

func (s *visit) landing() {
	g := s.p.g
	s.path = s.d2path()
	s.help = strings.HasPrefix(s.path, "/help")
	if g.web.visits[s.v.n] == 1 && s.v.since == 0 {
		g.web.since[s.v.n] = s.at / 1_000_000
		s.emit("first_visit", nil)
		s.at += 3
	}
	s.emit("session_start", nil)
	s.at += 5
	s.emit("page_view", func(e *event) { e.entrances = true })
	if s.d.chance(0.3) {
		s.step(6)
		s.emit("scroll", func(e *event) { e.int("percent_scrolled", 90) })
	}
}

// d2path picks where the visit begins.
func (s *visit) d2path() string {
	switch pr := one(s.d, s.p.g.products); s.d.IntN(10) {
	case 0, 1, 2:
		return "/"
	case 3, 4:
		return "/category/" + plainCategory(pr.category)
	case 5, 6, 7:
		return "/product/" + pr.slug
	case 8:
		return one(s.d, helpPages())
	default:
		return "/blog/winter-in-the-tatras"
	}
}

// browse looks around: lists, products, the search, help pages, promotions.
func (s *visit) browse() {
	for n := s.d.between(1, 5); n > 0 && !s.over(60); n-- {
		s.step(35)
		switch s.d.IntN(12) {
		case 0, 1, 2:
			pr := one(s.d, s.p.g.products)
			s.visitPage("/category/" + plainCategory(pr.category))
			s.emit("view_item_list", func(e *event) { e.items = s.p.g.basket(s.d, 3) })
		case 3:
			s.visitPage("/search")
			s.emit("view_search_results", func(e *event) {
				e.text("search_term", one(s.d, []string{"namiot", "buty", "tent 2p", "śpiwór", "rope"}))
			})
		case 4:
			s.visitPage(one(s.d, helpPages()))
		case 5:
			s.emit("view_promotion", func(e *event) { e.text("promotion_name", "Winter sale") })
		case 6:
			s.visitPage("/account/orders")
		default:
			pr := one(s.d, s.p.g.products)
			s.visitPage("/product/" + pr.slug)
			s.emit("view_item", func(e *event) { e.items = []line{{pr, 1}} })
		}
	}
	if s.v.customer < 0 && s.d.chance(0.015) {
		s.step(30)
		s.visitPage("/register")
		s.emit("sign_up", func(e *event) { e.text("method", "email") })
	}
	if s.d.chance(0.01) {
		s.step(30)
		s.emit("generate_lead", func(e *event) { e.text("form_name", "clubs and schools") })
	}
}

func (s *visit) visitPage(path string) {
	s.before = "https://" + webHost + s.path
	s.path = path
	s.help = s.help || strings.HasPrefix(path, "/help")
	s.emit("page_view", nil)
	s.at += 400_000
}

// leave sends the last beacon. It is the event that always says that an engaged session is engaged.
func (s *visit) leave() {
	s.step(15)
	s.emit("user_engagement", func(e *event) { e.final = true })
	s.askedForHelp()
}

// plainCategory writes a category for an address.
func plainCategory(c string) string {
	out := []byte(c)
	for i, b := range out {
		if b == ' ' {
			out[i] = '-'
		} else if b >= 'A' && b <= 'Z' {
			out[i] = b + 'a' - 'A'
		}
	}
	return string(out)
}

func micros(at int64) time.Time { return time.UnixMicro(at) }
