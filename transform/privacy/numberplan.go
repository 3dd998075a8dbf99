package privacy

// numberPlan is what is needed of a country's numbering plan to write a national number as E.164.
type numberPlan struct {
	country  string // ISO 3166 alpha-2
	code     string // calling code
	trunk    string // dialled before a national number and dropped abroad; "" where none or where it stays
	min, max int    // digits of a national (significant) number
	access   string // international access code where it is not 00
}

// appendNational appends the E.164 form of a number that was written without plus sign or access code.
func (p *numberPlan) appendNational(dst, digits []byte) []byte {
	national := func(n int) bool { return n >= p.min && n <= p.max }
	switch n := len(digits); {
	case p.trunk != "" && n > len(p.trunk) && string(digits[:len(p.trunk)]) == p.trunk && national(n-len(p.trunk)):
		digits = digits[len(p.trunk):]
	case n > len(p.code) && string(digits[:len(p.code)]) == p.code && national(n-len(p.code)) && !national(n):
		digits = digits[len(p.code):] // international without its plus sign
	case p.trunk == "" && n > p.max && digits[0] == '0' && national(n-1):
		digits = digits[1:] // a trunk zero from before it was abolished (Poland, Czechia)
	}
	if len(p.code)+len(digits) > maxDigits {
		return append(dst, digits...)
	}
	dst = append(append(dst, '+'), p.code...)
	return append(dst, digits...)
}

// planOf returns the plan of an ISO 3166 alpha-2 country in either case, or nil.
func planOf(country string) *numberPlan {
	if len(country) != 2 {
		return nil
	}
	a, b := country[0]&^0x20, country[1]&^0x20
	for i := range numberPlans {
		if c := numberPlans[i].country; c[0] == a && c[1] == b {
			return &numberPlans[i]
		}
	}
	return nil
}

// Source of the codes and lengths: ITU-T E.164 national numbering plans. Italy and San Marino keep their leading zero.
var numberPlans = [...]numberPlan{
	{"PL", "48", "", 9, 9, ""}, {"UA", "380", "0", 9, 9, ""}, {"RU", "7", "8", 10, 10, "810"}, {"KZ", "7", "8", 10, 10, "810"},
	{"BY", "375", "80", 9, 9, "810"}, {"DE", "49", "0", 3, 12, ""}, {"AT", "43", "0", 4, 13, ""}, {"CH", "41", "0", 9, 9, ""},
	{"LI", "423", "", 7, 9, ""}, {"GB", "44", "0", 9, 10, ""}, {"IE", "353", "0", 7, 9, ""}, {"US", "1", "1", 10, 10, "011"},
	{"CA", "1", "1", 10, 10, "011"}, {"FR", "33", "0", 9, 9, ""}, {"ES", "34", "", 9, 9, ""}, {"PT", "351", "", 9, 9, ""},
	{"IT", "39", "", 6, 11, ""}, {"SM", "378", "", 6, 10, ""}, {"CZ", "420", "", 9, 9, ""}, {"SK", "421", "0", 9, 9, ""},
	{"HU", "36", "06", 8, 9, ""}, {"RO", "40", "0", 9, 9, ""}, {"MD", "373", "0", 8, 8, ""}, {"BG", "359", "0", 7, 9, ""},
	{"GR", "30", "", 10, 10, ""}, {"CY", "357", "", 8, 8, ""}, {"MT", "356", "", 8, 8, ""}, {"TR", "90", "0", 10, 10, ""},
	{"HR", "385", "0", 8, 9, ""}, {"SI", "386", "0", 8, 8, ""}, {"RS", "381", "0", 7, 9, ""}, {"BA", "387", "0", 8, 8, ""},
	{"NL", "31", "0", 9, 9, ""}, {"BE", "32", "0", 8, 9, ""}, {"LU", "352", "", 4, 11, ""}, {"DK", "45", "", 8, 8, ""},
	{"NO", "47", "", 8, 8, ""}, {"SE", "46", "0", 6, 9, ""}, {"FI", "358", "0", 5, 12, ""}, {"IS", "354", "", 7, 9, ""},
	{"EE", "372", "", 7, 8, ""}, {"LV", "371", "", 8, 8, ""}, {"LT", "370", "8", 8, 8, ""}, {"GE", "995", "0", 9, 9, ""},
	{"AM", "374", "0", 8, 8, ""}, {"AZ", "994", "0", 9, 9, ""}, {"IL", "972", "0", 8, 9, ""}, {"AE", "971", "0", 8, 9, ""},
	{"SA", "966", "0", 8, 9, ""}, {"ZA", "27", "0", 9, 9, ""}, {"EG", "20", "0", 8, 10, ""}, {"IN", "91", "0", 10, 10, ""},
	{"CN", "86", "0", 9, 11, ""}, {"JP", "81", "0", 9, 10, "010"}, {"KR", "82", "0", 8, 10, ""}, {"SG", "65", "", 8, 8, ""},
	{"HK", "852", "", 8, 8, ""}, {"AU", "61", "0", 9, 9, "0011"}, {"NZ", "64", "0", 8, 10, ""}, {"BR", "55", "0", 10, 11, ""},
	{"MX", "52", "", 10, 10, ""}, {"AR", "54", "0", 10, 11, ""}, {"CL", "56", "", 9, 9, ""}, {"CO", "57", "", 10, 10, ""},
}
