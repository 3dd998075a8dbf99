package parquetscan

import (
	"errors"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// guard is what parquet-go reads one column chunk through. parquet-go believes the sizes in page headers and makes
// buffers of them before it looks at the data, and no recover catches an allocation that is too large. So guard reads
// along: it knows where each page header begins, and fails the read that would hand out one with impossible sizes.
type guard struct {
	src    *source
	end    int64 // of the column chunk
	ratio  int64
	tracks [4]track
	newest int
	header format.PageHeader
}

// track is one sequential reading: the pages, and beside them at times the dictionary.
type track struct {
	at   int64 // where it goes on
	next int64 // where the next page header begins
}

const (
	// freeValues may stand in one page whatever its size: runs of nulls take next to nothing.
	freeValues = 16 << 20
)

var (
	errPage = errors.New("a page header does not fit its column")
	errBomb = errors.New("a page expands beyond the decompression limit")
)

// guard returns a guard of one column chunk.
func (f *File) guard(group, leaf int) *guard {
	m := &f.file.Metadata().RowGroups[group].Columns[leaf].MetaData
	start := m.DataPageOffset
	if m.DictionaryPageOffset != 0 {
		start = m.DictionaryPageOffset
	}
	return &guard{src: f.src, end: start + m.TotalCompressedSize, ratio: f.ratio}
}

// ReadAt implements io.ReaderAt. It may return less than asked for, and does before a header that is cut by the end of p.
func (g *guard) ReadAt(p []byte, off int64) (int, error) {
	t := g.track(off)
	n, err := g.src.ReadAt(p, off)
	for t.next < off+int64(n) && t.next < g.end {
		size, ok := g.parse(p[t.next-off : n])
		if !ok {
			if t.next == off {
				return 0, errPage
			}
			n, err = int(t.next-off), nil
			break
		}
		t.next += size
		if err := g.check(t.next); err != nil {
			return 0, err
		}
		t.next += int64(g.header.CompressedPageSize)
	}
	t.at = off + int64(n)
	return n, err
}

// track finds the reading that goes on at off; a seek begins a new one, and seeks go to page headers.
func (g *guard) track(off int64) *track {
	for i := range g.tracks {
		if g.tracks[i].at == off && off > 0 {
			return &g.tracks[i]
		}
	}
	g.newest = (g.newest + 1) % len(g.tracks)
	t := &g.tracks[g.newest]
	*t = track{at: off, next: off}
	return t
}

// parse reads a page header and returns its own size; ok is false when data does not hold a whole one.
func (g *guard) parse(data []byte) (size int64, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	g.header = format.PageHeader{}
	r := new(thrift.CompactProtocol).NewReaderFromBytes(data)
	if err := thrift.NewDecoder(r).Decode(&g.header); err != nil {
		return 0, false
	}
	return int64(r.BytesRead()), true
}

// check looks at the parsed header of the page whose data begins at from.
func (g *guard) check(from int64) error {
	h := &g.header
	compressed, expanded := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	if compressed < 0 || expanded < 0 || from+compressed > g.end {
		return errPage
	}
	values := int64(0)
	switch {
	case h.DataPageHeader.Valid:
		values = int64(h.DataPageHeader.V.NumValues)
	case h.DataPageHeaderV2.Valid:
		v := &h.DataPageHeaderV2.V
		values = int64(v.NumValues)
		if v.NumNulls < 0 || v.NumNulls > v.NumValues || v.RepetitionLevelsByteLength < 0 || v.DefinitionLevelsByteLength < 0 {
			return errPage
		}
	case h.DictionaryPageHeader.Valid:
		values = int64(h.DictionaryPageHeader.V.NumValues)
	}
	switch {
	case values < 0:
		return errPage
	case expanded > freeExpansion && expanded/g.ratio > compressed, values > freeValues && values/g.ratio > compressed:
		return errBomb
	}
	return nil
}

var _ io.ReaderAt = (*guard)(nil)
