package sampledata

import "strconv"

// line is a product and how many of it.
type line struct {
	product product
	n       int64
}

func (g *generator) basket(d dice, most int) []line {
	lines := make([]line, d.between(1, most))
	for i := range lines {
		lines[i] = line{one(d, g.products), 1}
		if d.chance(0.15) {
			lines[i].n = int64(d.between(2, 4))
		}
	}
	return lines
}

func total(lines []line) (sum, pieces int64) {
	for _, l := range lines {
		sum += l.product.price * l.n
		pieces += l.n
	}
	return sum, pieces
}

// spelling is how an order's number is reported.
type spelling uint8

const (
	stated      spelling = iota // in ecommerce and in the parameter
	onlyParam                   // ecommerce has none, the parameter does
	notSet                      // "(not set)" in both
	missing                     // nowhere
	notSetParam                 // "(not set)" in ecommerce, which counts, whatever the parameter says
	spellings   = int(notSetParam) + 1
)

// order is a purchase.
type order struct {
	id       string
	spelling spelling
	visitor  int
	customer int // -1 is a guest
	items    []line
	amount   Money
	at       int64 // µs
	members  map[string]string
	from     traffic
	user     string // signed in as; "" is nobody

	noRevenue  bool // the amount is in the parameter only
	noCurrency bool
}

// counts reports whether the order has a number: without one it is no order.
func (o *order) counts() bool { return o.spelling == stated || o.spelling == onlyParam }

// shop fills a cart; maybe it becomes an order.
func (s *visit) shop(count *WebTruth) *order {
	g, items := s.p.g, s.p.g.basket(s.d, 3)
	for _, l := range items {
		s.step(40)
		s.visitPage("/product/" + l.product.slug)
		s.emit("add_to_cart", func(e *event) { e.items = []line{l} })
	}
	if s.d.chance(0.12) {
		s.step(20)
		s.emit("remove_from_cart", func(e *event) { e.items = items[:1] })
	}
	s.step(20)
	s.visitPage("/cart")
	if !s.d.chance(0.52) {
		return nil
	}
	if s.v.customer >= 0 && s.userID == "" && s.d.chance(0.55) && g.registered(s.v.customer, s.at/1_000_000) {
		s.step(30)
		s.visitPage("/login")
		s.userID = g.person(s.v.customer).number
		s.emit("login", func(e *event) { e.text("method", "password") })
	}
	count.SessionsWithCheckout = 1
	s.step(25)
	s.visitPage("/checkout")
	s.emit("begin_checkout", func(e *event) { e.items = items })
	for _, next := range []string{"add_shipping_info", "add_payment_info"} {
		if s.d.chance(0.14) {
			return nil
		}
		s.step(30)
		s.emit(next, func(e *event) { e.items = items })
	}
	if s.d.chance(0.2) || s.over(1800) {
		return nil
	}
	s.step(20)
	return s.purchase(items)
}

func (s *visit) purchase(items []line) *order {
	g := s.p.g
	g.web.orders++
	sum, _ := total(items)
	o := &order{
		id: strconv.Itoa(20_260_000 + g.web.orders), visitor: s.v.n, customer: s.v.customer, items: items, amount: Money(sum), from: s.from, user: s.userID,
		members: s.dimensions(), noRevenue: s.d.chance(0.03), noCurrency: s.d.chance(0.02),
		spelling: spelling(s.d.weighted(spellings, func(i int) float64 { return []float64{88, 4.5, 3, 2.5, 2}[i] })),
	}
	s.visitPage("/order-confirmation")
	o.at = s.at
	s.emit("purchase", func(e *event) { e.items, e.order = items, o })
	if s.d.chance(0.03) { // the page is loaded again, and the tag fires again
		s.step(8)
		s.emit("purchase", func(e *event) { e.items, e.order = items, o })
	}
	g.web.spent[s.v.n] += o.amount
	g.books(o)
	if o.counts() {
		g.web.ordered[s.v.n] = true
		g.truth.Web.each(g.localDate(o.at/1_000_000), o.members, func(t *WebTruth) { t.Orders++; t.Gross += o.amount })
		s.consequences(o)
	}
	return o
}

// consequences are what an order causes later: refunds, a second look at the confirmation, a ticket, a survey.
func (s *visit) consequences(o *order) {
	g, now := s.p.g, o.at/1_000_000
	if s.d.chance(0.08) {
		g.later(echo{now + s.d.seconds(5*86_400), *o, true})
	}
	if s.d.chance(0.02) {
		g.later(echo{now + 86_400 + s.d.seconds(86_400), *o, false})
	}
	who := o.customer
	if who < 0 {
		who = g.size.customers + s.v.n // a guest, with a name and an address all the same
	}
	if s.d.chance(0.14) {
		g.ask(now+s.d.seconds(4*86_400), who, o.id)
	}
	if s.d.chance(0.5) {
		g.polls = append(g.polls, poll{kind: "ces", at: now + s.d.seconds(2*86_400), person: who, order: o.id})
	}
}

