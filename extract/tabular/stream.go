package tabular

import (
	"bufio"
	"context"
	"errors"
	"io"

	"waymark/extract"
	"waymark/extract/content"
	"waymark/extract/csvscan"
	"waymark/extract/field"
	"waymark/extract/jsonscan"
)

// Stream is one opened object: all of extract.Stream but NewDecoder, which is the export's.
type Stream struct {
	b        *binding
	opt      extract.Options
	format   field.Format
	modified int64
	text     io.Closer
	next     func(ctx context.Context) (extract.Chunk, error)

	header *csvscan.Header // nil for JSON
	cols   []int
	news   []string
}

// Open opens an object of records laid out by l. An object that breaks its contract is a *extract.Quarantine; fields that cannot be
// mapped are fault.Invalid, whatever the object.
func Open(ctx context.Context, in extract.Input, opt extract.Options, l *Layout) (*Stream, error) {
	format, err := field.NewFormat(opt)
	if err != nil {
		return nil, err
	}
	s := &Stream{opt: opt, format: format, modified: in.Modified}
	if s.b, err = bind(l, opt.Fields); err != nil {
		return nil, err
	}
	stored, err := in.Open(ctx)
	if err != nil {
		return nil, err
	}
	text, err := content.Open(stored, opt.MaxRatio, opt.Encoding)
	if err != nil {
		return nil, content.Quarantine(err)
	}
	s.text = text
	if err := s.recognise(text); err != nil {
		return nil, errors.Join(err, text.Close())
	}
	if l.Grouped {
		s.next = newGroups(s).next
	}
	return s, nil
}

// recognise tells JSON from CSV by the first byte that is not space.
func (s *Stream) recognise(text io.Reader) error {
	r := bufio.NewReaderSize(text, 64<<10)
	head, err := r.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return content.Quarantine(err)
	}
	for len(head) > 0 && (head[0] <= ' ') {
		head = head[1:]
	}
	if len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		lines := jsonscan.NewStream(r, jsonscan.Options{ChunkBytes: s.opt.ChunkBytes, MaxRecord: s.opt.MaxRecord, Wrapper: s.b.Wrapper})
		s.next = func(ctx context.Context) (extract.Chunk, error) {
			c, err := lines.Next(ctx)
			return c, content.Quarantine(err)
		}
		return nil
	}
	csv, err := csvscan.Open(r, csvscan.Options{Delimiter: s.opt.Delimiter, ChunkBytes: s.opt.ChunkBytes, MaxRecord: s.opt.MaxRecord})
	if err != nil {
		return err
	}
	s.header, s.next = csv.Header(), csv.Next
	s.cols, s.news, err = s.b.columns(s.header)
	return err
}

// Next implements extract.Stream.
func (s *Stream) Next(ctx context.Context) (extract.Chunk, error) { return s.next(ctx) }

// News implements extract.Stream: systems add keys to JSON at will, so only CSV has any.
func (s *Stream) News() extract.News { return extract.News{Columns: s.news} }

// Close implements extract.Stream.
func (s *Stream) Close() error { return s.text.Close() }

// Options returns what the object was opened with.
func (s *Stream) Options() *extract.Options { return &s.opt }

// Modified returns the time of the object in µs: the version of records that carry none.
func (s *Stream) Modified() int64 { return s.modified }

// Lacks reports whether the object is a CSV that is not empty and has no column for slot.
func (s *Stream) Lacks(slot int) bool {
	return s.header != nil && s.header.Len() > 0 && s.cols[slot] < 0
}

// Missing is the quarantine of an object without a column for slot.
func (s *Stream) Missing(slot int) error { return s.header.Missing(s.b.heads[slot]) }
