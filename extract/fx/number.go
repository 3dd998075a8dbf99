package fx

import (
	"waymark/schemas"
)

const (
	maxUnits = 1_000_000_000
)

// parse reads a plain decimal number exactly: price is in 1/10000 for as many units as it takes to leave no further decimal. 0.87365
// is 8.7365 for 10.
func parse(text []byte, comma bool) (price, units int64, why schemas.Reason) {
	point, negative := byte('.'), false
	if comma {
		point = ','
	}
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		negative, text = text[0] == '-', text[1:]
	}
	decimals, digits, dot := 0, 0, false
	for _, b := range text {
		switch {
		case b == point && !dot:
			dot = true
		case b-'0' > 9:
			return 0, 0, schemas.WrongType
		default:
			digits++
			if price > 0 || b != '0' {
				price = price*10 + int64(b-'0')
			}
			if dot {
				decimals++
			}
			if price > 1e17 {
				return 0, 0, schemas.OutOfRange
			}
		}
	}
	if digits == 0 {
		return 0, 0, schemas.WrongType
	}
	for ; decimals > 4 && price%10 == 0 && price > 0; decimals-- {
		price /= 10
	}
	for units = 1; decimals > 4 && units <= maxUnits; decimals-- {
		units *= 10
	}
	for ; decimals < 4; decimals++ {
		if price > 1e17/10 {
			return 0, 0, schemas.OutOfRange
		}
		price *= 10
	}
	if decimals > 4 {
		return 0, 0, schemas.OutOfRange
	}
	if negative {
		price = -price
	}
	return price, units, ""
}
