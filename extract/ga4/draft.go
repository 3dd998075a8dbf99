package ga4

import (
	"math"

	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// maxTimestamp is the first instant (µs) behind the days that a warehouse Date can hold (2149-06-06).
const maxTimestamp = 65_535 * 86_400 * 1_000_000

// problem is why an event makes no row; the zero value is none.
type problem struct {
	reason         schemas.Reason
	field, message string
}

// drafter turns events into drafts. Both decoders use it, so that the format of an export cannot show in its rows.
type drafter struct {
	extras    []extra
	currency  []byte // of amounts that carry none
	version   int64
	wantProps bool

	location, referrer site

	scratch []byte // text that had to be made for the current row
	content []byte
}

// known are the event parameters that have a meaning.
type known struct {
	session, number, engaged, engagement, location, referrer, order, value, currency *param
	campaign
}

func (k *known) find(params []param) {
	for i := range params {
		p := &params[i]
		if p.kind == none {
			continue
		}
		if p.means == unasked {
			p.means = meaningOf(p.key)
		}
		switch p.means {
		case sessionParam:
			k.session = p
		case numberParam:
			k.number = p
		case engagedParam:
			k.engaged = p
		case engagementParam:
			k.engagement = p
		case locationParam:
			k.location = p
		case referrerParam:
			k.referrer = p
		case orderParam:
			k.order = p
		case valueParam:
			k.value = p
		case currencyParam:
			k.currency = p
		case sourceParam:
			k.source = p.text
		case mediumParam:
			k.medium = p.text
		case campaignParam:
			k.name = p.text
		case contentParam:
			k.content = p.text
		case termParam:
			k.term = p.text
		}
	}
}

// fill makes the draft of e in row.
func (d *drafter) fill(row *schemas.Row, e *event) problem {
	if p := check(e); p.reason != "" {
		return p
	}
	d.scratch = d.scratch[:0]
	var k known
	k.find(e.params)

	kind := eventType(e.name)
	row.SetInt(schemas.EvOccurredAt, e.timestamp)
	row.SetBytes(schemas.EvEventType, d.keep(kind))
	row.SetBytes(schemas.EvSourceEvent, e.name)
	row.SetBytes(schemas.EvUserID, stated(e.userID))
	row.SetBytes(schemas.EvDeviceID, stated(e.pseudoID))
	row.SetInt(schemas.EvVersion, d.version)
	if id, ok := k.session.int(); ok {
		row.SetInt(schemas.EvSessionID, id)
	}
	if ms, ok := k.engagement.int(); ok {
		row.SetInt(schemas.EvDurationMs, ms)
	}
	engaged, ok := k.engaged.int()
	row.SetBool(schemas.EvIsEngaged, ok && engaged == 1)

	d.page(row, &k)
	row.SetBytes(schemas.EvDeviceCategory, stated(e.category))
	row.SetBytes(schemas.EvOS, stated(e.os))
	row.SetBytes(schemas.EvBrowser, stated(e.browser))
	row.SetBytes(schemas.EvLanguage, stated(e.language))
	row.SetBytes(schemas.EvCountry, stated(e.country))
	row.SetBytes(schemas.EvCity, stated(e.city))
	setCampaign(row, e, &k)
	if p := d.commerce(row, e, &k, kind); p.reason != "" {
		return p
	}
	if p := d.configured(row, e); p.reason != "" {
		return p
	}
	row.Key = d.key(row.Key[:0], e)
	return problem{}
}

func check(e *event) problem {
	switch {
	case len(e.name) == 0:
		return problem{schemas.MissingRequired, "event_name", "the event has no name"}
	case e.has&hasTimestamp == 0:
		return problem{schemas.MissingRequired, "event_timestamp", "the event has no time"}
	case e.timestamp < 0 || e.timestamp >= maxTimestamp:
		return problem{schemas.OutOfRange, "event_timestamp", "outside 1970 to 2149"}
	}
	return problem{}
}

// stated turns GA4's "(not set)" into nothing; "(direct)" and "(none)" are statements and stay.
func stated(text []byte) []byte {
	if string(text) == "(not set)" {
		return nil
	}
	return text
}

// keep copies s to where it lives as long as the row.
func (d *drafter) keep(s string) []byte {
	from := len(d.scratch)
	d.scratch = append(d.scratch, s...)
	return d.scratch[from:len(d.scratch):len(d.scratch)]
}

// page splits the addresses into what the table keeps of them.
func (d *drafter) page(row *schemas.Row, k *known) {
	if k.location != nil {
		host, path := d.location.split(k.location.text)
		row.SetBytes(schemas.EvPageHost, host)
		row.SetBytes(schemas.EvPagePath, path)
	}
	if k.referrer != nil {
		host, _ := d.referrer.split(k.referrer.text)
		row.SetBytes(schemas.EvReferrerHost, host)
	}
}

// commerce sets order, amount, currency and quantity.
func (d *drafter) commerce(row *schemas.Row, e *event, k *known, kind string) problem {
	if kind == "order_placed" || kind == "order_refunded" {
		row.SetBytes(schemas.EvOrderID, stated(d.order(e, k)))
	}
	if e.has&hasQuantity != 0 {
		if e.quantity < math.MinInt32 || e.quantity > math.MaxInt32 {
			return problem{schemas.OutOfRange, "ecommerce.total_item_quantity", "does not fit 32 bits"}
		}
		row.SetInt(schemas.EvQuantity, e.quantity)
	}
	amount, field, found := 0.0, "", false
	switch {
	case kind == "order_refunded" && e.has&hasRefund != 0:
		amount, field, found = e.refund, "ecommerce.refund_value", true
	case kind != "order_refunded" && e.has&hasRevenue != 0:
		amount, field, found = e.revenue, "ecommerce.purchase_revenue", true
	default:
		amount, found = k.value.float()
		field = "event_params.value"
	}
	if found {
		n, ok := units(amount)
		if !ok {
			return problem{schemas.OutOfRange, field, "does not fit Decimal(18,4)"}
		}
		row.SetInt(schemas.EvAmount, n)
	}
	switch {
	case k.currency != nil && len(stated(k.currency.text)) > 0:
		row.SetBytes(schemas.EvCurrency, stated(k.currency.text))
	case found:
		row.SetBytes(schemas.EvCurrency, d.currency)
	}
	return problem{}
}

// order returns the order's number. The event parameter counts only where the ecommerce record says nothing at all: the
// two need not be written alike (in Google's own sample they are not), and one export must not mix them.
func (d *drafter) order(e *event, k *known) []byte {
	if e.has&(hasOrderID|hasRevenue|hasRefund|hasQuantity) != 0 {
		return e.orderID
	}
	return d.text(k.order)
}

// setCampaign takes the campaign from the first place that states one; it never mixes places, but for what settle does. traffic_source is
// the visitor's first touch: it tells of the first visit alone.
func setCampaign(row *schemas.Row, e *event, k *known) {
	for _, c := range [...]*campaign{&e.lastClick.cross, &e.lastClick.manual, &e.lastClick.ads, &e.collected, &k.campaign, &e.firstTouch} {
		if !c.stated() {
			continue
		}
		source, medium, name := stated(c.source), stated(c.medium), stated(c.name)
		if c == &e.firstTouch && !firstVisit(e, k) {
			return
		}
		if c == &e.lastClick.ads && len(source) == 0 {
			source, medium = googleSource, googleMedium
		}
		row.SetBytes(schemas.EvSource, source)
		row.SetBytes(schemas.EvMedium, medium)
		row.SetBytes(schemas.EvCampaign, name)
		row.SetBytes(schemas.EvContent, stated(c.content))
		row.SetBytes(schemas.EvTerm, stated(c.term))
		return
	}
}

func (c *campaign) stated() bool {
	return len(stated(c.source)) > 0 || len(stated(c.medium)) > 0 || len(stated(c.name)) > 0
}

// settle completes the cross-channel record, which has no content and term, from the manual one beside it, which has.
func (l *lastClick) settle() {
	if l.cross.stated() {
		l.cross.content, l.cross.term = l.manual.content, l.manual.term
	}
}

// firstVisit reports whether e belongs to the visitor's first session.
func firstVisit(e *event, k *known) bool {
	n, known := k.number.int()
	return known && n == 1 || string(e.name) == "first_visit" || string(e.name) == "first_open"
}

// What Google Ads traffic is called where its record names the campaign alone. Never written to.
var googleSource, googleMedium = []byte("google"), []byte("cpc")

// units converts to 1/10000, rounding the shortest decimal that reads as f; ok is false when it does not fit.
func units(f float64) (n int64, ok bool) {
	if r := math.Round(f * 10_000); r/10_000 == f && math.Abs(r) < 1e15 {
		return int64(r), true
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	return jsonscan.DecimalOf(f)
}
