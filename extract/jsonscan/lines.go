package jsonscan

import (
	"bytes"
	"context"
	"io"

	"waymark/extract"
)

// nextLines cuts at the last line end in the buffer.
func (s *Stream) nextLines(ctx context.Context) (extract.Chunk, error) {
	want := extract.ChunkSize(s.o.ChunkBytes, s.offset, s.o.Size)
	for {
		if err := s.fill(ctx, want); err != nil {
			return extract.Chunk{}, err
		}
		if len(s.buf) == 0 {
			return extract.Chunk{}, io.EOF
		}
		cut, tooLong := s.wholeLines()
		switch {
		case cut > 0:
			return s.handLines(cut), nil
		case tooLong:
			return s.longLine(ctx)
		case s.eof:
			return s.handLines(len(s.buf)), nil
		}
		want = min(2*len(s.buf), s.o.MaxRecord+3) // a record of the largest size, CR, LF, and one more
	}
}

// handLines makes a chunk of buf[:cut].
func (s *Stream) handLines(cut int) extract.Chunk {
	ends := s.ends
	c := s.hand(0, cut, cut, partLines)
	c.Ends = ends[:len(ends)-len(s.ends)]
	s.ends = append(make([]uint32, 0, len(ends)+len(ends)/8), s.ends...)
	return c
}

// wholeLines returns the end of the last whole line before the buffer's end or before a line above the limit, and
// whether such a line comes first.
func (s *Stream) wholeLines() (cut int, tooLong bool) {
	limit := s.o.MaxRecord + 2 // CR and LF
	if len(s.buf) <= limit {
		return bytes.LastIndexByte(s.buf, '\n') + 1, false
	}
	for cut < len(s.buf) { // leap from line end to line end, at most limit bytes apart
		window := s.buf[cut:min(cut+limit, len(s.buf))]
		n := bytes.LastIndexByte(window, '\n') + 1
		if n == 0 {
			return cut, len(window) == limit
		}
		cut += n
	}
	return cut, false
}

// longLine passes over the line at the start of buf, which is above the limit.
func (s *Stream) longLine(ctx context.Context) (extract.Chunk, error) {
	c := s.reject(len(s.buf), partTooLarge)
	for {
		if i := bytes.IndexByte(s.buf, '\n'); i >= 0 {
			s.drop(i + 1)
			return c, nil
		}
		s.drop(len(s.buf))
		if err := s.fill(ctx, s.o.ChunkBytes); err != nil {
			return c, err
		}
		if len(s.buf) == 0 {
			return c, nil
		}
	}
}
