package csvscan

import "bytes"

// layout is where the header record stands in the first bytes of an object.
type layout struct {
	start, end, next int // header is buf[start:end], records begin at next
	line             int64
	delim, eol       byte
	empty            bool // nothing but blank lines
}

// sniff finds the header record and recognises line end and delimiter. ok is false when more bytes are needed, which
// is never so at the end of the object.
func sniff(buf []byte, delim byte, atEOF bool) (l layout, ok bool) {
	l = layout{line: 1, delim: delim, eol: '\n'}
	if len(buf) < 3 && !atEOF {
		return l, false
	}
	if bytes.HasPrefix(buf, []byte("\xef\xbb\xbf")) {
		l.start = 3
	}
	for {
		for l.start < len(buf) && (buf[l.start] == '\n' || buf[l.start] == '\r') {
			if buf[l.start] == '\n' || l.start+1 < len(buf) && buf[l.start+1] != '\n' {
				l.line++
			}
			l.start++
		}
		if l.start == len(buf) {
			l.empty = true
			return l, atEOF
		}
		counts, end := headerEnd(buf, l.start, delim)
		if !l.finish(buf, end, atEOF) {
			return l, false
		}
		if sep := separator(buf[l.start:l.end]); sep != 0 && l.next > l.end {
			if delim == 0 {
				l.delim, delim = sep, sep
			}
			l.start, l.line = l.next, l.line+1
			continue
		}
		if l.delim == 0 {
			l.delim = counts.best()
		}
		return l, true
	}
}

// finish sets where the header ends and the records begin, given the position of its line end.
func (l *layout) finish(buf []byte, end int, atEOF bool) bool {
	l.end, l.next = end, end+1
	switch {
	case end == len(buf):
		l.next = end
		return atEOF
	case buf[end] == '\n':
		l.eol = '\n'
	case end+1 == len(buf) && !atEOF:
		return false
	case end+1 < len(buf) && buf[end+1] == '\n':
		l.eol, l.next = '\n', end+2
	case end+1 == len(buf):
		l.eol = '\n'
	default:
		l.eol = '\r'
	}
	return true
}

// separator returns the delimiter that a line `sep=;` names, or 0.
func separator(line []byte) byte {
	line = bytes.Trim(line, "\" ")
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) && line[4] < 0x80 && line[4] > 0 {
		return line[4]
	}
	return 0
}

// tally counts candidate delimiters outside quotes.
type tally struct{ comma, semicolon, tab int }

func (t *tally) count(c byte) {
	switch c {
	case ',':
		t.comma++
	case ';':
		t.semicolon++
	case '\t':
		t.tab++
	}
}

func (t *tally) best() byte {
	switch {
	case t.tab > t.comma && t.tab >= t.semicolon:
		return '\t'
	case t.semicolon > t.comma:
		return ';'
	}
	return ','
}

// headerEnd returns the delimiters found and the position of the first line end outside quotes, or len(buf).
func headerEnd(buf []byte, start int, delim byte) (t tally, end int) {
	quoted, fresh, closed := false, true, -2
	for i := start; i < len(buf); i++ {
		c := buf[i]
		switch {
		case quoted:
			if c == '"' {
				quoted, closed = false, i
			}
			continue
		case c == '\n' || c == '\r':
			return t, i
		case c == '"':
			// A doubled quote inside a field closes and opens it again, which comes to the same thing.
			quoted = fresh || closed == i-1
		default:
			t.count(c)
		}
		fresh = c == delim || delim == 0 && (c == ',' || c == ';' || c == '\t')
	}
	return t, len(buf)
}
