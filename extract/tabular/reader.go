package tabular

import (
	"context"
	"slices"
	"strings"

	"waymark/extract"
	"waymark/extract/csvscan"
	"waymark/extract/field"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// Reader walks the records of one chunk after another. It serves one goroutine and allocates nothing per record.
type Reader struct {
	// Fields holds the current record by slot, as it is written; nil is absent. Valid until the next record.
	Fields [][]byte
	// Line, Offset and Raw locate the current record.
	Line, Offset int64
	Raw          []byte

	s     *Stream
	csv   *csvscan.Reader
	cur   jsonscan.Cursor
	rec   jsonscan.Record
	paths map[string]int // JSON: path → slot, unknown or descend
	path  []byte
	plain []bool // JSON: the field is a number, with a point whatever the configuration says of commas

	wrong schemas.Reason // the first thing that is wrong with the current record
	slot  int
}

const (
	unknown  = -1
	descend  = -2 // an object with a mapped member
	maxDepth = 8
	maxPaths = 4096
)

// NewReader returns a reader of the records of s.
func (s *Stream) NewReader() *Reader {
	r := &Reader{s: s}
	if s.header != nil {
		cols := slices.Clone(s.cols)
		for _, slot := range s.b.Unread {
			cols[slot] = -1
		}
		r.csv = csvscan.NewReader(s.header, cols, s.opt.MaxRecord)
		r.Fields = r.csv.Fields
		r.plain = make([]bool, len(r.Fields))
		return r
	}
	// Each reader resolves keys as it meets them, in a binding of its own.
	own := *s.b
	own.heads, own.more, own.taken = slices.Clone(own.heads), slices.Clone(own.more), slices.Clone(own.taken)
	alone := *s
	alone.b = &own
	r.s, r.paths = &alone, map[string]int{}
	r.grow()
	return r
}

func (r *Reader) grow() {
	n := len(r.s.b.heads) - len(r.Fields)
	r.Fields, r.plain = append(r.Fields, make([][]byte, n)...), append(r.plain, make([]bool, n)...)
}

// Decode calls record for each record of c that can be used, gives sink the rejects of the others, and at the end tells it how
// many there were. It stops at the first error.
func (r *Reader) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink, record func() error) error {
	if r.csv == nil {
		return r.objects(ctx, c, sink, record)
	}
	n := int64(0)
	for r.csv.Reset(c); r.csv.Next(); {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.line(sink, record); err != nil {
			return err
		}
	}
	sink.Records(n)
	return nil
}

// objects is Decode of JSON; apart, as what the loop over records captures is allocated.
func (r *Reader) objects(ctx context.Context, c extract.Chunk, sink schemas.Sink, record func() error) error {
	n := int64(0)
	for rec := range jsonscan.Records(c) {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r.rec = rec
		if err := r.object(sink, record); err != nil {
			return err
		}
	}
	sink.Records(n)
	return nil
}

func (r *Reader) line(sink schemas.Sink, record func() error) error {
	if r.csv.Bad.Reason != "" {
		return sink.Reject(r.csv.Bad)
	}
	r.Line, r.Offset, r.Raw, r.wrong = r.csv.Line, r.csv.Offset, r.csv.Raw, ""
	return record()
}

func (r *Reader) object(sink schemas.Sink, record func() error) error {
	if r.rec.Reason != "" {
		return sink.Reject(r.rec.Rejection(nil))
	}
	r.read()
	if err := r.cur.End(); err != nil {
		return sink.Reject(r.rec.Rejection(err))
	}
	return record()
}

// read fills Fields from the JSON record at hand.
func (r *Reader) read() {
	r.Line, r.Offset, r.Raw, r.wrong = r.rec.Line, r.rec.Offset, r.rec.Data, ""
	clear(r.Fields)
	r.cur.Reset(r.rec.Data)
	if r.cur.Kind() != jsonscan.Object {
		r.cur.Skip()
		r.cur.Fail(schemas.WrongType, "", "want an object")
		return
	}
	r.path = r.path[:0]
	r.members(1)
}

func (r *Reader) members(depth int) {
	r.cur.Object()
	for r.cur.NextKey() {
		n := len(r.path)
		if n > 0 {
			r.path = append(r.path, '.')
		}
		r.path = append(r.path, r.cur.Key()...)
		slot := r.resolve()
		kind := r.cur.Kind()
		switch {
		case slot == descend && kind == jsonscan.Object && depth < maxDepth:
			r.members(depth + 1)
		case slot < 0 || slices.Contains(r.s.b.Unread, slot):
			r.cur.Skip()
		case (kind == jsonscan.Object || kind == jsonscan.Array) && slices.Contains(r.s.b.Raw, slot):
			r.Fields[slot], r.plain[slot] = r.cur.Raw(), false
		default:
			text, _ := r.cur.Text()
			r.Fields[slot], r.plain[slot] = text, kind == jsonscan.Number
		}
		r.path = r.path[:n]
	}
}

// resolve finds the slot of the member at r.path.
func (r *Reader) resolve() int {
	if slot, ok := r.paths[string(r.path)]; ok {
		return slot
	}
	path, b := string(r.path), r.s.b
	slot, ok := b.mapped[path]
	switch {
	case ok:
	case b.leads(path):
		slot = descend
	case strings.Contains(path, ".") || !b.free(path):
		slot = unknown
	default:
		slot = b.slotOf(path)
		r.grow()
	}
	if len(r.paths) < maxPaths {
		r.paths[path] = slot
	}
	return slot
}

// leads reports whether a mapped path goes through path.
func (b *binding) leads(path string) bool {
	for head := range b.mapped {
		if strings.HasPrefix(head, path) && len(head) > len(path) && head[len(path)] == '.' {
			return true
		}
	}
	return false
}

// format is that of slot: a JSON number has a point.
func (r *Reader) format(slot int) field.Format {
	f := r.s.format
	f.DecimalComma = f.DecimalComma && !r.plain[slot]
	return f
}
