package privacy

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Bounds of a telephone number in digits: E.164 allows 15 with the calling code; fewer than 5 is an extension.
const (
	minDigits = 5
	maxDigits = 15
)

// appendPhone appends raw as E.164 ("+48221234567") when its country is stated by the number itself or known, else its
// digits alone. The two never meet: a false match between customers is worse than a missed one.
func appendPhone(dst, raw []byte, country string) []byte {
	var buf [24]byte
	digits, international := phoneDigits(buf[:0], raw)
	if len(digits) < minDigits || len(digits) > maxDigits+5 || allZero(digits) {
		return dst
	}
	plan := planOf(country)
	if !international {
		digits, international = withoutPrefix(digits, plan)
	}
	switch {
	case international:
		if len(digits) < minDigits || len(digits) > maxDigits {
			return dst
		}
		return append(append(dst, '+'), digits...)
	case plan == nil:
		return append(dst, digits...)
	}
	return plan.appendNational(dst, digits)
}

// phoneDigits appends the digits of raw up to an extension ("x12", "ext. 3", ";ext=", "#"), in ASCII, and reports a
// leading plus sign. A trunk zero in brackets after a calling code, "+44 (0)20", is left out.
func phoneDigits(dst, raw []byte) (digits []byte, plus bool) {
	if len(raw) > 4 && bytes.EqualFold(raw[:4], []byte("tel:")) {
		raw = raw[4:]
	}
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		switch {
		case plus && len(dst) > 0 && bytes.HasPrefix(raw[i:], []byte("(0)")):
			size = 3
		case r == '+' || r == '＋':
			if len(dst) == 0 {
				plus = true
			}
		case unicode.IsDigit(r):
			if len(dst) > maxDigits+5 {
				return dst, plus
			}
			dst = append(dst, '0'+digitValue(r))
		case len(dst) > 0 && (unicode.IsLetter(r) || r == ';' || r == '#' || r == ','):
			return dst, plus
		}
		i += size
	}
	return dst, plus
}

// digitValue gives the value of a decimal digit of any script: Unicode keeps the ten of each script together, zero
// first, and starts every run of digits with a zero.
func digitValue(r rune) byte {
	if r < utf8.RuneSelf {
		return byte(r - '0')
	}
	n := 0
	for unicode.IsDigit(r - 1) {
		r--
		n++
	}
	return byte(n % 10)
}

func allZero(digits []byte) bool {
	for _, d := range digits {
		if d != '0' {
			return false
		}
	}
	return true
}

// withoutPrefix cuts the international access code, "00" or what the country dials.
func withoutPrefix(digits []byte, plan *numberPlan) ([]byte, bool) {
	access := "00"
	if plan != nil && plan.access != "" {
		access = plan.access
	}
	for _, p := range [...]string{access, "00"} {
		if len(digits) >= len(p)+minDigits+2 && string(digits[:len(p)]) == p {
			return digits[len(p):], true
		}
	}
	return digits, false
}
