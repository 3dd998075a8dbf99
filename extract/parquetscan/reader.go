package parquetscan

import (
	"errors"
	"io"

	"github.com/parquet-go/parquet-go"

	"waymark/extract"
	"waymark/schemas"
)

// Problem is why the current row cannot be used.
type Problem struct {
	Reason         schemas.Reason
	Field, Message string
}

// Reader reads the rows of chunks for one goroutine. Cells are addressed by the position of their Field.
type Reader struct {
	f       *File
	cells   []cells
	group   int   // row group the columns are open in; -1 is none
	at      int64 // next row in it
	left    int64 // rows of the chunk still to come
	err     error
	problem Problem
	scratch []byte // numbers as text, of the current row
}

// NewReader returns a reader for one worker.
func (f *File) NewReader() *Reader {
	r := &Reader{f: f, group: -1, cells: make([]cells, len(f.columns))}
	for i := range r.cells {
		r.cells[i].column = &f.columns[i]
	}
	return r
}

// Seek goes to the rows of c. A chunk that follows the last one goes on where that ended.
func (r *Reader) Seek(c extract.Chunk) (err error) {
	defer func() { err = r.f.src.explain(recover(), err) }()
	r.left, r.err = c.Rows, nil
	if c.Part == r.group && c.First >= r.at && (c.First == r.at || !r.f.indexed(r.group)) {
		return r.skip(c.First)
	}
	r.Close()
	for i := range r.cells {
		if cell := &r.cells[i]; cell.column.present {
			if err := cell.open(r.f, c.Part, c.First); err != nil {
				return err
			}
		}
	}
	r.group, r.at = c.Part, c.First
	return nil
}

// skip reads forward to a row of the open row group. Without a page index that beats opening the columns anew, which
// would read all pages from the start of the row group.
func (r *Reader) skip(to int64) error {
	for i := range r.cells {
		if c := &r.cells[i]; c.column.present {
			if err := c.skip(to - r.at); err != nil {
				r.Close()
				return err
			}
		}
	}
	r.at = to
	return nil
}

// Next goes to the next row of the chunk; it returns false at the end and on an error, which Err tells.
func (r *Reader) Next() bool {
	if r.left == 0 || r.err != nil {
		return false
	}
	r.problem, r.scratch = Problem{}, r.scratch[:0]
	for i := range r.cells {
		c := &r.cells[i]
		if !c.column.present {
			continue
		}
		if c.from < c.to && !c.column.List { // the common case, in line
			c.row = c.buf[c.from : c.from+1]
			c.from++
		} else if err := r.advance(c); err != nil {
			r.err = err
			return false
		}
	}
	r.left--
	r.at++
	return true
}

func (r *Reader) advance(c *cells) (err error) {
	defer func() { err = r.f.src.explain(recover(), err) }()
	return c.next()
}

// Err returns why Next ended too early.
func (r *Reader) Err() error { return r.err }

// Row returns the number of the current row in the file, from 0.
func (r *Reader) Row() int64 { return r.f.starts[r.group] + r.at - 1 }

// Problem returns the first thing that was wrong with the current row's cells as far as they were read; its Reason is
// "" when there was none.
func (r *Reader) Problem() Problem { return r.problem }

// Close gives up the open columns.
func (r *Reader) Close() {
	for i := range r.cells {
		r.cells[i].close()
	}
	r.group = -1
}

// cells are the values of one column, row by row.
type cells struct {
	column *column
	pages  parquet.Pages
	values parquet.ValueReader
	buf    []parquet.Value
	from   int // buf[from:to] is not yet handed out
	to     int
	end    bool
	row    []parquet.Value // the current row
}

const bufferedValues = 512

func (c *cells) open(f *File, group int, first int64) error {
	chunk := f.file.RowGroups()[group].ColumnChunks()[c.column.leaf]
	stored, ok := chunk.(*parquet.FileColumnChunk)
	if !ok {
		return malformed("a column is not stored in the file")
	}
	c.pages = stored.PagesFrom(f.guard(group, c.column.leaf))
	c.from, c.to, c.end, c.values, c.row = 0, 0, false, nil, nil
	if c.buf == nil {
		c.buf = make([]parquet.Value, bufferedValues)
	}
	if first == 0 {
		return nil
	}
	return c.pages.SeekToRow(first)
}

func (c *cells) close() {
	if c.pages != nil {
		_ = c.pages.Close() // nothing was written
		c.pages, c.values, c.row = nil, nil, nil
	}
}

// next finds the values of the next row: one, or in a list all up to the next that begins a row.
func (c *cells) next() error {
	for c.from == c.to {
		if c.end {
			return malformed("a column has fewer rows than its row group")
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
	n := 1
	for c.column.List {
		for c.from+n < c.to && c.buf[c.from+n].RepetitionLevel() > 0 {
			n++
		}
		if c.from+n < c.to || c.end {
			break
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
	c.row = c.buf[c.from : c.from+n]
	c.from += n
	return nil
}

// skip passes over n rows.
func (c *cells) skip(n int64) error {
	for ; n > 0; n-- {
		if buffered := int64(c.to - c.from); !c.column.List && buffered > 1 {
			leap := min(n, buffered) - 1 // next does the last
			c.from += int(leap)
			n -= leap
		}
		if err := c.next(); err != nil {
			return err
		}
	}
	return nil
}

// fill reads more values behind those not yet handed out.
func (c *cells) fill() error {
	c.to = copy(c.buf, c.buf[c.from:c.to])
	c.from = 0
	if c.to == len(c.buf) {
		c.buf = append(c.buf, make([]parquet.Value, len(c.buf))...)
	}
	for {
		if c.values == nil {
			page, err := c.pages.ReadPage()
			if errors.Is(err, io.EOF) {
				c.end = true
				return nil
			}
			if err != nil {
				return err
			}
			c.values = page.Values() // the page is left to the garbage collector: cells point into it
		}
		n, err := c.values.ReadValues(c.buf[c.to:])
		c.to += n
		if errors.Is(err, io.EOF) {
			c.values = nil
		} else if err != nil {
			return err
		}
		if n > 0 {
			return nil
		}
	}
}
