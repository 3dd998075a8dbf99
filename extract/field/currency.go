package field

// IsCurrency reports whether text can be an ISO 4217 code: three letters.
func IsCurrency(text []byte) bool {
	if len(text) != 3 {
		return false
	}
	for _, b := range text {
		if b |= 0x20; b < 'a' || b > 'z' {
			return false
		}
	}
	return true
}
