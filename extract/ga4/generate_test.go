package ga4

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generate writes n events of a made-up shop in the shape of a BigQuery JSON export, about 1.4 KB each.
func generate(n int) []byte {
	rnd := rand.New(rand.NewPCG(7, 7))
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	var b strings.Builder
	for i := range n {
		name := pick("page_view", "page_view", "page_view", "user_engagement", "user_engagement", "scroll", "view_item", "session_start", "add_to_cart", "purchase")
		user := rnd.IntN(n/8 + 1)
		at := int64(1_700_000_000_000_000) + int64(i)*86_400_000_000/int64(n)
		fmt.Fprintf(&b, `{"event_date":"20231114","event_timestamp":"%d","event_name":"%s","event_params":[`, at, name)
		fmt.Fprintf(&b, `{"key":"ga_session_id","value":{"int_value":"%d"}},{"key":"ga_session_number","value":{"int_value":"%d"}},`, 1_700_000_000+user, rnd.IntN(9)+1)
		fmt.Fprintf(&b, `{"key":"page_title","value":{"string_value":"%s"}},`, pick("Home", "Lamps and shades", "Your basket", "Kaszëbë – sklep"))
		fmt.Fprintf(&b, `{"key":"page_location","value":{"string_value":"https://shop.example.com/%s/item-%d?utm_source=news&q=1"}},`, pick("lamps", "chairs", "tables", "garden"), rnd.IntN(500))
		fmt.Fprintf(&b, `{"key":"page_referrer","value":{"string_value":"https://%s/"}},`, pick("www.google.com", "shop.example.com", "news.example.org"))
		fmt.Fprintf(&b, `{"key":"session_engaged","value":{"%s":"1"}},{"key":"engaged_session_event","value":{"int_value":"1"}},`, pick("string_value", "int_value"))
		fmt.Fprintf(&b, `{"key":"engagement_time_msec","value":{"int_value":"%d"}},{"key":"debug_mode","value":{"int_value":"1"}},{"key":"all_data","value":{}}`, rnd.IntN(90_000))
		if name == "purchase" {
			fmt.Fprintf(&b, `,{"key":"value","value":{"double_value":%d.%02d}},{"key":"currency","value":{"string_value":"EUR"}}`, rnd.IntN(300), rnd.IntN(100))
		}
		fmt.Fprintf(&b, `],"event_bundle_sequence_id":"%d","user_pseudo_id":"%d.%d","privacy_info":{"uses_transient_token":"No"},"user_properties":[],`, rnd.Int64N(1e10), user*7919, 1_690_000_000+user)
		fmt.Fprintf(&b, `"user_first_touch_timestamp":"%d","device":{"category":"%s","mobile_brand_name":"Apple","mobile_model_name":"<Other>","operating_system":"%s","operating_system_version":"10.15","language":"pl-pl","is_limited_ad_tracking":"No","web_info":{"browser":"%s","browser_version":"118.0"}},`, at-1_000_000_000, pick("desktop", "mobile", "tablet"), pick("Web", "iOS", "Android"), pick("Chrome", "Safari", "Firefox"))
		fmt.Fprintf(&b, `"geo":{"continent":"Europe","sub_continent":"Eastern Europe","country":"%s","region":"(not set)","city":"%s","metro":"(not set)"},`, pick("Poland", "Germany", "Czechia"), pick("Gdańsk", "Warsaw", "(not set)"))
		fmt.Fprintf(&b, `"traffic_source":{"medium":"%s","name":"(direct)","source":"%s"},"stream_id":"1234567890","platform":"WEB",`, pick("organic", "(none)", "cpc"), pick("google", "(direct)", "newsletter"))
		b.WriteString(`"ecommerce":{`)
		if name == "purchase" {
			fmt.Fprintf(&b, `"total_item_quantity":"%d","purchase_revenue":%d.%02d,"transaction_id":"T%d"`, rnd.IntN(5)+1, rnd.IntN(300), rnd.IntN(100), i)
		}
		b.WriteString(`},"items":[`)
		if name == "purchase" || name == "view_item" {
			fmt.Fprintf(&b, `{"item_id":"%d","item_name":"Lamp \"Ola\"","item_brand":"(not set)","item_category":"Lamps","price":19.5,"quantity":"1","coupon":"(not set)"}`, rnd.IntN(500))
		}
		b.WriteString("]}\n")
	}
	return []byte(b.String())
}
