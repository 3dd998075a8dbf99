package models

import "strings"

type tokenKind uint8

const (
	wordToken  tokenKind = iota + 1 // identifier, keyword or number
	quoteToken                      // `identifier` or "identifier"
	textToken                       // 'literal'
	paramToken                      // {name:Type}
	markToken                       // any other character
)

// token is a lexical element of a SELECT; text is without quotes and braces.
type token struct {
	kind tokenKind
	text string
	line int // 1-based, within the SELECT
}

// lex splits sql into tokens; comments and white space are dropped. reason is "" or what is wrong at line.
func lex(sql string) (tokens []token, line int, reason string) {
	line = 1
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(sql[i:], "--"):
			i += lineEnd(sql[i:])
		case strings.HasPrefix(sql[i:], "/*"):
			n := strings.Index(sql[i:], "*/")
			if n < 0 {
				return tokens, line, "comment without end"
			}
			line += strings.Count(sql[i:i+n], "\n")
			i += n + 2
		case c == '\'' || c == '`' || c == '"' || c == '{':
			t, n, bad := quotedToken(sql[i:])
			if bad != "" {
				return tokens, line, bad
			}
			t.line = line
			tokens = append(tokens, t)
			line += strings.Count(sql[i:i+n], "\n")
			i += n
		case wordByte(c):
			n := 1
			for i+n < len(sql) && wordByte(sql[i+n]) {
				n++
			}
			tokens = append(tokens, token{wordToken, sql[i : i+n], line})
			i += n
		default:
			tokens = append(tokens, token{markToken, sql[i : i+1], line})
			i++
		}
	}
	return tokens, line, ""
}

func quotedToken(sql string) (t token, n int, reason string) {
	kind, end := textToken, sql[0]
	switch sql[0] {
	case '`', '"':
		kind = quoteToken
	case '{':
		kind, end = paramToken, '}'
	}
	for n = 1; n < len(sql); n++ {
		switch {
		case sql[n] == '\\' && kind != paramToken:
			n++
		case sql[n] == end:
			return token{kind: kind, text: sql[1:n]}, n + 1, ""
		}
	}
	return t, 0, "quotation or parameter without end"
}

func lineEnd(s string) int {
	if n := strings.IndexByte(s, '\n'); n >= 0 {
		return n
	}
	return len(s)
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}
