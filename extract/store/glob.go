package store

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The glob language, over slash-separated keys:
//
//	*      any characters but a slash          [a-c]  one character of a class, [!a-c] or [^a-c] of none; never a slash
//	?      one character but a slash           {a,b}  either; may nest
//	**     any characters, slashes too         \c     the character c itself
//	**/    any directories, or none
//
// Patterns become regular expressions because those match in linear time whatever the pattern.

// compileGlob translates a pattern.
func compileGlob(pattern string) (*regexp.Regexp, error) {
	switch {
	case !utf8.ValidString(pattern):
		return nil, errors.New("pattern is not UTF-8")
	case len(pattern) > 4096, strings.Count(pattern, "{") > 100:
		return nil, errors.New("pattern is too large")
	}
	var out strings.Builder
	out.WriteString(`(?s)\A`)
	depth := 0
	for i := 0; i < len(pattern); {
		n, err := translate(&out, pattern[i:], i == 0 || pattern[i-1] == '/', &depth)
		if err != nil {
			return nil, err
		}
		i += n
	}
	if depth != 0 {
		return nil, errors.New("pattern has a { without }")
	}
	out.WriteString(`\z`)
	re, err := regexp.Compile(out.String())
	if err != nil {
		return nil, fmt.Errorf("compile pattern: %w", err)
	}
	return re, nil
}

// translate writes the first element of pattern and returns how many bytes it took. first is true at the start of a path
// element, depth counts open braces.
func translate(out *strings.Builder, pattern string, first bool, depth *int) (int, error) {
	switch c := pattern[0]; {
	case first && strings.HasPrefix(pattern, "**/"):
		out.WriteString(`(?:.*/)?`)
		return 3, nil
	case strings.HasPrefix(pattern, "**"):
		out.WriteString(`.*`)
		return 2, nil
	case c == '*':
		out.WriteString(`[^/]*`)
	case c == '?':
		out.WriteString(`[^/]`)
	case c == '[':
		return translateClass(out, pattern)
	case c == '{':
		*depth++
		out.WriteString(`(?:`)
	case c == '}' && *depth > 0:
		*depth--
		out.WriteString(`)`)
	case c == ',' && *depth > 0:
		out.WriteString(`|`)
	case c == '\\':
		if len(pattern) == 1 {
			return 0, errors.New(`pattern ends in a backslash`)
		}
		_, n := utf8.DecodeRuneInString(pattern[1:])
		out.WriteString(regexp.QuoteMeta(pattern[1 : 1+n]))
		return 1 + n, nil
	default:
		_, n := utf8.DecodeRuneInString(pattern)
		out.WriteString(regexp.QuoteMeta(pattern[:n]))
		return n, nil
	}
	return 1, nil
}

// translateClass writes the class that pattern starts with. A slash is never part of a class.
func translateClass(out *strings.Builder, pattern string) (int, error) {
	unclosed := errors.New("pattern has a [ without ]")
	i, negated := 1, false
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		i, negated = i+1, true
	}
	var set strings.Builder
	for start := i; ; {
		if i >= len(pattern) {
			return 0, unclosed
		}
		if pattern[i] == ']' && i > start {
			break
		}
		low, n := classRune(pattern[i:])
		i += n
		high := low
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			high, n = classRune(pattern[i+1:])
			i += 1 + n
		}
		if high < low {
			return 0, errors.New("pattern has a class with a reversed range")
		}
		writeRange(&set, low, high)
	}
	switch {
	case negated:
		fmt.Fprintf(out, `[^/%s]`, set.String())
	case set.Len() == 0: // [/] matches nothing
		out.WriteString(`[^\x{0}-\x{10FFFF}]`)
	default:
		fmt.Fprintf(out, `[%s]`, set.String())
	}
	return i + 1, nil
}

func classRune(s string) (rune, int) {
	if s[0] == '\\' && len(s) > 1 {
		r, n := utf8.DecodeRuneInString(s[1:])
		return r, n + 1
	}
	return utf8.DecodeRuneInString(s)
}

// writeRange writes low-high without the slash.
func writeRange(set *strings.Builder, low, high rune) {
	if low <= '/' && high >= '/' {
		if low < '/' {
			fmt.Fprintf(set, `\x{%x}-\x{%x}`, low, '/'-1)
		}
		if high > '/' {
			fmt.Fprintf(set, `\x{%x}-\x{%x}`, '/'+1, high)
		}
		return
	}
	fmt.Fprintf(set, `\x{%x}-\x{%x}`, low, high)
}

// literalPrefix returns the length of the longest start of pattern that every match shares, and whether a glob follows.
func literalPrefix(pattern string) (int, bool) {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '*', '?', '[', '{':
			return i, true
		}
	}
	return len(pattern), false
}

// unescape removes the backslashes of a pattern without globs.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String()
}
