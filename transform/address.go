package transform

import (
	"bytes"
	"encoding/hex"
	"unicode/utf8"
)

// An e-mail address in text becomes addressMark and its pseudonym in hexadecimal, the same that email_id would hold.
const addressMark = "email:"

// withoutAddresses returns text with every e-mail address replaced. Addresses are found by shape: something local, an
// "@" (also as %40 or %2540), and a domain with a dot and a top-level domain of letters. The result is text itself or
// valid until the next call.
func (f *Finisher) withoutAddresses(text []byte) []byte {
	at, width := nextAt(text, 0)
	if at < 0 {
		return text
	}
	f.text = f.text[:0]
	done := 0
	for ; at >= 0; at, width = nextAt(text, at+width) {
		start := localStart(text, done, at)
		end := domainEnd(text, at+width)
		if start == at || end < 0 {
			continue
		}
		f.text = append(f.text, text[done:start]...)
		f.addr = appendUnescaped(f.addr[:0], text[start:at])
		f.addr = append(append(f.addr, '@'), text[at+width:end]...)
		id := f.emails.Pseudonym(f.addr)
		f.text = append(f.text, addressMark...)
		f.text = hex.AppendEncode(f.text, id[:])
		done = end
	}
	if done == 0 {
		return text
	}
	f.text = append(f.text, text[done:]...)
	return f.text
}

// nextAt finds the next at sign from position from, and its length; -1 when there is none. Several in a row count as one.
func nextAt(text []byte, from int) (at, width int) {
	for i := from; i < len(text); i++ {
		for w := atSign(text[i:]); w > 0; w = atSign(text[i+width:]) {
			width += w
		}
		if width > 0 {
			return i, width
		}
	}
	return -1, 0
}

// atSign gives the length of the at sign that text begins with, 0 when it does not.
func atSign(text []byte) int {
	switch {
	case len(text) == 0:
	case text[0] == '@':
		return 1
	case text[0] != '%':
	case bytes.HasPrefix(text, []byte("%40")):
		return 3
	case bytes.HasPrefix(text, []byte("%2540")):
		return 5
	}
	return 0
}

// localStart walks left from the at sign over what a local part can hold, but not before done.
func localStart(text []byte, done, at int) int {
	i := at
	for i > done {
		if i-3 >= done && text[i-3] == '%' {
			if c, ok := unhex(text[i-2], text[i-1]); ok {
				if !isLocal(c) {
					return i
				}
				i -= 3
				continue
			}
		}
		if !isLocal(text[i-1]) {
			return i
		}
		i--
	}
	return i
}

// domainEnd walks right over a domain: labels up to the last one that begins like a top-level domain, so that what is
// stuck to an address ("@b.com-1", "@b.com.2") does not hide it. -1 when there is no domain.
func domainEnd(text []byte, start int) int {
	end := start
	for end < len(text) && isDomain(text[end]) {
		end++
	}
	for {
		dot := bytes.LastIndexByte(text[start:end], '.')
		if dot <= 0 {
			return -1
		}
		top := start + dot + 1
		letters := top
		for letters < end && isLetter(text[letters]) {
			letters++
		}
		if isTopLevel(text[top:end]) {
			return end
		}
		if isTopLevel(text[top:letters]) {
			return letters
		}
		end = start + dot
	}
}

// isTopLevel accepts letters of any script and xn-- names, and refuses file extensions as in "icon@2x.png".
func isTopLevel(top []byte) bool {
	if len(top) < 2 {
		return false
	}
	for _, extension := range [...]string{"png", "jpg", "jpeg", "gif", "webp", "svg", "css", "js"} {
		if len(top) == len(extension) && bytes.EqualFold(top, []byte(extension)) {
			return false
		}
	}
	if len(top) > 4 && bytes.EqualFold(top[:4], []byte("xn--")) {
		return true
	}
	for _, c := range top {
		if !isLetter(c) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c >= utf8.RuneSelf }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isDomain(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' || c == '-' }

// isLocal leaves out what separates an address from its surroundings in paths and queries: / = : , ; and brackets.
func isLocal(c byte) bool {
	return isLetter(c) || isDigit(c) || bytes.IndexByte([]byte(".!#$%&'*+?^_`{|}~-"), c) >= 0
}

func unhex(a, b byte) (byte, bool) {
	var out [1]byte
	_, err := hex.Decode(out[:], []byte{a, b})
	return out[0], err == nil
}

func appendUnescaped(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if c, ok := unhex(text[i+1], text[i+2]); ok {
				dst = append(dst, c)
				i += 2
				continue
			}
		}
		dst = append(dst, text[i])
	}
	return dst
}
