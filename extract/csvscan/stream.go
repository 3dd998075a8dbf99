package csvscan

import (
	"bytes"
	"context"
	"errors"
	"io"

	"waymark/extract"
	"waymark/internal/fault"
	"waymark/schemas"
)

// Options say how an object is read; the zero value recognises everything.
type Options struct {
	Delimiter  byte             // 0 recognises , ; and tab from the header
	ChunkBytes int              // 0 is extract.DefaultChunkBytes
	MaxRecord  int              // largest record in bytes; 0 is extract.DefaultMaxRecord
	Buffers    *extract.Buffers // nil is the stream's own
	Size       int64            // of the text, as far as is known; 0 is unknown
}

// maxHeader bounds the header record.
const maxHeader = 4 << 20

// tooLarge is the Part of a chunk that holds one record above MaxRecord (or its beginning) and nothing else.
const tooLarge = 1

// Stream cuts one object into chunks of whole records. Next is called from one goroutine; Release from any.
type Stream struct {
	r      io.Reader
	header *Header
	split  splitter
	full   int   // bytes of a chunk
	size   int   // of the next one
	total  int64 // of the text, 0 is unknown

	buf    []byte // read and not yet given out
	atEOF  bool
	skip   bool // inside the rest of a line that was too large
	offset int64
	line   int64
	index  int
	memory *extract.Buffers
	text   io.Closer // what OpenObject opened
}

// Open reads the header from r, which is UTF-8 text with or without BOM. A header that cannot be used is an
// *extract.Quarantine; an empty object has a Header of no columns and no records.
func Open(r io.Reader, o Options) (*Stream, error) {
	s := &Stream{r: r, full: o.ChunkBytes, total: o.Size, line: 1, memory: o.Buffers}
	if s.full <= 0 {
		s.full = extract.DefaultChunkBytes
	}
	s.size = extract.ChunkSize(s.full, 0, s.total)
	if s.memory == nil {
		s.memory = extract.NewBuffers(s.full, 16)
	}
	s.split = splitter{max: o.MaxRecord, open: -1}
	if s.split.max <= 0 {
		s.split.max = extract.DefaultMaxRecord
	}
	s.split.max++
	if d := o.Delimiter; d >= 0x80 || d == '"' || d == '\n' || d == '\r' {
		return nil, fault.New(fault.Invalid, "the delimiter must be an ASCII character other than a quote or line end")
	}
	if err := s.readHeader(o.Delimiter); err != nil {
		return nil, err
	}
	s.split.delim, s.split.eol = s.header.delim, s.header.eol
	return s, nil
}

// Header returns the header, never nil.
func (s *Stream) Header() *Header { return s.header }

func (s *Stream) readHeader(delim byte) error {
	for want := min(s.size, 64<<10); ; want *= 2 {
		if err := s.fill(want); err != nil {
			return err
		}
		l, ok := sniff(s.buf, delim, s.atEOF)
		if !ok {
			if want > maxHeader {
				return &extract.Quarantine{Reason: schemas.TooLarge, Line: 1, Message: "no end of the header record found"}
			}
			continue
		}
		if l.empty {
			s.header, s.buf = &Header{delim: ',', eol: '\n'}, s.buf[:0]
			return nil
		}
		h, err := newHeader(s.buf[l.start:l.end], l.line, l.delim, l.eol)
		if err != nil {
			return err
		}
		s.header, s.offset = h, int64(l.next)
		s.line = l.line + countLines(s.buf[l.start:l.end], h.eol) + 1
		s.buf = append(s.buf[:0], s.buf[l.next:]...)
		return nil
	}
}

func countLines(b []byte, eol byte) int64 { return int64(bytes.Count(b, []byte{eol})) }

// fill reads until the buffer holds want bytes or the object ends.
func (s *Stream) fill(want int) error {
	if cap(s.buf) == 0 {
		s.buf = s.memory.Spare()
	}
	if cap(s.buf) < want {
		s.buf = append(make([]byte, 0, want), s.buf...)
	}
	for len(s.buf) < want && !s.atEOF {
		n, err := s.r.Read(s.buf[len(s.buf):want])
		s.buf = s.buf[:len(s.buf)+n]
		if errors.Is(err, io.EOF) {
			s.atEOF = true
		} else if err != nil {
			return readError(err, s.line)
		}
	}
	return nil
}

// Next returns the next chunk of whole records, or io.EOF.
func (s *Stream) Next(ctx context.Context) (extract.Chunk, error) {
	for {
		if err := ctx.Err(); err != nil {
			return extract.Chunk{}, err
		}
		if s.skip && !s.skipLine() {
			if s.atEOF {
				return extract.Chunk{}, io.EOF
			}
			if err := s.fill(s.size); err != nil {
				return extract.Chunk{}, err
			}
			continue
		}
		if fits := s.split.advance(s.buf, s.atEOF); !fits {
			if s.split.start > 0 {
				return s.cut(s.split.start, 0), nil
			}
			end, whole := s.split.broken(s.buf)
			s.skip = !whole
			c := s.cut(end, tooLarge)
			s.split.pos, s.split.open = 0, -1
			return c, nil
		}
		switch {
		case s.atEOF && len(s.buf) == 0:
			return extract.Chunk{}, io.EOF
		case s.atEOF:
			return s.cut(len(s.buf), 0), nil
		case len(s.buf) >= s.size && s.split.start > 0:
			return s.cut(s.split.start, 0), nil
		}
		if err := s.fill(s.want()); err != nil {
			return extract.Chunk{}, err
		}
	}
}

// want is how much the buffer must hold next: one chunk, or more while one record fills it.
func (s *Stream) want() int {
	if len(s.buf) < s.size {
		return s.size
	}
	return min(2*len(s.buf), max(s.size, s.split.max+1))
}

// skipLine drops the buffer up to the end of the line being skipped; false when that is not in the buffer.
func (s *Stream) skipLine() bool {
	i := bytes.IndexByte(s.buf, s.header.eol)
	if i < 0 {
		s.offset += int64(len(s.buf))
		s.buf = s.buf[:0]
		return false
	}
	s.offset, s.line = s.offset+int64(i)+1, s.line+1
	s.buf = append(s.buf[:0], s.buf[i+1:]...)
	s.skip = false
	return true
}

// cut gives out the first n bytes of the buffer and moves the rest to a new one.
func (s *Stream) cut(n, part int) extract.Chunk {
	whole := s.buf
	c := extract.Chunk{Index: s.index, Data: whole[:n:n], Offset: s.offset, Line: s.line, Part: part}
	c.Release = func() { s.memory.Give(whole) }
	if s.buf = nil; n < len(whole) || !s.atEOF {
		s.buf = append(s.memory.Take(), whole[n:]...)
	}
	s.split.drop(n)
	s.index++
	s.offset += int64(n)
	s.size = extract.ChunkSize(s.full, s.offset, s.total)
	s.line += countLines(c.Data, s.header.eol)
	return c
}

// Close releases what the stream was opened on.
func (s *Stream) Close() error {
	if s.text == nil {
		return nil
	}
	text := s.text
	s.text = nil
	return text.Close()
}
