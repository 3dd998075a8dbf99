package field

import "waymark/schemas"

// Bool parses true/false, yes/no, t/f, y/n, 1/0; blank is false, as exports leave a false flag empty.
func Bool(b []byte) (bool, schemas.Reason) {
	b = trim(b)
	switch len(b) {
	case 0:
		return false, ""
	case 1:
		switch b[0] | 0x20 {
		case 't', 'y', '1' | 0x20:
			return true, ""
		case 'f', 'n', '0' | 0x20:
			return false, ""
		}
	case 2:
		if Is(b, "no") {
			return false, ""
		}
	case 3:
		if Is(b, "yes") || string(b) == "1.0" {
			return true, ""
		}
		if string(b) == "0.0" {
			return false, ""
		}
	case 4:
		if Is(b, "true") {
			return true, ""
		}
	case 5:
		if Is(b, "false") {
			return false, ""
		}
	}
	return false, schemas.WrongType
}

// Is reports whether b, without surrounding space, is word in any case. word is lower-case ASCII.
func Is(b []byte, word string) bool {
	b = trim(b)
	if len(b) != len(word) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
