package jsonscan

import (
	"bytes"
	"context"
	"io"
	"slices"

	"waymark/extract"
)

// Options say how a Stream cuts its input.
type Options struct {
	ChunkBytes int              // aimed size of a chunk; 0 is extract.DefaultChunkBytes
	MaxRecord  int              // largest record in bytes; 0 is extract.DefaultMaxRecord
	Buffers    *extract.Buffers // nil is the stream's own
	Size       int64            // of the text, as far as is known; 0 is unknown
	// Wrapper are the keys under which a page holds its records, such as "tickets": the elements of an array, or the
	// one object, under such a key are the records.
	Wrapper []string
}

// headBytes is how much of an unusable stretch of input is kept for its reject.
const headBytes = 4 << 10

// maxBytes bounds chunks and records: positions of line ends take 31 bits.
const maxBytes = 1 << 29

const (
	firstRead = 64 << 10
	readPiece = 256 << 10
)

// Stream cuts UTF-8 text into chunks of whole records. The layout of the text is recognised from its beginning:
// one record per line, or values that may span lines (arrays, pages, documents). Chunk borders depend on the text and
// the options alone. Next is for one goroutine; a chunk's Release may be called from any.
type Stream struct {
	r        io.Reader
	o        Options
	layout   layout
	index    int
	buf      []byte // read and not yet handed out
	eof      bool
	offset   int64 // of buf[0]
	line     int64 // of buf[0]
	el       elements
	newlines int      // in buf, where ends does not tell
	ends     []uint32 // where lines are records: behind the line ends in buf
	short    bool     // they are too short for that
	indent   int      // of the line that buf[0] stands on, as far as it is known
	inLine   bool     // something stands on that line before buf[0]
}

// NewStream returns a stream over r, which it does not close.
func NewStream(r io.Reader, o Options) *Stream {
	if o.ChunkBytes <= 0 {
		o.ChunkBytes = extract.DefaultChunkBytes
	}
	if o.MaxRecord <= 0 {
		o.MaxRecord = extract.DefaultMaxRecord
	}
	o.ChunkBytes, o.MaxRecord = min(o.ChunkBytes, maxBytes), min(o.MaxRecord, maxBytes)
	if o.Buffers == nil {
		o.Buffers = extract.NewBuffers(o.ChunkBytes, 16)
	}
	return &Stream{r: r, o: o, line: 1}
}

// Next returns the next chunk, io.EOF at the end, or the reader's own error. Stretches that hold no usable record
// (too large, malformed, truncated) come as chunks of their own, for which Records yields a Record with a Reason.
func (s *Stream) Next(ctx context.Context) (extract.Chunk, error) {
	if s.layout == unknown {
		if err := s.recognise(ctx); err != nil {
			return extract.Chunk{}, err
		}
	}
	next := s.nextLines
	if s.layout == values {
		next = s.nextElements
	}
	c, err := next(ctx)
	if err != nil {
		return extract.Chunk{}, err
	}
	c.Index = s.index
	s.index++
	return c, nil
}

// fill reads until at least want bytes are in buf or the input ends.
func (s *Stream) fill(ctx context.Context, want int) error {
	for len(s.buf) < want && !s.eof {
		if err := ctx.Err(); err != nil {
			return err
		}
		if cap(s.buf) == 0 {
			s.buf = s.o.Buffers.Spare()
		}
		if len(s.buf) == cap(s.buf) { // an object may be far smaller than a chunk
			s.buf = slices.Grow(s.buf, min(max(len(s.buf), firstRead), want-len(s.buf)))
		}
		from := len(s.buf)
		n, err := s.r.Read(s.buf[from:min(want, from+readPiece, cap(s.buf))])
		s.buf = s.buf[:from+n]
		s.note(from) // now, while the piece is in the cache
		if err == io.EOF {
			s.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// shortLine is the average length of lines below which to note where they end would take too much memory beside them.
const shortLine = 32

// note counts the line ends from buf[from] on, and notes where they are if lines are records: then nobody needs to look for them again, nor
// at what is before them, which would be far ahead of what is in the cache.
func (s *Stream) note(from int) {
	if s.layout != lines || s.short {
		s.newlines += bytes.Count(s.buf[from:], newline)
		return
	}
	ends, at := s.ends, from
	for {
		n := bytes.IndexByte(s.buf[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
		end := uint32(at)
		if at > 1 && s.buf[at-2] <= ' ' {
			end |= extract.SpaceBefore
		}
		ends = append(ends, end)
	}
	if s.ends = ends; len(ends) > len(s.buf)/shortLine+1 {
		s.short, s.newlines, s.ends = true, len(ends), nil
	}
}

// drop forgets the first n bytes of buf.
func (s *Stream) drop(n int) {
	s.advance(n)
	s.buf = s.buf[:copy(s.buf, s.buf[n:])]
}

func (s *Stream) advance(n int) {
	from := 0
	if i := bytes.LastIndexByte(s.buf[:n], '\n'); i >= 0 {
		from, s.indent, s.inLine = i+1, 0, false
	}
	if !s.inLine {
		text, _ := trim(s.buf, from, n)
		s.indent += text - from
		s.inLine = text < n
	}
	s.line += int64(s.leave(n))
	s.offset += int64(n)
}

// leave forgets the line ends in the first n bytes of buf, and counts them.
func (s *Stream) leave(n int) (passed int) {
	if s.layout == lines && !s.short {
		for passed < len(s.ends) && s.ends[passed]&^extract.SpaceBefore <= uint32(n) {
			passed++
		}
		s.ends = s.ends[passed:]
		for i := range s.ends {
			s.ends[i] -= uint32(n)
		}
		return passed
	}
	if n < len(s.buf)-n {
		passed = bytes.Count(s.buf[:n], newline)
	} else {
		passed = s.newlines - bytes.Count(s.buf[n:], newline)
	}
	s.newlines -= passed
	return passed
}

var newline = []byte{'\n'}

// hand makes a chunk of buf[from:to], and moves what is behind next to a new buffer.
func (s *Stream) hand(from, to, next int, part int) extract.Chunk {
	full := s.buf
	c := extract.Chunk{
		Data: full[from:to:to], Part: part, Offset: s.offset + int64(from),
		Line: s.line + int64(bytes.Count(full[:from], newline)),
	}
	s.advance(next)
	s.buf = append(s.take(len(full)-next), full[next:]...)
	c.Release = func() { s.o.Buffers.Give(full) }
	return c
}

// reject makes a chunk of its own for the unusable stretch at the start of buf; it copies what it keeps of n bytes.
func (s *Stream) reject(n, part int) extract.Chunk {
	return extract.Chunk{Data: bytes.Clone(s.buf[:min(n, headBytes)]), Part: part, Offset: s.offset, Line: s.line}
}

// take returns an empty buffer for a tail of n bytes and what follows.
func (s *Stream) take(n int) []byte {
	if n == 0 && s.eof {
		return nil
	}
	return s.o.Buffers.Take()
}
