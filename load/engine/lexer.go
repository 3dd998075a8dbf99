package engine

import "strings"

// The front has to know a little SQL: where an INSERT's data begins, which FORMAT a statement names, which functions it
// calls. The lexer yields significant tokens only; it never fails: an unterminated quote or comment ends the text.
//
// What it takes for a quote, a comment or a blank must be what the engine takes for one: a read-only request is checked by
// these tokens, and what would hide in a literal here but not there would pass unseen. Outside quotes the engine knows no
// character beyond ASCII but blanks, the minus sign and the quotes of printing, and refuses a text with any other.
type lexer struct {
	text string
	pos  int
}

type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenWord             // keyword or bare identifier
	tokenQuoted           // `x`, "x" or “x”
	tokenString           // 'x', ‘x’ or $tag$x$tag$
	tokenOther            // one character of punctuation, or a number
)

type token struct {
	kind       tokenKind
	start, end int
	text       string // without quotes
}

// is reports whether t is the bare word w (upper case).
func (t token) is(w string) bool { return t.kind == tokenWord && strings.EqualFold(t.text, w) }

// punct reports whether t is the character c.
func (t token) punct(c byte) bool { return t.kind == tokenOther && t.text[0] == c }

func (l *lexer) next() token {
	l.skipBlank()
	start := l.pos
	if start >= len(l.text) {
		return token{kind: tokenEnd, start: start, end: start}
	}
	switch c := l.text[start]; {
	case strings.HasPrefix(l.text[start:], "‘"):
		return l.printed(tokenString, "’")
	case strings.HasPrefix(l.text[start:], "“"):
		return l.printed(tokenQuoted, "”")
	case c == '\'':
		return l.quoted(tokenString, c)
	case c == '`' || c == '"':
		return l.quoted(tokenQuoted, c)
	case c == '$':
		if t, ok := l.heredoc(); ok {
			return t
		}
		return l.run(tokenWord, l.count(wordByte))
	case wordByte(c) && (c < '0' || c > '9'):
		return l.run(tokenWord, l.count(wordByte))
	case wordByte(c):
		return l.run(tokenOther, l.count(wordByte))
	default:
		return l.run(tokenOther, 1)
	}
}

func (l *lexer) run(kind tokenKind, n int) token {
	t := token{kind, l.pos, l.pos + n, l.text[l.pos : l.pos+n]}
	l.pos += n
	return t
}

func (l *lexer) count(want func(byte) bool) int {
	n := 0
	for l.pos+n < len(l.text) && want(l.text[l.pos+n]) {
		n++
	}
	return n
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func spaceByte(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// skipBlank passes white space, all else beyond ASCII that is no quote, and comments: -- x, # x, #! x, /* x /* y */ z */.
func (l *lexer) skipBlank() {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		switch {
		case spaceByte(rest[0]), rest[0] >= 0x80 && !strings.HasPrefix(rest, "‘") && !strings.HasPrefix(rest, "“"):
			l.pos++
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "# "), strings.HasPrefix(rest, "#!"):
			l.skipPast(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			l.skipNested()
		default:
			return
		}
	}
}

// skipNested moves behind a comment, in which others may be nested.
func (l *lexer) skipNested() {
	for depth := 0; l.pos < len(l.text); {
		switch rest := l.text[l.pos:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			l.pos += 2
		case strings.HasPrefix(rest, "*/"):
			l.pos += 2
			if depth--; depth == 0 {
				return
			}
		default:
			l.pos++
		}
	}
}

// skipPast moves behind the first end in rest, or to the end of the text.
func (l *lexer) skipPast(rest, end string) {
	if i := strings.Index(rest, end); i >= 0 {
		l.pos += i + len(end)
		return
	}
	l.pos = len(l.text)
}

// quoted reads a literal with backslash escapes and doubled quotes.
func (l *lexer) quoted(kind tokenKind, q byte) token {
	start := l.pos
	var b strings.Builder
	for l.pos++; l.pos < len(l.text); l.pos++ {
		c := l.text[l.pos]
		doubled := c == q && l.pos+1 < len(l.text) && l.text[l.pos+1] == q
		if c == '\\' && l.pos+1 < len(l.text) || doubled {
			l.pos++
			b.WriteByte(l.text[l.pos])
			continue
		}
		if c == q {
			l.pos++
			break
		}
		b.WriteByte(c)
	}
	return token{kind, start, l.pos, b.String()}
}

// printed reads a literal in quotes of printing, which has no escapes.
func (l *lexer) printed(kind tokenKind, end string) token {
	start := l.pos
	l.skipPast(l.text[start:], end)
	text := l.text[start+len(end) : l.pos] // both quotes are of one length
	return token{kind, start, l.pos, strings.TrimSuffix(text, end)}
}

func (l *lexer) heredoc() (token, bool) {
	rest := l.text[l.pos:]
	i := 1
	for i < len(rest) && rest[i] != '$' && wordByte(rest[i]) {
		i++
	}
	if i >= len(rest) || rest[i] != '$' {
		return token{}, false
	}
	tag := rest[:i+1]
	n := strings.Index(rest[len(tag):], tag)
	if n < 0 {
		return token{}, false
	}
	t := token{tokenString, l.pos, l.pos + n + 2*len(tag), rest[len(tag) : len(tag)+n]}
	l.pos = t.end
	return t, true
}