// later keeps an echo for its day; what is after the export has not happened yet.
func (g *generator) later(e echo) {
	if e.at < g.end-7200 {
		i := g.index(e.at)
		g.web.later[i] = append(g.web.later[i], e)
	}
}

// refund comes from the shop's back office through the measurement protocol: it belongs to no session.
func (p *page) refund(d dice, e echo) {
	s := &visit{p: p, d: d, v: p.g.visitor(e.order.visitor), from: e.order.from, at: e.at*1_000_000 + int64(d.IntN(1_000_000)), last: 1 << 62}
	amount := e.order.amount
	var stated *Money
	switch d.IntN(4) {
	case 0: // no amount: the order as a whole
	case 1:
		stated = &amount
	default:
		amount = max(amount*Money(d.between(10, 90))/100, 1)
		stated = &amount
	}
	var ev event
	ev.order, ev.refund = &e.order, stated
	ev.text("transaction_id", e.order.id)
	ev.text("currency", Currency)
	p.write(s.at, s.record("refund", &ev))
	p.g.truth.Web.each(p.g.localDate(e.order.at/1_000_000), e.order.members, func(t *WebTruth) { t.Refunded += amount })
	p.g.saleOf[e.order.id].refunded += amount
}

// reopened is a visit that only looks at the confirmation of an earlier order, which is reported once more.
func (p *page) reopened(d dice, e echo) {
	s := p.begin(d, p.g.visitor(e.order.visitor), e.at)
	if s == nil {
		return
	}
	s.from = p.g.sources[1]
	s.engaged = true
	s.path = "/order-confirmation"
	s.emit("session_start", nil)
	s.at += 5
	s.emit("page_view", func(e *event) { e.entrances = true })
	s.step(2)
	s.emit("purchase", func(ev *event) { ev.items, ev.order = e.order.items, &e.order })
	s.leave()
	s.count(WebTruth{Sessions: 1, EngagedSessions: 1})
}

// orderParams writes the parameters of a purchase. The number is text, or an integer where the tag makes it one.
func (s *visit) orderParams(e *event) {
	o := e.order
	switch o.spelling {
	case notSet:
		e.text("transaction_id", "(not set)")
	case missing:
	default:
		if o.at%5 == 0 {
			n, _ := strconv.ParseInt(o.id, 10, 64)
			e.int("transaction_id", n)
		} else {
			e.text("transaction_id", o.id)
		}
	}
	if o.amount%100 == 0 && o.at%3 == 0 {
		e.int("value", int64(o.amount)/100)
	} else {
		e.double("value", int64(o.amount))
	}
	if !o.noCurrency {
		e.text("currency", Currency)
	}
	e.double("tax", int64(o.amount)*23/123)
	e.text("shipping_tier", "Courier")
}

// commerce writes ecommerce and items.
func (s *visit) commerce(m *members, name string, e *event) {
	m.open("ecommerce", '{')
	switch {
	case name == "refund":
		m.text("transaction_id", e.order.id)
		if e.refund != nil {
			m.cents("refund_value", int64(*e.refund))
		}
	case e.order != nil && e.order.spelling == onlyParam:
	case e.order != nil:
		_, pieces := total(e.items)
		m.quoted("total_item_quantity", pieces)
		if !e.order.noRevenue {
			m.cents("purchase_revenue", int64(e.order.amount))
		}
		m.quoted("unique_items", int64(len(e.items)))
		switch e.order.spelling {
		case stated:
			m.text("transaction_id", e.order.id)
		case notSet, notSetParam:
			m.text("transaction_id", "(not set)")
		}
	case len(e.items) > 0 && s.events%2 == 0:
		m.text("transaction_id", "(not set)")
	}
	m.close('}')
	m.open("items", '[')
	for _, l := range e.items {
		m.element()
		m.text("item_id", l.product.id)
		m.text("item_name", l.product.name)
		m.text("item_brand", l.product.brand)
		m.text("item_variant", "(not set)")
		m.text("item_category", l.product.category)
		m.cents("price", l.product.price)
		m.quoted("quantity", l.n)
		m.cents("item_revenue", l.product.price*l.n)
		m.text("coupon", "(not set)")
		m.close('}')
	}
	m.close(']')
}
