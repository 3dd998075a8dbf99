package engine

import "strings"

// statement is what the front needs to know of a text before it runs it.
type statement struct {
	verb   string // first word, upper case; "(" for a parenthesised SELECT
	format string // of the FORMAT clause, "" when there is none
	totals bool   // WITH TOTALS somewhere: such results cannot be streamed
	calls  []string
	// paths is set when a table is named by something that the engine would open as a file: FROM '/x', `/x`, default."../x".
	paths    bool
	parallel bool     // PARALLEL WITH: several statements on purpose
	strings  []string // string literals, for KILL QUERY

	takesData bool // an INSERT whose rows follow
	dataAt    int  // where they follow in the text
	headEnd   int  // end of the INSERT without FORMAT or VALUES
}

// parse reads one statement. For an INSERT with data it stops at the data and looks at nothing behind it.
func parse(text string) statement {
	l := &lexer{text: text}
	var s statement
	t := l.next()
	s.verb = strings.ToUpper(t.text)
	if s.verb == "INSERT" {
		if s.insert(l); s.takesData {
			return s
		}
	}
	s.scan(l, t)
	return s
}

// insert reads INSERT [INTO] [TABLE] [FUNCTION] name… up to FORMAT, VALUES, a SELECT or the end.
func (s *statement) insert(l *lexer) {
	saved := *l
	depth, named := 0, false
	for {
		t := l.next()
		switch {
		case t.kind == tokenEnd:
			s.takesData, s.headEnd, s.dataAt = true, t.start, t.start
			return
		case t.punct('('):
			depth++
		case t.punct(')'):
			depth--
		case depth > 0:
		case !named:
			named = !t.is("INTO") && !t.is("TABLE") && !t.is("FUNCTION")
		case t.is("SELECT"), t.is("WITH"), t.is("FROM"), t.is("WATCH"):
			*l = saved // no rows follow: scanned like any other statement
			return
		case t.is("VALUES"):
			s.takesData, s.headEnd, s.format, s.dataAt = true, t.start, "Values", t.end
			return
		case t.is("FORMAT"):
			f := l.next()
			s.takesData, s.headEnd, s.format = true, t.start, f.text
			s.dataAt = f.end + dataOffset(l.text[f.end:])
			if s.format == "" {
				s.format = "?" // FORMAT without a name: the engine says so
			}
			return
		}
	}
}

// dataOffset is how much between a format's name and its data is not data: a semicolon, blanks, one line feed.
func dataOffset(s string) int {
	n := 0
	for n < len(s) && spaceByte(s[n]) && s[n] != '\n' {
		n++
	}
	if n < len(s) && s[n] == ';' {
		n++
		for n < len(s) && spaceByte(s[n]) && s[n] != '\n' {
			n++
		}
	}
	if n < len(s) && s[n] == '\n' {
		n++
	}
	return n
}

// scan walks a statement that carries no rows and notes what the front has to refuse or decide by.
func (s *statement) scan(l *lexer, first token) {
	var prev token
	inFrom := []bool{false} // per parenthesis: between FROM or JOIN and the next clause
	for t := first; t.kind != tokenEnd; prev, t = t, l.next() {
		top := len(inFrom) - 1
		switch {
		case t.punct('('):
			if prev.kind == tokenWord || prev.kind == tokenQuoted {
				s.calls = append(s.calls, strings.ToLower(prev.text))
			}
			inFrom = append(inFrom, false)
		case t.punct(')') && top > 0:
			inFrom = inFrom[:top]
		case t.kind == tokenString:
			s.strings = append(s.strings, t.text)
			s.paths = s.paths || inFrom[top] && strings.Contains(t.text, "/")
		case t.kind == tokenQuoted:
			s.paths = s.paths || strings.HasPrefix(t.text, "/") || strings.HasPrefix(t.text, "~") || strings.Contains(t.text, "../")
		case t.kind == tokenWord:
			s.word(t, prev, top == 0)
			inFrom[top] = fromClause(inFrom[top], t)
		}
	}
}

func (s *statement) word(t, prev token, outer bool) {
	switch {
	case outer && prev.is("FORMAT"):
		s.format = t.text
	case t.is("TOTALS"):
		s.totals = true
	case t.is("PARALLEL"):
		s.parallel = true
	}
}

// fromClause reports whether what follows word t names tables.
func fromClause(now bool, t token) bool {
	switch strings.ToUpper(t.text) {
	case "FROM", "JOIN", "TABLE", "DESCRIBE", "DESC", "EXISTS":
		return true
	case "SELECT", "WHERE", "PREWHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "ON", "USING", "UNION", "SETTINGS", "FORMAT", "WINDOW":
		return false
	}
	return now
}

// endangersDefault reports a statement that would take the engine's default database away: every later connection would
// fail until the engine is restarted.
func endangersDefault(text string) bool {
	l := &lexer{text: text}
	verb := l.next()
	if !verb.is("DROP") && !verb.is("DETACH") && !verb.is("RENAME") && !verb.is("EXCHANGE") {
		return false
	}
	if !l.next().is("DATABASE") {
		return false
	}
	t := l.next()
	if t.is("IF") {
		l.next()
		t = l.next()
	}
	return t.text == "default"
}
