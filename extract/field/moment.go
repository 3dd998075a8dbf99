package field

import "waymark/schemas"

// cursor reads b from the front; every method fails without moving past what it read wrongly, which ends the parse.
type cursor struct{ b []byte }

// digits reads between least and most digits.
func (c *cursor) digits(least, most int) (n, width int, ok bool) {
	for width < most && width < len(c.b) && isDigit(c.b[width]) {
		n = n*10 + int(c.b[width]-'0')
		width++
	}
	c.b = c.b[width:]
	return n, width, width >= least
}

func (c *cursor) eat(ch byte) bool {
	if len(c.b) > 0 && c.b[0] == ch {
		c.b = c.b[1:]
		return true
	}
	return false
}

func (c *cursor) spaces() {
	for c.eat(' ') {
	}
}

func parseMoment(b []byte) (m moment, why schemas.Reason) {
	b = trim(b)
	if m.fixed(b) {
		return m, m.valid()
	}
	m = moment{}
	c := cursor{b}
	slashed, ok := c.date(&m)
	if !ok || !c.clock(&m) {
		return m, schemas.WrongType
	}
	american := c.half(&m)
	c.spaces()
	if !c.zone(&m) {
		return m, schemas.WrongType
	}
	if slashed && !m.order(american) {
		return m, schemas.WrongType
	}
	if m.hour == 24 { // AM or PM after an hour above 12
		return m, schemas.WrongType
	}
	return m, m.valid()
}

// fixed reads the one shape that most times have, 2006-01-02T15:04:05[.999][zone], or returns false.
func (m *moment) fixed(b []byte) bool {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return false
	}
	var bad byte
	m.year = pair(b[0], b[1], &bad)*100 + pair(b[2], b[3], &bad)
	m.month, m.day = pair(b[5], b[6], &bad), pair(b[8], b[9], &bad)
	m.hour, m.minute, m.second = pair(b[11], b[12], &bad), pair(b[14], b[15], &bad), pair(b[17], b[18], &bad)
	if bad > 9 {
		return false
	}
	rest := cursor{b[19:]}
	return (!rest.eat('.') || rest.fraction(m)) && rest.zone(m)
}

// pair returns a number of two digits; bad becomes more than 9 when one is none.
func pair(tens, units byte, bad *byte) int {
	t, u := tens-'0', units-'0'
	*bad = max(*bad, t, u)
	return int(t)*10 + int(u)
}

// fraction reads the digits of a fraction of a second, to the microsecond.
func (c *cursor) fraction(m *moment) bool {
	micro, width, ok := c.digits(1, 6)
	for ; width < 6; width++ {
		micro *= 10
	}
	m.micro = micro
	for len(c.b) > 0 && isDigit(c.b[0]) {
		c.b = c.b[1:]
	}
	return ok
}

// date reads y-m-d, y/m/d, d.m.y or two numbers and a year with slashes, which order sorts out.
func (c *cursor) date(m *moment) (slashed, ok bool) {
	first, width, ok := c.digits(1, 4)
	if !ok || len(c.b) == 0 {
		return false, false
	}
	sep := c.b[0]
	if sep != '-' && sep != '.' && sep != '/' {
		return false, false
	}
	c.b = c.b[1:]
	second, _, ok := c.digits(1, 2)
	if !ok || !c.eat(sep) {
		return false, false
	}
	if width == 4 {
		m.year, m.month = first, second
		m.day, _, ok = c.digits(1, 2)
		return false, ok
	}
	if width == 3 || sep == '-' {
		return false, false
	}
	m.day, m.month = first, second
	m.year, _, ok = c.digits(4, 4)
	return sep == '/', ok
}

// order decides which of two numbers before the year is the month.
func (m *moment) order(american bool) bool {
	switch {
	case american || m.month > 12 && m.day <= 12:
		m.day, m.month = m.month, m.day
	case m.day <= 12 && m.day != m.month:
		return false
	}
	return true
}

// clock reads T or space and h:m, h:m:s or h:m:s.frac; nothing at all is midnight.
func (c *cursor) clock(m *moment) (ok bool) {
	if len(c.b) == 0 {
		return true
	}
	if !c.eat('T') && !c.eat('t') {
		if !c.eat(',') && c.b[0] != ' ' {
			return false
		}
		c.spaces()
	}
	if m.hour, _, ok = c.digits(1, 2); !ok || !c.eat(':') {
		return false
	}
	if m.minute, _, ok = c.digits(2, 2); !ok {
		return false
	}
	if !c.eat(':') {
		return true
	}
	if m.second, _, ok = c.digits(2, 2); !ok {
		return false
	}
	if !c.eat('.') && !c.eat(',') {
		return true
	}
	return c.fraction(m)
}

// half reads AM or PM; an hour that cannot be on a twelve-hour clock becomes 24, which is none.
func (c *cursor) half(m *moment) bool {
	c.spaces()
	if len(c.b) < 2 || c.b[1]|0x20 != 'm' || c.b[0]|0x20 != 'a' && c.b[0]|0x20 != 'p' {
		return false
	}
	switch afternoon := c.b[0]|0x20 == 'p'; {
	case m.hour < 1 || m.hour > 12:
		m.hour = 24
	case afternoon && m.hour < 12:
		m.hour += 12
	case !afternoon && m.hour == 12:
		m.hour = 0
	}
	c.b = c.b[2:]
	return true
}

// zone reads what is left: Z, UTC, GMT or ±hh[[:]mm]; nothing at all is a time without zone.
func (c *cursor) zone(m *moment) bool {
	if len(c.b) == 0 {
		return true
	}
	west := c.b[0] == '-'
	if !west && c.b[0] != '+' {
		m.zoned = Is(c.b, "z") || Is(c.b, "utc") || Is(c.b, "gmt")
		c.b = nil
		return m.zoned
	}
	c.b = c.b[1:]
	hours, _, ok := c.digits(2, 2)
	if !ok {
		return false
	}
	minutes := 0
	if len(c.b) > 0 {
		c.eat(':')
		if minutes, _, ok = c.digits(2, 2); !ok || minutes > 59 || len(c.b) > 0 {
			return false
		}
	}
	m.zoned, m.offset = true, hours*3600+minutes*60
	if west {
		m.offset = -m.offset
	}
	return true
}
