package sampledata

// place is a country that the shop delivers to.
type place struct {
	name, code, continent, sub, language, dial string
	digits                                     int // of a national phone number
	weight                                     float64
	cities                                     []city
}

type city struct{ name, region string }

// places lists the countries as GA4 names them.
func places() []place {
	return []place{
		{"Poland", "PL", "Europe", "Eastern Europe", "pl-pl", "48", 9, 52, []city{
			{"Zakopane", "Lesser Poland Voivodeship"}, {"Kraków", "Lesser Poland Voivodeship"}, {"Warsaw", "Masovian Voivodeship"},
			{"Wrocław", "Lower Silesian Voivodeship"}, {"Gdańsk", "Pomeranian Voivodeship"}, {"Łódź", "Łódź Voivodeship"},
		}},
		{"Germany", "DE", "Europe", "Western Europe", "de-de", "49", 10, 18, []city{{"Munich", "Bavaria"}, {"Berlin", "Berlin"}, {"Dresden", "Saxony"}}},
		{"Czechia", "CZ", "Europe", "Eastern Europe", "cs-cz", "420", 9, 11, []city{{"Prague", "Prague"}, {"Brno", "South Moravian Region"}}},
		{"Slovakia", "SK", "Europe", "Eastern Europe", "sk-sk", "421", 9, 8, []city{{"Poprad", "Prešov Region"}, {"Bratislava", "Bratislava Region"}}},
		{"United Kingdom", "GB", "Europe", "Northern Europe", "en-gb", "44", 10, 7, []city{{"London", "England"}, {"Sheffield", "England"}}},
		{"Ukraine", "UA", "Europe", "Eastern Europe", "uk-ua", "380", 9, 4, []city{{"Lviv", "Lviv Oblast"}, {"Kyiv", "Kyiv city"}}},
	}
}
