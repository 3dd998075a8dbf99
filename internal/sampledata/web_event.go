package sampledata

import (
	"strconv"
)

// event is one GA4 event being written.
type event struct {
	params    members // elements of event_params
	entrances bool
	final     bool // the last of its visit
	items     []line
	order     *order
	refund    *Money // of a refund event; nil refunds the order as a whole
}

// param begins one parameter and leaves its value to be written.
func (e *event) param(key, kind string) {
	e.params.element()
	e.params.text("key", key)
	e.params.open("value", '{')
	if kind != "" {
		e.params.key(kind)
	}
}

func (e *event) end() {
	e.params.close('}')
	e.params.close('}')
}

func (e *event) text(key, value string) {
	e.param(key, "string_value")
	e.params.b = appendJSON(e.params.b, value)
	e.end()
}

func (e *event) int(key string, value int64) {
	e.param(key, "int_value")
	e.params.b = append(strconv.AppendInt(append(e.params.b, '"'), value, 10), '"')
	e.end()
}

func (e *event) double(key string, cents int64) {
	e.param(key, "double_value")
	e.params.b = appendCents(e.params.b, cents)
	e.end()
}

// null writes a parameter without a value, as some tags do.
func (e *event) null(key string) {
	e.param(key, "")
	e.end()
}

// emit writes one event of a visit.
func (s *visit) emit(name string, fill func(*event)) {
	var e event
	e.params.b = s.p.g.web.line[:0]
	if fill != nil {
		fill(&e)
	}
	s.pageParams(&e)
	s.engagement(name, &e)
	if e.order != nil {
		s.orderParams(&e)
	}
	if s.events < 3 && s.from.channel != "direct" { // the campaign is a parameter of the first events only
		e.text("source", s.from.source)
		e.text("medium", s.from.medium)
		e.text("campaign", s.from.campaign)
	}
	if s.d.chance(0.05) {
		e.null("all_data")
	}
	s.p.g.web.line = e.params.b
	s.p.write(s.at, s.record(name, &e))
	s.events++
	s.at += int64(s.d.between(1, 900))
}

func (s *visit) pageParams(e *event) {
	location := "https://" + webHost + s.path
	switch {
	case s.events < 2 && s.from.medium == "email":
		// An address in a link is a classic leak: the path is kept, the query must not be.
		location += "?utm_source=newsletter&utm_medium=email&subscriber=" + s.p.g.person(max(s.v.customer, 0)).email
	case s.events < 2 && s.from.medium == "cpc":
		location += "?gclid=Cj0K" + strconv.FormatInt(s.id, 36)
	case s.path == "/search":
		location += "?q=namiot#results"
	}
	e.text("page_location", location)
	e.text("page_title", "Turnia Outfitters | "+s.path)
	if s.before != "" {
		e.text("page_referrer", s.before)
	} else if s.d.chance(0.3) {
		e.null("page_referrer")
	}
	e.int("ga_session_id", s.id)
	e.int("ga_session_number", s.number)
	if e.entrances {
		e.int("entrances", 1)
	}
}

// engagement writes session_engaged: "0" or nothing until the visit is engaged, then "1", which a part of the tags send
// as an integer. Only engaged visits ever say 1.
func (s *visit) engagement(name string, e *event) {
	switch {
	case s.engaged && (e.final || s.events > 1):
		if s.d.chance(0.08) {
			e.int("session_engaged", 1)
		} else {
			e.text("session_engaged", "1")
		}
		e.int("engaged_session_event", 1)
	case s.d.chance(0.6):
		e.text("session_engaged", "0")
	}
	if name != "session_start" && name != "first_visit" {
		e.int("engagement_time_msec", int64(s.d.between(1, 40_000)))
	}
}

// record writes the whole event; what is null is left out, as BigQuery's export does.
func (s *visit) record(name string, e *event) []byte {
	s.noteIdentity()
	var m members
	m.b = append(make([]byte, 0, 3<<10), '{')
	m.text("event_date", compact(micros(s.at).In(s.p.g.zone).Format("2006-01-02")))
	m.quoted("event_timestamp", s.at)
	m.text("event_name", name)
	m.open("event_params", '[')
	m.b = append(m.b, e.params.b...)
	m.close(']')
	m.quoted("event_bundle_sequence_id", int64(s.d.Uint32()))
	m.maybe("user_id", s.userID)
	m.maybe("user_pseudo_id", s.v.pseudoID)
	m.raw("privacy_info", `{"analytics_storage":"Yes","ads_storage":"Yes","uses_transient_token":"No"}`)
	m.raw("user_properties", `[]`)
	m.quoted("user_first_touch_timestamp", s.p.g.web.since[s.v.n]*1_000_000)
	m.open("user_ltv", '{')
	m.cents("revenue", int64(s.p.g.web.spent[s.v.n]))
	m.text("currency", Currency)
	m.close('}')
	s.deviceAndPlace(&m)
	s.attribution(&m)
	m.text("stream_id", "5120044871")
	m.text("platform", "WEB")
	s.commerce(&m, name, e)
	m.boolean("is_active_user", s.engaged)
	m.quoted("batch_event_index", s.events+1)
	m.quoted("batch_page_id", s.started/1000)
	m.quoted("batch_ordering_id", s.events/2+1)
	return append(m.b, '}', '\n')
}

func (s *visit) deviceAndPlace(m *members) {
	m.open("device", '{')
	m.text("category", s.v.device.category)
	m.maybe("mobile_brand_name", s.v.device.brand)
	m.text("operating_system", s.v.device.system)
	m.text("operating_system_version", s.v.device.version)
	m.text("language", s.v.device.language)
	m.text("is_limited_ad_tracking", "No")
	m.open("web_info", '{')
	m.text("browser", s.v.device.browser)
	m.text("browser_version", "131.0")
	m.text("hostname", webHost)
	m.close('}')
	m.close('}')
	m.open("geo", '{')
	m.text("city", s.v.city.name)
	m.text("country", s.v.place.name)
	m.text("continent", s.v.place.continent)
	m.text("region", s.v.city.region)
	m.text("sub_continent", s.v.place.sub)
	m.text("metro", "(not set)")
	m.close('}')
}

// attribution writes the first touch of the user, what was collected on this event, and the session's last click.
func (s *visit) attribution(m *members) {
	m.open("traffic_source", '{')
	m.text("name", s.v.first.campaign)
	m.text("medium", s.v.first.medium)
	m.text("source", s.v.first.source)
	m.close('}')
	if s.events < 3 && s.from.channel != "direct" {
		m.open("collected_traffic_source", '{')
		m.text("manual_campaign_name", s.from.campaign)
		m.text("manual_source", s.from.source)
		m.text("manual_medium", s.from.medium)
		m.close('}')
	}
	m.open("session_traffic_source_last_click", '{')
	for _, kind := range []string{"manual_campaign", "cross_channel_campaign"} {
		m.open(kind, '{')
		m.text("campaign_name", s.from.campaign)
		m.text("source", s.from.source)
		m.text("medium", s.from.medium)
		m.close('}')
	}
	m.close('}')
}
