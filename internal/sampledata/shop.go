package sampledata

// product is what the shop sells; prices are in groszy.
type product struct {
	id, name, brand, category, slug string
	price                           int64
}

// products lists the range. Names have the characters that exports must carry: quotes, ampersands, diacritics.
func products() []product {
	return []product{
		{"TN-1001", `Tent "Giewont" 2P`, "Turnia", "Tents", "tent-giewont-2p", 129900},
		{"TN-1002", `Tent "Rysy" 3P`, "Turnia", "Tents", "tent-rysy-3p", 184900},
		{"TN-1003", "Tarp Świt 3×3", "Turnia", "Tents", "tarp-swit", 34900},
		{"TN-1101", "Backpack Zawrat 45+10", "Turnia", "Backpacks", "backpack-zawrat-45", 59900},
		{"TN-1102", "Backpack Kozica 28", "Turnia", "Backpacks", "backpack-kozica-28", 32900},
		{"TN-1103", "Daypack Limba 18", "Limba & Co", "Backpacks", "daypack-limba-18", 18900},
		{"TN-1201", "Hiking boots Grań GTX", "Grań", "Footwear", "boots-gran-gtx", 74900},
		{"TN-1202", "Approach shoes Półka", "Grań", "Footwear", "shoes-polka", 52900},
		{"TN-1203", "Gaiters Śnieg", "Grań", "Footwear", "gaiters-snieg", 14900},
		{"TN-1301", "Down jacket Puch 800", "Turnia", "Clothing", "jacket-puch-800", 99900},
		{"TN-1302", "Rain jacket Halny 3L", "Turnia", "Clothing", "jacket-halny-3l", 84900},
		{"TN-1303", "Merino base layer", "Limba & Co", "Clothing", "merino-base", 24900},
		{"TN-1304", "Wool socks (2 pairs)", "Limba & Co", "Clothing", "wool-socks", 5990},
		{"TN-1401", "Stove Iskra", "Iskra", "Camp kitchen", "stove-iskra", 21900},
		{"TN-1402", "Titanium mug 450 ml", "Iskra", "Camp kitchen", "mug-450", 12900},
		{"TN-1403", "Gas cartridge 230 g", "Iskra", "Camp kitchen", "gas-230", 2490},
		{"TN-1501", "Sleeping bag Mróz −12", "Turnia", "Sleeping", "bag-mroz", 67900},
		{"TN-1502", "Sleeping mat Mech R4", "Turnia", "Sleeping", "mat-mech", 38900},
		{"TN-1601", "Head torch 400 lm", "Iskra", "Accessories", "torch-400", 15990},
		{"TN-1602", "Trekking poles, pair", "Grań", "Accessories", "poles", 27900},
		{"TN-1603", "Map of the Tatras 1:25 000", "Turnia", "Accessories", "map-tatras", 1890},
		{"TN-1701", "Rope 60 m 9.5 mm", "Grań", "Climbing", "rope-60", 69900},
		{"TN-1702", "Harness Start", "Grań", "Climbing", "harness-start", 25900},
		{"TN-1703", "Quickdraw set ×6", "Grań", "Climbing", "quickdraws", 39900},
	}
}

// traffic is where a session comes from, and the channel that this is by the default channel group of GA4.
type traffic struct {
	channel, source, medium, campaign string
	referrer                          string
	weight, eager                     float64 // how often, and how ready to buy
}

func sources() []traffic {
	return []traffic{
		{"organic_search", "google", "organic", "(organic)", "https://www.google.com/", 30, 1.0},
		{"direct", "(direct)", "(none)", "(direct)", "", 22, 1.15},
		{"paid_search", "google", "cpc", "pl_search_tents", "https://www.google.com/", 12, 1.2},
		{"paid_search", "bing", "cpc", "de_search_brand", "https://www.bing.com/", 3, 1.1},
		{"email", "newsletter", "email", "winter_sale_2026", "", 9, 1.6},
		{"paid_social", "facebook", "paid_social", "spring_boots", "https://l.facebook.com/", 8, 0.6},
		{"organic_social", "instagram", "social", "(referral)", "https://www.instagram.com/", 6, 0.5},
		{"referral", "blog.szlak.example", "referral", "(referral)", "https://blog.szlak.example/best-tents", 5, 0.9},
		{"affiliates", "gearlist.example", "affiliate", "gearlist_2026", "https://gearlist.example/", 3, 1.3},
		{"display", "adnet.example", "display", "retarget_cart", "https://adnet.example/", 2, 0.4},
	}
}

// helpPages are the self-service pages.
func helpPages() []string {
	return []string{"/help", "/help/returns", "/help/delivery", "/help/sizes", "/help/payments", "/help/warranty"}
}

// topic is what tickets are about.
type topic struct {
	name, priority string
	group          int64 // Zendesk group
	weight, hard   float64
}

func topics() []topic {
	return []topic{
		{"delivery", "normal", 701, 34, 0.8}, {"returns", "normal", 702, 26, 1.0}, {"sizes", "low", 701, 14, 0.5},
		{"warranty", "high", 703, 12, 1.9}, {"payment", "urgent", 702, 8, 1.2}, {"other", "low", 701, 6, 0.7},
	}
}

// agents are the desk: Zendesk user numbers.
func agents() []int64 { return []int64{9001, 9002, 9003, 9004, 9005, 9006, 9007} }
