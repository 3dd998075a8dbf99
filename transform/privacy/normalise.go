package privacy

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"waymark/schemas"
)

// Normalise appends the canonical text of a raw identifier to dst; nothing when raw identifies nobody.
//
// E-mail: without mailto:, display name and angle brackets, NFC, lower case; dots and +tags stay, since only some
// providers ignore them. Phone: see phone.go. Every other id: without surrounding white space.
func Normalise(dst []byte, kind schemas.Identifier, raw []byte, country string) []byte {
	raw = bytes.TrimSpace(raw)
	switch kind {
	case schemas.Email:
		return appendEmail(dst, raw)
	case schemas.Phone:
		return appendPhone(dst, raw, country)
	}
	return append(dst, raw...)
}

func appendEmail(dst, raw []byte) []byte {
	if open := bytes.LastIndexByte(raw, '<'); open >= 0 {
		raw = raw[open+1:]
		if end := bytes.IndexByte(raw, '>'); end >= 0 {
			raw = raw[:end]
		}
	}
	const scheme = "mailto:"
	if len(raw) > len(scheme) && bytes.EqualFold(raw[:len(scheme)], []byte(scheme)) {
		raw = raw[len(scheme):]
		if query := bytes.IndexByte(raw, '?'); query >= 0 {
			raw = raw[:query]
		}
	}
	raw = bytes.TrimRight(bytes.TrimSpace(raw), ".")
	at := bytes.LastIndexByte(raw, '@')
	if at <= 0 || at == len(raw)-1 {
		return dst
	}
	from, all := len(dst), byte(0)
	for _, c := range raw {
		all |= c
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	if all >= utf8.RuneSelf {
		return append(dst[:from], bytes.ToLower(norm.NFC.Bytes(raw))...)
	}
	return dst
}
