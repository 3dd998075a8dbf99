package engine

import "strings"

// statement is what the front needs to know of a text before it runs it.
type statement struct {
	verb   string // first word, upper case; "(" for a parenthesised SELECT
	format string // of the FORMAT clause or VALUES, "" when there is neither

	takesData bool // an INSERT whose rows follow
	headEnd   int  // end of that INSERT without FORMAT or VALUES
	dataAt    int  // where its rows begin

	whole    bool     // WITH TOTALS, or a FORMAT that may be a column: the result cannot be streamed
	parallel bool     // PARALLEL WITH: several statements on purpose
	calls    []string // names before a parenthesis, lower case
	literals []string // string literals
	paths    bool     // a table is named by what the engine could open as a file: FROM 'x', `/x`, default."../x"
}

// parse reads one statement. For an INSERT with rows it stops at the rows and looks at nothing behind them.
func parse(text string) statement {
	l := &lexer{text: text}
	first := l.next()
	s := statement{verb: strings.ToUpper(first.text)}
	if s.verb == "INSERT" {
		after := *l
		if s.insert(l); s.takesData {
			return s
		}
		*l = after
	}
	s.scan(l, first)
	return s
}

// insert reads [INTO] [TABLE] [FUNCTION] name… up to FORMAT, VALUES, a SELECT or the end.
func (s *statement) insert(l *lexer) {
	depth, named := 0, false
	for prev := (token{}); ; {
		t := l.next()
		query := t.is("SELECT") || t.is("WITH")
		switch {
		case t.kind == tokenEnd:
			s.takesData, s.headEnd, s.dataAt = true, t.start, t.start
			return
		case query && (depth == 0 && named || prev.punct('(')), depth == 0 && named && (t.is("FROM") || t.is("WATCH")):
			return // no rows follow: a statement like any other
		case t.punct('('):
			depth++
		case t.punct(')'):
			depth--
		case depth > 0:
		case !named:
			named = !t.is("INTO") && !t.is("TABLE") && !t.is("FUNCTION")
		case t.is("VALUES"):
			s.takesData, s.headEnd, s.format, s.dataAt = true, t.start, "Values", t.end
			return
		case t.is("FORMAT"):
			f := l.next()
			s.takesData, s.headEnd, s.format, s.dataAt = true, t.start, f.text, f.end+dataOffset(l.text[f.end:])
			return
		}
		prev = t
	}
}

// dataOffset is how much between a format's name and its data is not data: blanks, a semicolon, one line feed.
func dataOffset(s string) int {
	blanks := func(n int) int {
		for n < len(s) && spaceByte(s[n]) && s[n] != '\n' {
			n++
		}
		return n
	}
	n := blanks(0)
	if n < len(s) && s[n] == ';' {
		n = blanks(n + 1)
	}
	if n < len(s) && s[n] == '\n' {
		n++
	}
	return n
}

// level is one nesting of parentheses.
type level struct {
	query  bool // holds a SELECT, not the arguments of a function, where FROM is no clause: trim(BOTH '/' FROM x)
	tables bool // between FROM or JOIN and the next clause: a comma brings another table
	name   bool // the next token names a table
}

// scan walks a statement without rows and notes what the front decides by.
func (s *statement) scan(l *lexer, first token) {
	levels := []level{{query: true}}
	prev, prev2 := token{}, token{}
	for t := first; t.kind != tokenEnd; prev2, prev, t = prev, t, l.next() {
		top := &levels[len(levels)-1]
		if len(levels) == 1 {
			s.formatClause(t, prev, prev2)
		}
		switch {
		case t.punct('('):
			if prev.kind == tokenWord || prev.kind == tokenQuoted {
				s.calls = append(s.calls, strings.ToLower(prev.text))
			}
			top.name = false
			levels = append(levels, level{})
		case t.punct(')') && len(levels) > 1:
			levels = levels[:len(levels)-1]
		case t.kind == tokenString:
			s.literals = append(s.literals, t.text)
			s.paths = s.paths || top.name
			top.name = false
		case t.kind == tokenQuoted:
			top.name = false
			s.paths = s.paths || strings.HasPrefix(t.text, "/") || strings.HasPrefix(t.text, "~") || strings.Contains(t.text, "../") ||
				strings.Contains(l.text[t.start:t.end], `\`)
		case t.kind == tokenWord:
			top.query = top.query || t.is("SELECT") || prev.punct('(') && (t.is("WITH") || t.is("FROM"))
			top.word(t, prev)
			s.whole = s.whole || t.is("TOTALS")
			s.parallel = s.parallel || t.is("PARALLEL")
		default:
			top.name = top.tables && t.punct(',')
		}
	}
}

// formatClause takes the name behind FORMAT, unless FORMAT is a column: SELECT format FROM t, ORDER BY format DESC.
func (s *statement) formatClause(t, prev, prev2 token) {
	switch {
	case prev.is("FORMAT") && t.kind == tokenWord:
		expression := prev2.kind == tokenOther && strings.ContainsAny(prev2.text[:1], ",.+-/%=<>!:|([") ||
			prev2.is("SELECT") || prev2.is("BY") || prev2.is("AS") || prev2.is("DISTINCT") || t.is("DESC") || t.is("ASC")
		if s.format = t.text; expression {
			s.format, s.whole = "", true
		}
	case prev2.is("FORMAT") && s.format != "" && prev.text == s.format && !t.punct(';') && !t.is("SETTINGS") && !t.is("INTO"):
		s.format, s.whole = "", true // the statement goes on: it was an alias or a column
	}
}

// word notes whether tables are named behind word t. A column may have the name of a keyword: WHERE table = 'x'.
func (v *level) word(t, prev token) {
	switch strings.ToUpper(t.text) {
	case "FROM", "JOIN":
		v.tables = v.query && (t.is("FROM") || !prev.is("ARRAY"))
		v.name = v.tables
	case "DESCRIBE", "DESC", "EXISTS", "CHECK", "INFILE", "OUTFILE":
		v.name = true
	case "TABLE": // DESCRIBE TABLE 'x'
	case "SELECT", "WHERE", "PREWHERE", "GROUP", "ORDER", "HAVING", "QUALIFY", "LIMIT", "ON", "USING", "UNION", "SETTINGS", "FORMAT", "WINDOW":
		v.tables, v.name = false, false
	default:
		v.name = false
	}
}

// endangersDefault reports a statement that would take the engine's default database away: every later connection would
// fail until the engine is restarted.
func endangersDefault(text string) bool {
	l := &lexer{text: text}
	verb := l.next()
	if !verb.is("DROP") && !verb.is("DETACH") && !verb.is("RENAME") || !l.next().is("DATABASE") {
		return false
	}
	t := l.next()
	if t.is("IF") {
		l.next()
		t = l.next()
	}
	return t.text == "default"
}
