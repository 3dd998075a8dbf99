package sampledata

import (
	"context"
	"io"
	"math/big"
	"strconv"
	"time"
)

// Names of the sources of orders in the configuration.
const (
	shopSource   = "shop-orders"
	marketSource = "marketplace-orders"
)

// sale is an order of the web shop as its books have it.
type sale struct {
	order    order
	person   int
	at       int64 // unix seconds; the browser's tag fires first
	shipping Money
	refunded Money // of the goods, as the browser's tag says; shipping is paid back with all of them
	status   string
	pos      bool
}

func (s *sale) total() Money { return s.order.amount + s.shipping }

// back is what the books say was paid back.
func (s *sale) back() Money {
	if s.refunded >= s.order.amount {
		return s.total()
	}
	return s.refunded
}

// ShopTruth is about orders as all systems together have them: each counts once, on the day of its earliest event, with the books' amount.
type ShopTruth struct {
	Orders   int64 `json:"orders"`
	Gross    Exact `json:"gross"`
	Refunded Exact `json:"refunded"`
	Revenue  Exact `json:"revenue"`
}

func (s *ShopTruth) finish() { s.Revenue = s.Gross - s.Refunded }

// books notes an order of the web shop. One in ten pays less than nothing for shipping: from 300 zł on it is free.
func (g *generator) books(o *order) *sale {
	person := o.customer
	if person < 0 {
		person = g.size.customers + o.visitor
	}
	s := &sale{order: *o, person: person, at: o.at/1_000_000 + 2 + int64(len(g.sales)%7), status: "paid"}
	if o.amount < 30_000 {
		s.shipping = 1599
	}
	g.sales = append(g.sales, s)
	if g.saleOf == nil {
		g.saleOf = map[string]*sale{}
	}
	g.saleOf[o.id] = s
	return s
}

// writeOrders writes the shop's own export, then the marketplaces'.
func (g *generator) writeOrders(ctx context.Context) error {
	g.unseen()
	if err := g.file(ctx, shopSource, "orders/orders_export_1.csv", g.writeShopify); err != nil {
		return err
	}
	return g.file(ctx, marketSource, "orders/marketplace.ndjson", g.writeMarket)
}

// unseen adds the orders that no browser reported: it blocked the tag, or there was none at the till. Some are never paid.
func (g *generator) unseen() {
	for n := range max(len(g.sales)/10, 4) {
		d := roll(g.opt.Seed, "unseen", n)
		items := g.basket(d, 3)
		sum, _ := total(items)
		at := g.midnight(d.IntN(g.opt.Days)) + int64(d.between(8*3600, 22*3600))
		o := order{id: strconv.Itoa(20_900_000 + n), spelling: missing, customer: d.IntN(g.size.customers), items: items, amount: Money(sum), at: at * 1_000_000}
		s := g.books(&o)
		switch {
		case d.chance(0.1):
			s.status = "voided"
		case d.chance(0.15):
			s.refunded = max(o.amount*Money(d.between(10, 100))/100, 1)
		}
		if s.pos = d.chance(0.4); s.pos {
			s.shipping = 0
		}
	}
}

func (g *generator) writeShopify(w io.Writer) error {
	columns := []string{"Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing", "Currency", "Subtotal", "Shipping", "Taxes",
		"Total", "Discount Code", "Discount Amount", "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price",
		"Lineitem sku", "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name", "Shipping Name", "Shipping Street", "Shipping City",
		"Shipping Zip", "Shipping Country", "Notes", "Note Attributes", "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount", "Vendor",
		"Outstanding Balance", "Id", "Tags", "Risk Level", "Source", "Lineitem discount"}
	t := newTableOf(w, columns)
	count := g.source(shopSource)
	for i := len(g.sales) - 1; i >= 0; i-- { // newest first, as the tool exports
		s := g.sales[i]
		g.countSale(s)
		p := g.person(s.person)
		stamp := func(at int64) string { return time.Unix(at, 0).In(g.zone).Format("2006-01-02 15:04:05 -0700") }
		for n, l := range s.order.items {
			count.Records++
			t.set("Name", "#"+s.order.id, "Email", p.email, "Created at", stamp(s.at), "Lineitem quantity", strconv.FormatInt(l.n, 10), "Lineitem name", l.product.name,
				"Lineitem price", Money(l.product.price).String(), "Lineitem sku", l.product.id, "Lineitem requires shipping", "true", "Lineitem taxable", "true",
				"Lineitem fulfillment status", "fulfilled", "Vendor", l.product.brand, "Lineitem discount", "0.00")
			if n == 0 {
				count.Distinct++
				g.shopifyHead(t, s, p, stamp)
			}
			t.end()
		}
	}
	return t.err
}

