package parquetscan

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/parquet-go/parquet-go"

	"waymark/extract"
	"waymark/schemas"
)

// Type is how a field's cells are read.
type Type uint8

// The types. Any of them reads null as absent.
const (
	Text  Type = iota
	Int        // integers, timestamps in µs, floats without a fraction
	Float      // floats and integers
)

// Field is one wanted leaf column.
type Field struct {
	Path     string // logical path, dotted
	Type     Type
	List     bool // stands inside a list; else it must not
	Required bool // a file without it is quarantined
}

// Options bound the work on a file.
type Options struct {
	ChunkRows int64 // rows of a chunk; 0 is 8,192
	MaxRatio  int   // largest ratio of expanded to stored bytes; 0 is extract.DefaultMaxRatio
}

const (
	defaultChunkRows = 8 << 10
	readBuffer       = 256 << 10
	// freeExpansion may be expanded whatever the ratio.
	freeExpansion = 64 << 20
	// maxRanges bounds the chunks of a row group without an offset index: each has to read past the earlier ones.
	maxRanges = 8
)

// File is one opened object. Next is for one goroutine, each Reader for one; they may run side by side.
type File struct {
	src     *source
	file    *parquet.File
	columns []column
	starts  []int64 // rows before each row group
	rows    int64   // of a chunk
	ratio   int64
	index   int
	group   int
	first   int64
}

// Open reads the footer and finds the fields.
func Open(ctx context.Context, in extract.Input, fields []Field, opt Options) (_ *File, err error) {
	src := &source{ctx: ctx, in: in}
	defer func() { err = src.explain(recover(), err) }()
	if err := checkEnd(src); err != nil {
		return nil, err
	}
	f := &File{src: src, rows: opt.ChunkRows, ratio: int64(opt.MaxRatio)}
	if f.rows <= 0 {
		f.rows = defaultChunkRows
	}
	if f.ratio <= 0 {
		f.ratio = extract.DefaultMaxRatio
	}
	if err := f.open(true); err != nil {
		return nil, err
	}
	if err := f.checkSize(in.Size); err != nil {
		return nil, err
	}
	for _, want := range fields {
		c, err := f.find(want)
		if err != nil {
			return nil, err
		}
		f.columns = append(f.columns, c)
	}
	if f.seeks() { // only then the page index is worth its reading
		err = f.open(false)
	}
	return f, err
}

func (f *File) open(skipIndex bool) (err error) {
	f.file, err = parquet.OpenFile(f.src, f.src.in.Size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(skipIndex),
		parquet.ReadBufferSize(readBuffer), parquet.OptimisticRead(true))
	if err != nil {
		return malformed("the footer cannot be read")
	}
	return nil
}

// seeks reports whether a row group gives several chunks that can be entered through the page index.
func (f *File) seeks() bool {
	for i, g := range f.file.Metadata().RowGroups {
		if g.NumRows > f.rows && f.indexed(i) {
			return true
		}
	}
	return false
}

// checkEnd tells a file that was cut off from one that is damaged otherwise.
func checkEnd(src *source) error {
	size := src.in.Size
	if size < 12 {
		return &extract.Quarantine{Reason: schemas.Truncated, Message: "too short for a Parquet file"}
	}
	end := make([]byte, 8)
	if _, err := src.ReadAt(end, size-8); err != nil {
		return fmt.Errorf("read the end of the file: %w", err)
	}
	switch string(end[4:]) {
	case "PAR1":
		if footer := int64(binary.LittleEndian.Uint32(end)); footer > size-12 {
			return malformed("the footer is longer than the file")
		}
		return nil
	case "PARE":
		return malformed("the footer is encrypted")
	}
	return &extract.Quarantine{Reason: schemas.Truncated, Message: "the Parquet footer is missing"}
}

