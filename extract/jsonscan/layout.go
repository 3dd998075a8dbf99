package jsonscan

import (
	"bytes"
	"context"
	"slices"

	"waymark/extract"
)

// layout is how records are laid out in the text.
type layout uint8

const (
	unknown layout = iota
	lines          // one record per line
	values         // arrays, pages and documents, which may span lines
)

// recognise decides the layout from the beginning of the text, reading as much as the first value needs, but no more
// than one record of the largest size.
func (s *Stream) recognise(ctx context.Context) error {
	want := extract.ChunkSize(s.o.ChunkBytes, 0, s.o.Size)
	for {
		if err := s.fill(ctx, want); err != nil {
			return err
		}
		limit := s.o.MaxRecord + 3
		seen := s.buf[:min(len(s.buf), limit)] // the same whatever ChunkBytes is
		if s.layout = guess(seen, s.o.Wrapper, len(seen) == limit || s.eof && len(seen) == len(s.buf)); s.layout != unknown {
			if s.layout == lines {
				s.note(0)
			}
			return nil
		}
		want = min(2*len(s.buf), limit)
	}
}

// guess returns the layout of text that begins with data, unknown when more of it is needed and may be had.
func guess(data []byte, wrapper []string, all bool) layout {
	at, _ := trim(data, 0, len(data))
	if at == len(data) {
		if all {
			return lines
		}
		return unknown
	}
	if data[at] == '[' {
		return values
	}
	if data[at] != '{' {
		return lines
	}
	p := findWrapper(data, at, wrapper)
	switch {
	case p.state == foundWrapper:
		return values
	case p.state == noWrapper:
		if bytes.IndexByte(data[at:p.at], '\n') < 0 {
			return lines
		}
		var c Cursor
		c.Reset(data[at:p.at])
		if c.Skip(); c.End() == nil {
			return values
		}
	case p.state == moreNeeded && !all:
		return unknown
	}
	// The first value is not whole. Told by its first line end: a record per line begins with { on the next line too.
	eol := bytes.IndexByte(data[at:], '\n')
	if eol < 0 {
		eol = len(data) - at
	}
	_, before := trim(data, at, at+eol)
	after, _ := trim(data, at+eol, len(data))
	if after == len(data) {
		if all {
			return lines
		}
		return unknown
	}
	if data[before-1] == '[' || data[before-1] == '{' || data[after] != '{' {
		return values
	}
	return lines
}

type pageState uint8

const (
	moreNeeded   pageState = iota
	foundWrapper           // at is the [ or { under a wrapper key
	noWrapper              // at is the end of an object without a wrapper key
	notPage                // at is the place at fault
)

type page struct {
	state pageState
	at    int
}

// findWrapper walks the keys of the object at data[i] up to a wrapper key that holds an array or object.
func findWrapper(data []byte, i int, wrapper []string) page {
	if len(wrapper) == 0 {
		return plainObject(data, i)
	}
	for i++; ; {
		i, _ = trim(data, i, len(data))
		if i == len(data) {
			return page{moreNeeded, i}
		}
		switch data[i] {
		case '}':
			return page{noWrapper, i + 1}
		case ',':
			i++
			continue
		}
		m := readMember(data, i, wrapper)
		if m.state != noWrapper {
			return page{m.state, m.value}
		}
		end, state := match(data, m.value)
		switch state {
		case unmatched:
			return page{moreNeeded, end}
		case broken:
			return page{notPage, end}
		}
		i = end
	}
}

func plainObject(data []byte, i int) page {
	end, state := match(data, i)
	switch state {
	case matched:
		return page{noWrapper, end}
	case broken:
		return page{notPage, end}
	default:
		return page{moreNeeded, end}
	}
}

type member struct {
	state pageState // noWrapper: an ordinary member
	value int       // where its value starts
}

// readMember reads the key at data[i] up to its value.
func readMember(data []byte, i int, wrapper []string) member {
	if data[i] != '"' {
		return member{notPage, i}
	}
	end, state := match(data, i)
	if state != matched {
		if state == broken {
			return member{notPage, end}
		}
		return member{moreNeeded, end}
	}
	key := data[i+1 : end-1]
	if i, _ = trim(data, end, len(data)); i == len(data) {
		return member{moreNeeded, i}
	}
	if data[i] != ':' {
		return member{notPage, i}
	}
	if i, _ = trim(data, i+1, len(data)); i == len(data) {
		return member{moreNeeded, i}
	}
	if (data[i] == '[' || data[i] == '{') && slices.Contains(wrapper, string(key)) {
		return member{foundWrapper, i}
	}
	return member{noWrapper, i}
}
