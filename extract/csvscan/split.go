package csvscan

import (
	"bytes"
	"math/bits"
)

// splitter finds record boundaries in a growing buffer, by the grammar of the package. It looks at quotes and line
// ends only, and never at a byte twice.
type splitter struct {
	delim, eol byte
	max        int // largest record, its carriage return included

	start int // first byte of the record being scanned; everything before is whole records
	pos   int // next byte to look at
	open  int // the quote that opened the current field, -1 outside quotes
}

// advance scans buf to its end. It returns false when the record at start is larger than max: the caller removes it
// with broken before it goes on.
func (s *splitter) advance(buf []byte, atEOF bool) bool {
	for s.pos < len(buf) {
		if s.open < 0 {
			s.outside(buf)
			continue
		}
		s.blocks(buf)
		if s.open < 0 {
			continue
		}
		i := bytes.IndexByte(buf[s.pos:], '"')
		if i < 0 {
			s.pos = len(buf)
			break
		}
		quote := s.pos + i
		if quote-s.start >= s.max {
			return false
		}
		switch {
		case quote+1 == len(buf) && !atEOF:
			s.pos = quote // the next byte decides
			return true
		case quote+1 < len(buf) && buf[quote+1] == '"':
			s.pos = quote + 2
		default:
			s.pos, s.open = quote+1, -1
		}
	}
	return len(buf)-s.start <= s.max
}

// blocks scans 64 bytes at a time from inside quotes while every quote that opens a field stands at its beginning, so
// that a byte is quoted when the number of quotes before it is odd. It stops in front of what is not so, at the first
// block without quotes, and where the record grows too large.
func (s *splitter) blocks(buf []byte) {
	delim, eol := ones*uint64(s.delim), ones*uint64(s.eol)
	inside, closed, fresh, open := ^uint64(0), uint64(0), uint64(0), s.open
	for s.pos+blockSize <= len(buf) && s.pos+blockSize-s.start < s.max {
		b := (*block)(buf[s.pos:])
		seps, quotes, _ := marks(b, delim, eol)
		if quotes == 0 && inside == 0 {
			break
		}
		quoted := within(quotes) ^ inside
		opening, closing := quotes&quoted, quotes&^quoted
		if opening&^(seps<<1|closing<<1|fresh|closed) != 0 {
			break
		}
		if first := opening &^ (closing<<1 | closed); first != 0 { // not the second of two quotes that stand for one
			open = s.pos + bits.Len64(first) - 1
		}
		if lines := seps &^ quoted; lines != 0 {
			if lines &= equal(b, eol); lines != 0 {
				s.start = s.pos + bits.Len64(lines)
			}
		}
		inside, closed, fresh = uint64(int64(quoted)>>63), closing>>63, seps>>63
		s.pos += blockSize
	}
	switch {
	case inside != 0:
		s.open = open
	case closed != 0: // the byte behind the quote decides
		s.pos, s.open = s.pos-1, open
	default:
		s.open = -1
	}
}

// outside moves to the next quote that opens a field, or to the end of buf.
func (s *splitter) outside(buf []byte) {
	from, quote := s.pos, len(buf)
	if i := bytes.IndexByte(buf[from:], '"'); i >= 0 {
		quote = from + i
	}
	if i := bytes.LastIndexByte(buf[from:quote], s.eol); i >= 0 {
		s.start = from + i + 1
	}
	s.pos = quote
	if quote < len(buf) {
		if quote == s.start || buf[quote-1] == s.delim {
			s.open = quote
		}
		s.pos++
	}
}

// broken returns where the too large record at start ends: after the line on which its open quote stands, or after
// its own line. whole is false when that line goes on beyond buf.
func (s *splitter) broken(buf []byte) (end int, whole bool) {
	from := s.pos // outside quotes: no line end has been seen since start
	if s.open >= 0 {
		from = s.open
	}
	if i := bytes.IndexByte(buf[from:], s.eol); i >= 0 {
		return from + i + 1, true
	}
	return len(buf), false
}

// drop forgets the first n bytes of the buffer, which end a record.
func (s *splitter) drop(n int) {
	s.start, s.pos, s.open = max(s.start-n, 0), max(s.pos-n, 0), max(s.open-n, -1)
}
