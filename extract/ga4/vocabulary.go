package ga4

import "slices"

// eventType maps GA4's event name to Waymark's vocabulary; what it does not know is web_other. So is first_visit: it
// stands beside a session_start of its own and would count that session twice.
func eventType(name []byte) string {
	switch string(name) {
	case "page_view":
		return "page_viewed"
	case "user_engagement", "scroll":
		return "user_engaged"
	case "session_start":
		return "session_started"
	case "view_item":
		return "product_viewed"
	case "view_item_list", "select_item":
		return "product_list_viewed"
	case "view_promotion", "select_promotion":
		return "promotion_viewed"
	case "add_to_cart":
		return "cart_added"
	case "remove_from_cart":
		return "cart_removed"
	case "begin_checkout":
		return "checkout_started"
	case "add_shipping_info":
		return "shipping_info_added"
	case "add_payment_info":
		return "payment_info_added"
	case "purchase":
		return "order_placed"
	case "refund":
		return "order_refunded"
	case "search", "view_search_results":
		return "searched"
	case "form_submit", "generate_lead":
		return "form_submitted"
	case "sign_up":
		return "signed_up"
	default:
		return "web_other"
	}
}

// ignored are the top-level columns of Google's export that nothing reads; with those that are read they are no news.
var ignored = []string{"event_date", "event_previous_timestamp", "event_value_in_usd", "event_server_timestamp_offset", "privacy_info",
	"user_first_touch_timestamp", "user_ltv", "app_info", "stream_id", "platform", "event_dimensions", "items", "is_active_user", "publisher"}

// The top-level fields, as the JSON decoder tells them apart.
const (
	eventName = iota
	eventTimestamp
	eventParams
	userID
	userPseudoID
	bundleID
	batchPageID
	batchOrderingID
	batchEventIndex
	deviceField
	geoField
	trafficSource
	collectedSource
	sessionSource
	ecommerceField
	userProperties
	ignoredField // one of ignored
	newField
)

func fieldOf(name []byte) int {
	switch string(name) {
	case "event_name":
		return eventName
	case "event_timestamp":
		return eventTimestamp
	case "event_params":
		return eventParams
	case "user_id":
		return userID
	case "user_pseudo_id":
		return userPseudoID
	case "event_bundle_sequence_id":
		return bundleID
	case "batch_page_id":
		return batchPageID
	case "batch_ordering_id":
		return batchOrderingID
	case "batch_event_index":
		return batchEventIndex
	case "device":
		return deviceField
	case "geo":
		return geoField
	case "traffic_source":
		return trafficSource
	case "collected_traffic_source":
		return collectedSource
	case "session_traffic_source_last_click":
		return sessionSource
	case "ecommerce":
		return ecommerceField
	case "user_properties":
		return userProperties
	}
	if slices.Contains(ignored, string(name)) {
		return ignoredField
	}
	return newField
}

// meaning is what an event parameter is to Waymark.
type meaning uint8

const (
	unasked meaning = iota
	noMeaning
	sessionParam
	numberParam
	engagedParam
	engagementParam
	locationParam
	referrerParam
	orderParam
	valueParam
	currencyParam
	sourceParam
	mediumParam
	campaignParam
	contentParam
	termParam
)

func meaningOf(key []byte) meaning {
	switch string(key) {
	case "ga_session_id":
		return sessionParam
	case "ga_session_number":
		return numberParam
	case "session_engaged":
		return engagedParam
	case "engagement_time_msec":
		return engagementParam
	case "page_location":
		return locationParam
	case "page_referrer":
		return referrerParam
	case "transaction_id":
		return orderParam
	case "value":
		return valueParam
	case "currency":
		return currencyParam
	case "source":
		return sourceParam
	case "medium":
		return mediumParam
	case "campaign":
		return campaignParam
	case "content":
		return contentParam
	case "term":
		return termParam
	}
	return noMeaning
}