// shopifyHead fills what only the first row of an order has.
func (g *generator) shopifyHead(t *table, s *sale, p person, stamp func(int64) string) {
	status, source := s.status, "web"
	switch {
	case s.back() == s.total() && s.back() > 0:
		status = "refunded"
	case s.back() > 0:
		status = "partially_refunded"
	}
	if s.pos {
		source = "pos"
	}
	t.set("Financial Status", status, "Fulfillment Status", "fulfilled", "Accepts Marketing", map[bool]string{true: "no", false: "yes"}[p.optedOut], "Currency", Currency,
		"Subtotal", s.order.amount.String(), "Shipping", s.shipping.String(), "Taxes", (s.total() * 23 / 123).String(), "Total", s.total().String(),
		"Discount Amount", "0.00", "Shipping Method", "Courier", "Billing Name", p.first+" "+p.last, "Shipping Name", p.first+" "+p.last, "Shipping Street", "Krupówki 1/2",
		"Refunded Amount", s.back().String(), "Outstanding Balance", "0.00", "Id", "55"+s.order.id, "Risk Level", "Low", "Source", source, "Payment Method", "Przelewy24")
	if !s.pos {
		t.set("Shipping City", p.city.name, "Shipping Zip", "'34-500", "Shipping Country", p.place.code)
	}
	switch status {
	case "voided":
		t.set("Cancelled at", stamp(s.at+3600))
	default:
		t.set("Paid at", stamp(s.at+9), "Fulfilled at", stamp(s.at+86_400))
	}
	if s.order.at%9 == 0 {
		t.set("Notes", "Please call first,\nthe \"bell\" is broken", "Note Attributes", "gift: no", "Tags", "vip, club", "Discount Code", "ZIMA")
	}
}

// countSale counts an order of the books; with the browser's way to it where the browser reported its number.
func (g *generator) countSale(s *sale) {
	members, day := s.order.members, g.localDate(s.at)
	if s.order.counts() {
		day = g.localDate(s.order.at / 1_000_000)
	} else {
		members = map[string]string{"channel": "web", "country": "(unknown)", "device_category": "(unknown)"}
		if s.pos {
			members["channel"] = "store"
		} else {
			members["country"] = g.person(s.person).place.code
		}
	}
	back := s.back()
	if s.status == "voided" {
		back = s.total()
	}
	gross := g.inPLN(s.total(), Currency, s.at)
	g.noteOrder(s, day, members["channel"], gross-g.inPLN(back, Currency, s.at))
	g.truth.Shop.each(day, members, func(t *ShopTruth) {
		t.Orders++
		t.Gross += gross
		t.Refunded += g.inPLN(back, Currency, s.at)
	})
}

// writeMarket writes what the marketplaces sold, in their currencies.
func (g *generator) writeMarket(w io.Writer) error {
	count, m := g.source(marketSource), members{}
	write := func(fill func()) error {
		m.b, m.begun = append(m.b[:0], '{'), false
		fill()
		m.b = append(m.b, '}', '\n')
		_, err := w.Write(m.b)
		return err
	}
	for n := range g.size.market {
		d := roll(g.opt.Seed, "market", n)
		channel, currency := "marketplace_de", "EUR"
		if d.chance(0.35) {
			channel, currency = "marketplace_cz", "CZK"
		}
		at, amount := g.midnight(d.IntN(g.opt.Days))+int64(d.IntN(86_400)), Money(d.between(1_900, 42_000))
		who := d.IntN(g.size.customers)
		p := g.person(who)
		id, back := channel+"-"+strconv.Itoa(70_000+n), Money(0)
		if d.chance(0.12) {
			back = max(amount*Money(d.between(20, 100))/100, 1)
		}
		head := func(fill func()) func() {
			return func() {
				m.text("order", id)
				fill()
			}
		}
		two := n < g.opt.Malformed // two currencies in one order
		err := write(head(func() {
			m.text("placed", instant(at))
			m.open("customer", '{')
			m.text("email", p.email)
			m.text("name", p.first+" "+p.last)
			m.close('}')
			m.text("marketplace", channel)
			m.text("country", p.place.name)
			m.key("total")
			m.b = append(m.b, amount.String()...)
			m.text("currency", currency)
			m.number("pieces", 1)
			if back > 0 {
				m.text("refunded", back.String())
				m.text("refunded_at", instant(min(at+3*86_400, g.end-1)))
			}
		}))
		if count.Records++; err == nil && (two || d.chance(0.2)) { // a second line of the same order
			count.Records++
			err = write(head(func() {
				m.number("pieces", 2)
				if two {
					m.text("currency", "USD")
				}
			}))
		}
		if err != nil {
			return err
		}
		if two {
			count.Rejected++
			continue
		}
		count.Distinct++
		g.bought = append(g.bought, shopped{who, emailID(p.email), g.localDate(at), at * 1_000_000, id, channel,
			g.inPLN(amount, currency, at) - g.refundInPLN(back, amount, currency, at)})
		g.truth.Shop.each(g.localDate(at), map[string]string{"channel": channel, "country": p.place.name, "device_category": "(unknown)"}, func(t *ShopTruth) {
			t.Orders++
			t.Gross += g.inPLN(amount, currency, at)
			t.Refunded += g.refundInPLN(back, amount, currency, at)
		})
		g.truth.Foreign++
	}
	return nil
}

// refundInPLN is the part of the order's value that went back: at the order's rate, whatever the rates did since.
func (g *generator) refundInPLN(back, amount Money, currency string, at int64) Exact {
	if back == 0 {
		return 0
	}
	part := big.NewRat(int64(back), int64(amount))
	return Exact(nearest(part.Mul(part, big.NewRat(int64(g.inPLN(amount, currency, at)), 1))))
}