// checkSize adds up what the footer declares and holds it to what is stored.
func (f *File) checkSize(stored int64) error {
	leaves := len(f.file.Schema().Columns())
	var rows, expanded int64
	for _, g := range f.file.Metadata().RowGroups {
		if g.NumRows < 0 || g.TotalByteSize < 0 || len(g.Columns) != leaves {
			return malformed("a row group that does not fit the schema")
		}
		for i := range g.Columns {
			c := &g.Columns[i]
			if !within(c.OffsetIndexOffset, int64(c.OffsetIndexLength), stored) || !within(c.ColumnIndexOffset, int64(c.ColumnIndexLength), stored) {
				return malformed("a page index outside the file")
			}
		}
		f.starts = append(f.starts, rows)
		rows += g.NumRows
		expanded += g.TotalByteSize
	}
	if expanded > freeExpansion && expanded/f.ratio > stored {
		return &extract.Quarantine{Reason: schemas.TooLarge, Message: "the data expands beyond the decompression limit"}
	}
	return nil
}

func within(offset, length, size int64) bool {
	return offset >= 0 && length >= 0 && offset <= size && length <= size-offset
}

// Next returns the next range of rows. The chunks follow from the file and the options alone.
func (f *File) Next(ctx context.Context) (extract.Chunk, error) {
	if err := ctx.Err(); err != nil {
		return extract.Chunk{}, err
	}
	groups := f.file.RowGroups()
	for f.group < len(groups) && f.first >= groups[f.group].NumRows() {
		f.group, f.first = f.group+1, 0
	}
	if f.group == len(groups) {
		return extract.Chunk{}, io.EOF
	}
	total := groups[f.group].NumRows()
	n := f.rows
	if !f.indexed(f.group) {
		n = max(n, (total+maxRanges-1)/maxRanges)
	}
	n = min(n, total-f.first)
	row := f.starts[f.group] + f.first
	c := extract.Chunk{Index: f.index, Part: f.group, First: f.first, Rows: n, Line: row + 1, Offset: row}
	f.index++
	f.first += n
	return c, nil
}

// indexed reports whether every wanted column of a row group can be entered at any page.
func (f *File) indexed(group int) bool {
	for _, c := range f.columns {
		if !c.present {
			continue
		}
		if o := f.file.Metadata().RowGroups[group].Columns[c.leaf].OffsetIndexOffset; o == 0 {
			return false
		}
	}
	return true
}

// source is the object as parquet-go reads it. io.ReaderAt has no context, so that of Open stays here. It keeps the
// store's own errors apart from what parquet-go makes of them.
type source struct {
	ctx context.Context
	in  extract.Input
	mu  sync.Mutex
	err error
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= s.in.Size {
		return 0, io.EOF
	}
	want := p[:min(int64(len(p)), s.in.Size-off)]
	n, err := s.in.ReadAt(s.ctx, want, off)
	switch {
	case n == len(want) && n < len(p):
		return n, io.EOF
	case n == len(want):
		return n, nil
	case err == nil || errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	return n, err
}

// explain returns the error to report for a recovered panic or err: the store's failure where there was one.
func (s *source) explain(panicked any, err error) error {
	if panicked == nil && err == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var q *extract.Quarantine
	switch {
	case s.err != nil:
		return fmt.Errorf("read %s: %w", s.in.Name, s.err)
	case panicked != nil:
		return malformed("the data is damaged")
	case errors.As(err, &q):
		return err
	case errors.Is(err, errBomb):
		return &extract.Quarantine{Reason: schemas.TooLarge, Message: errBomb.Error()}
	}
	return malformed("the data cannot be read")
}

func malformed(message string) *extract.Quarantine {
	return &extract.Quarantine{Reason: schemas.Malformed, Message: message}
}

// TopLevel names the columns of the file at the top of its schema, sorted.
func (f *File) TopLevel() []string {
	var names []string
	for _, field := range f.file.Schema().Fields() {
		names = append(names, field.Name())
	}
	slices.Sort(names)
	return names
}

// Top is the column at the top of the schema that the field stands in.
func (f Field) Top() string { return topLevel(f.Path) }

func topLevel(path string) string {
	name, _, _ := strings.Cut(path, ".")
	return name
}
