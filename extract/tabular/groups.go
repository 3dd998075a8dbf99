package tabular

import (
	"bytes"
	"context"
	"errors"
	"io"

	"waymark/extract"
	"waymark/extract/field"
	"waymark/extract/jsonscan"
)

// groups makes chunks end where a group of rows ends, so that one worker sees each group whole: the rows of the last group of a
// chunk wait for the next one. A group larger than the record limit is not held back any further.
type groups struct {
	from   func(ctx context.Context) (extract.Chunk, error)
	reader *Reader
	max    int
	ready  []extract.Chunk
	index  int
	done   bool

	held  extract.Chunk // Data is nil when nothing is held back
	key   []byte        // of the row at hand
	start int64         // offset and line of the first row of the group at hand
	line  int64
}

// maxGap is how much may stand between two chunks that still belong together: the space and commas of a JSON array.
const maxGap = 64 << 10

func newGroups(s *Stream) *groups {
	g := &groups{from: s.next, reader: s.NewReader(), max: s.opt.MaxRecord}
	if g.max <= 0 {
		g.max = extract.DefaultMaxRecord
	}
	return g
}

func (g *groups) next(ctx context.Context) (extract.Chunk, error) {
	for len(g.ready) == 0 {
		if g.done {
			return extract.Chunk{}, io.EOF
		}
		c, err := g.from(ctx)
		switch {
		case errors.Is(err, io.EOF):
			g.done = true
			g.release()
		case err != nil:
			return extract.Chunk{}, err
		case !g.rows(c):
			g.release()
			g.ready = append(g.ready, c)
		default:
			g.add(c)
		}
	}
	c := g.ready[0]
	g.ready = g.ready[1:]
	c.Index = g.index
	g.index++
	return c, nil
}

// rows reports whether c holds records, and not a stretch that is none.
func (g *groups) rows(c extract.Chunk) bool {
	if g.reader.csv != nil {
		return c.Part == 0
	}
	return jsonscan.Whole(c)
}

// release hands out what is held back.
func (g *groups) release() {
	if g.held.Data != nil {
		g.ready = append(g.ready, g.held)
		g.held = extract.Chunk{}
	}
}

// add hands out what precedes the last group of the held rows and c together, and holds that back.
func (g *groups) add(c extract.Chunk) {
	c.Ends = nil // they are another's
	c = g.join(c)
	g.last(c)
	at := g.start - c.Offset
	switch {
	case at == 0 && len(c.Data) <= g.max:
		g.held = c
	case at == 0:
		g.ready = append(g.ready, c)
	default:
		rest := extract.Chunk{Data: bytes.Clone(c.Data[at:]), Offset: g.start, Line: g.line, Part: c.Part}
		c.Data = c.Data[:at:at]
		g.ready, g.held = append(g.ready, c), rest
	}
}

// join puts c behind what is held back.
func (g *groups) join(c extract.Chunk) extract.Chunk {
	h := g.held
	if h.Data == nil {
		return c
	}
	end := h.Line + int64(bytes.Count(h.Data, []byte{'\n'}))
	gap := c.Offset - h.Offset - int64(len(h.Data))
	if h.Part != c.Part || gap < 0 || gap > maxGap || c.Line < end || c.Line-end > gap {
		g.release()
		return c
	}
	data := make([]byte, 0, int64(len(h.Data))+gap+int64(len(c.Data)))
	data = append(data, h.Data...)
	for i := range gap {
		if i < c.Line-end {
			data = append(data, '\n')
		} else {
			data = append(data, ' ')
		}
	}
	data = append(data, c.Data...)
	for _, old := range []extract.Chunk{h, c} {
		if old.Release != nil {
			old.Release()
		}
	}
	g.held = extract.Chunk{}
	return extract.Chunk{Data: data, Offset: h.Offset, Line: h.Line, Part: h.Part}
}

// last finds the first row of c's last group.
func (g *groups) last(c extract.Chunk) {
	r := g.reader
	g.start, g.line, g.key = c.Offset, c.Line, nil
	if r.csv != nil {
		for r.csv.Reset(c); r.csv.Next(); {
			if r.csv.Bad.Reason == "" {
				g.row(r.csv.Fields[0], r.csv.Offset, r.csv.Line)
			}
		}
		return
	}
	for rec := range jsonscan.Records(c) {
		if r.rec = rec; rec.Reason != "" {
			continue
		}
		if r.read(); r.cur.End() == nil {
			g.row(r.Fields[0], rec.Offset, rec.Line)
		}
	}
}

func (g *groups) row(key []byte, offset, line int64) {
	key = field.Trim(key)
	if g.key != nil && !bytes.Equal(key, g.key) {
		g.start, g.line = offset, line
	}
	g.key = append(g.key[:0], key...)
	if g.key == nil {
		g.key = []byte{}
	}
}
