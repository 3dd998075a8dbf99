package journey

import (
	"strings"
	"unicode/utf8"
)

// pattern is one compiled alternative: lower case, braces expanded.
type pattern struct {
	text  string
	plain bool // no wildcard
	path  bool // * stops at /
	under bool // text is a prefix ending in "/**": the path above matches too
}

// compilePatterns expands braces and classifies; a bad pattern gives its reason.
func compilePatterns(list Patterns, path bool) ([]pattern, string) {
	var out []pattern
	for _, raw := range list {
		list := expandBraces(strings.ToLower(raw), 0)
		if list == nil {
			return nil, "too many alternatives"
		}
		for _, text := range list {
			if reason := checkPattern(text); reason != "" {
				return nil, reason
			}
			out = append(out, pattern{
				text: text, plain: !strings.ContainsAny(text, "*?["), path: path,
				under: path && strings.HasSuffix(text, "/**"),
			})
		}
	}
	return out, ""
}

// Bounds of a pattern and of the text it is held against; the rest of a longer text is not looked at.
const (
	maxAlternatives = 256
	maxBraces       = 8
	maxMatched      = 4096
)

// expandBraces turns a{b,c}d into abd and acd. Unbalanced braces stay and fail checkPattern; nil means too many
// alternatives.
func expandBraces(text string, depth int) []string {
	open := strings.IndexByte(text, '{')
	if open < 0 || depth > maxBraces {
		return []string{text}
	}
	level, start := 0, open+1
	var parts []string
	for i := open; i < len(text); i++ {
		switch text[i] {
		case '{':
			level++
		case ',':
			if level == 1 {
				parts = append(parts, text[start:i])
				start = i + 1
			}
		case '}':
			if level--; level == 0 {
				parts = append(parts, text[start:i])
				return joinAlternatives(text[:open], parts, text[i+1:], depth)
			}
		}
	}
	return []string{text}
}

// joinAlternatives gives up as soon as there are too many, and so do its callers: the work is bounded.
func joinAlternatives(before string, parts []string, after string, depth int) []string {
	var out []string
	for _, p := range parts {
		list := expandBraces(before+p+after, depth+1)
		if list == nil || len(out)+len(list) > maxAlternatives {
			return nil
		}
		out = append(out, list...)
	}
	return out
}

func checkPattern(text string) string {
	if strings.ContainsAny(text, "{}") {
		return "braces that do not pair up, or nest too deep"
	}
	for i := 0; i < len(text); i++ {
		if text[i] == '[' {
			end := classEnd(text[i:])
			if end < 0 {
				return "a [ without its ]"
			}
			i += end
		}
	}
	return ""
}

// classEnd gives the position of the ] that closes the class at the start of text, -1 when there is none.
func classEnd(text string) int {
	i := 1
	if i < len(text) && (text[i] == '!' || text[i] == '^') {
		i++
	}
	for i++; i < len(text); i++ {
		if text[i] == ']' {
			return i
		}
	}
	return -1
}

// match reports whether s, in lower case, is matched.
func (p *pattern) match(s string) bool {
	if p.plain {
		return p.text == s
	}
	if p.under && glob(p.text[:len(p.text)-3], s, true) {
		return true
	}
	return glob(p.text, s, p.path)
}

// glob matches with two points to fall back to, the last * and the last **, so that its time is bounded by the product
// of the lengths and not exponential.
func glob(p, s string, path bool) bool {
	pi, si := 0, 0
	star, starAt, deep, deepAt := -1, 0, -1, 0
	for {
		if pi < len(p) && p[pi] == '*' {
			if !path || strings.HasPrefix(p[pi:], "**") {
				for pi < len(p) && p[pi] == '*' {
					pi++
				}
				deep, deepAt, star = pi, si, -1
				continue
			}
			pi++
			star, starAt = pi, si
			continue
		}
		if pi == len(p) && si == len(s) {
			return true
		}
		if n, m := one(p[pi:], s[si:]); m > 0 && (!path || s[si] != '/' || p[pi] == '/') {
			pi, si = pi+n, si+m
			continue
		}
		switch {
		case star >= 0 && starAt < len(s) && s[starAt] != '/':
			starAt++
			pi, si = star, starAt
		case deep >= 0 && deepAt < len(s):
			deepAt++
			pi, si, star = deep, deepAt, -1
		default:
			return false
		}
	}
}

// one matches a single non-star element: it gives the bytes used of the pattern and of the text, 0 when they differ.
func one(p, s string) (int, int) {
	if p == "" || s == "" {
		return 0, 0
	}
	switch p[0] {
	case '?':
		_, size := utf8.DecodeRuneInString(s)
		return 1, size
	case '[':
		r, size := utf8.DecodeRuneInString(s)
		end := classEnd(p)
		if inClass(p[1:end], r) {
			return end + 1, size
		}
		return 0, 0
	}
	if p[0] == s[0] {
		return 1, 1
	}
	return 0, 0
}

func inClass(class string, r rune) bool {
	negated := class[0] == '!' || class[0] == '^'
	if negated {
		class = class[1:]
	}
	runes := []rune(class)
	for i := 0; i < len(runes); i++ {
		lo, hi := runes[i], runes[i]
		if i+2 < len(runes) && runes[i+1] == '-' {
			hi = runes[i+2]
			i += 2
		}
		if lo <= r && r <= hi {
			return !negated
		}
	}
	return negated
}
