package jsonscan

import (
	"context"
	"io"

	"waymark/extract"
)

// place is where in the structure around the records the stream stands.
type place uint8

const (
	outside   place = iota // between top-level values
	inRoot                 // in a top-level array: its elements are records
	inWrapper              // in an array under a wrapper key: its elements are records
	inTail                 // in a page, behind its records
	inOther                // in another array of a page, behind its records: its elements are skipped
)

// elements is the state of a Stream of layout values. What stands between records is blanked in the buffer, line
// ends excepted, so that a chunk holds records and space only and keeps its offsets and lines.
type elements struct {
	place place
	at    int // next byte of buf to look at
	from  int // start of the first record of the chunk
	to    int // end of its last record; 0 when it has none
}

type step uint8

const (
	goOn     step = iota
	starved       // more text is needed
	faulty        // what stands at el.at does not belong there
	oversize      // a record above the limit starts at el.at
)

func (s *Stream) nextElements(ctx context.Context) (extract.Chunk, error) {
	want := s.o.ChunkBytes
	for {
		if err := s.fill(ctx, want); err != nil {
			return extract.Chunk{}, err
		}
		st := goOn
		for st == goOn {
			st = s.step()
		}
		if s.el.to > 0 { // hand out what there is; the next call comes back to the same place
			from, to, at := s.el.from, s.el.to, s.el.at
			s.el.from, s.el.to, s.el.at = 0, 0, 0
			return s.hand(from, to, at, partValues), nil
		}
		if s.el.at > 0 {
			s.drop(s.el.at)
			s.el.at = 0
		}
		switch {
		case st == oversize || st == starved && len(s.buf) > s.o.MaxRecord:
			return s.largeValue(ctx)
		case st == faulty:
			return s.fault(ctx, partMalformed)
		case s.eof && len(s.buf) > 0:
			return s.fault(ctx, partTruncated)
		case s.eof && s.el.place != outside:
			s.el.place = outside
			return s.reject(0, partTruncated), nil
		case s.eof:
			return extract.Chunk{}, io.EOF
		}
		want = max(s.o.ChunkBytes, min(2*len(s.buf), s.o.MaxRecord+1))
	}
}

// step passes over one record or one piece of what stands between records.
func (s *Stream) step() step {
	el := &s.el
	for el.at < len(s.buf) && (isSpace(s.buf[el.at]) || s.buf[el.at] == ',') {
		el.at++
	}
	if el.at == len(s.buf) {
		return starved
	}
	b := s.buf[el.at]
	switch el.place {
	case outside:
		switch b {
		case '[':
			return s.pass(inRoot)
		case '{':
			return s.object()
		}
		return faulty
	case inTail:
		if b == '}' {
			return s.pass(outside)
		}
		return s.member()
	}
	if b == ']' {
		if el.place == inRoot {
			return s.pass(outside)
		}
		return s.pass(inTail)
	}
	return s.value(el.at, el.place != inOther, el.place)
}

// pass goes over one byte.
func (s *Stream) pass(to place) step {
	s.el.at++
	s.el.place = to
	return goOn
}

// object looks into a top-level object: a page, or a record itself.
func (s *Stream) object() step {
	p := findWrapper(s.buf, s.el.at, s.o.Wrapper)
	switch p.state {
	case noWrapper:
		return s.value(s.el.at, true, outside)
	case foundWrapper:
		return s.wrapped(p.at)
	case notPage:
		return faulty
	default:
		return starved
	}
}

// wrapped goes on at the [ or { under a wrapper key.
func (s *Stream) wrapped(at int) step {
	if s.buf[at] == '[' {
		s.el.at = at
		return s.pass(inWrapper)
	}
	return s.value(at, true, inTail)
}

// member passes over a member of a page behind its records, or finds further records.
func (s *Stream) member() step {
	m := readMember(s.buf, s.el.at, s.o.Wrapper)
	switch {
	case m.state == foundWrapper:
		return s.wrapped(m.value)
	case m.state == notPage:
		return faulty
	case m.state == moreNeeded:
		return starved
	case s.buf[m.value] == '[':
		s.el.at = m.value
		return s.pass(inOther)
	}
	return s.value(m.value, false, inTail)
}

// value passes over the value at buf[at], which is a record when keep is set, and goes to the place then.
func (s *Stream) value(at int, keep bool, then place) step {
	end, state := match(s.buf, at)
	switch {
	case state == broken:
		return faulty
	case state == unmatched:
		return starved
	case !keep:
	case end-at > s.o.MaxRecord:
		s.el.at = at
		s.el.place = then
		return oversize
	case s.el.to == 0:
		s.el.from, s.el.to = at, end
	default:
		blank(s.buf[s.el.to:at])
		s.el.to = end
	}
	s.el.at = end
	s.el.place = then
	return goOn
}

func blank(b []byte) {
	for i := range b {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
}

// largeValue passes over the value at the start of buf, which is above the limit.
func (s *Stream) largeValue(ctx context.Context) (extract.Chunk, error) {
	c := s.reject(len(s.buf), partTooLarge)
	var m matcher
	for {
		end, state := m.feed(s.buf, 0)
		if state == broken {
			s.drop(end)
			return c, s.resync(ctx)
		}
		s.drop(end)
		if state == matched {
			return c, nil
		}
		if err := s.fill(ctx, s.o.ChunkBytes); err != nil || len(s.buf) == 0 {
			return c, err
		}
	}
}

// fault rejects the stretch from the start of buf to the next line that begins an object or array.
func (s *Stream) fault(ctx context.Context, part int) (extract.Chunk, error) {
	c := s.reject(len(s.buf), part)
	return c, s.resync(ctx)
}

// resync goes to the next line that begins with { or [, no deeper indented than the line of the fault, and takes it
// for a top-level value.
func (s *Stream) resync(ctx context.Context) error {
	s.el.place = outside
	indent, column := s.indent, -1 // column is -1 where something stands between the line's start and here
	for {
		for i, b := range s.buf {
			switch {
			case b == '\n':
				column = 0
			case column < 0:
			case isSpace(b):
				column++
			case (b == '{' || b == '[') && column <= indent:
				s.drop(i)
				return nil
			default:
				column = -1
			}
		}
		s.drop(len(s.buf))
		if err := s.fill(ctx, s.o.ChunkBytes); err != nil || len(s.buf) == 0 {
			return err
		}
	}
}
