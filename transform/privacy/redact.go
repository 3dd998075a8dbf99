package privacy

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// Redact appends raw to dst with every letter as x and every digit as 0, so that the shape of a broken record can be
// read and nothing of its content. Punctuation and white space stay, bytes that are not UTF-8 become "?". Names of JSON
// members stay while the record is well-formed and the name looks like a field ("created_at"). The result has at most
// max bytes; a longer one ends in an ellipsis.
func Redact(dst, raw []byte, max int) []byte {
	if max <= 0 {
		return dst
	}
	start := len(dst)
	if trimmed := bytes.TrimLeft(raw, " \t\r\n\ufeff"); len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		dst = redactJSON(dst, raw, start+max+1)
	} else {
		dst = mask(dst, raw, start+max+1)
	}
	if len(dst)-start <= max {
		return dst
	}
	keep := max - len(ellipsis)
	if keep < 0 {
		return dst[:start]
	}
	for keep > 0 && !utf8.RuneStart(dst[start+keep]) {
		keep--
	}
	return append(dst[:start+keep], ellipsis...)
}

// mask appends text masked, until dst has limit bytes.
func mask(dst, text []byte, limit int) []byte {
	for i := 0; i < len(text) && len(dst) < limit; {
		if c := text[i]; c < utf8.RuneSelf {
			dst = append(dst, maskASCII(c))
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		dst = appendMasked(dst, r, size)
		i += size
	}
	return dst
}

func maskASCII(c byte) byte {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		return 'x'
	case '0' <= c && c <= '9':
		return '0'
	case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0x7f:
		return '?'
	}
	return c
}

// appendMasked keeps punctuation and spaces only: other symbols can spell (circled letters, Braille, emoji flags).
func appendMasked(dst []byte, r rune, size int) []byte {
	switch {
	case r == utf8.RuneError && size <= 1:
		return append(dst, '?')
	case unicode.IsNumber(r):
		return append(dst, '0')
	case unicode.IsPunct(r), unicode.IsSpace(r), unicode.Is(unicode.Sc, r):
		return utf8.AppendRune(dst, r)
	}
	return append(dst, 'x')
}

// redactJSON masks a JSON text and keeps its member names. It follows the grammar just far enough to know a name from
// a value; at the first byte that does not fit it masks all the rest, names too.
func redactJSON(dst, raw []byte, limit int) []byte {
	w := jsonWalk{}
	for i := 0; i < len(raw) && len(dst) < limit; {
		c := raw[i]
		if c != '"' {
			if !w.step(c) {
				return mask(dst, raw[i:], limit)
			}
			n := runLength(raw[i:])
			dst = mask(dst, raw[i:i+n], limit)
			i += n
			continue
		}
		n := stringLength(raw[i:])
		if n < 0 || !w.text() {
			return mask(dst, raw[i:], limit)
		}
		if w.state == afterName && isFieldName(raw[i+1:i+n-1]) && followedByColon(raw[i+n:]) {
			dst = append(dst, raw[i:i+n]...)
		} else {
			dst = mask(dst, raw[i:i+n], limit)
		}
		i += n
	}
	return dst
}

// runLength is 1 for structural bytes and the length of a literal or number else.
func runLength(raw []byte) int {
	n := 0
	for n < len(raw) && bytes.IndexByte([]byte("{}[]:,\" \t\r\n"), raw[n]) < 0 {
		n++
	}
	return max(n, 1)
}

// stringLength gives the length of the JSON string at the start of raw with its quotes, -1 when it does not end.
func stringLength(raw []byte) int {
	for i := 1; i < len(raw); i++ {
		switch {
		case raw[i] == '\\':
			i++
		case raw[i] == '"':
			return i + 1
		case raw[i] < ' ':
			return -1
		}
	}
	return -1
}

func followedByColon(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

// isFieldName accepts lower-case identifiers only: a name that holds a value of its own (an address, a person) has
// another shape.
func isFieldName(name []byte) bool {
	if len(name) == 0 || len(name) > 40 {
		return false
	}
	for i, c := range name {
		if (c < 'a' || c > 'z') && (i == 0 || c != '_') {
			return false
		}
	}
	return true
}
