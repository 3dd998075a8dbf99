package lake

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"slices"
	"sort"
)

// magic begins and ends a Parquet file.
const magic = "PAR1"

// file is a whole Parquet file as a reader over the spool: nothing is copied together.
type file struct {
	spool  *Spool
	parts  []part
	size   int64
	offset int64
}

// part is a stretch of the file: bytes at hand, or a stretch of the spool.
type part struct {
	end   int64 // in the file
	bytes []byte
	at    int64 // in the spool, when bytes is nil
	size  int64
}

// newFile lays out header, row groups and footer. Loose rows that are left become the last row group.
func newFile(s *Spool, a *assembly, encoders chan *Encoder) (*file, error) {
	f := &file{spool: s}
	f.bytes([]byte(magic))
	f.spooled(a.groups)
	describe, groups := a.describe, len(a.groups)
	if a.looseCount > 0 {
		e := <-encoders
		if e == nil {
			e = NewEncoder()
		}
		last, err := a.seal(s, e)
		encoders <- e
		if err != nil {
			return nil, err
		}
		describe, groups = appendRowGroup(slices.Clip(describe), a.layout, &last, f.size), groups+1
		f.bytes(last.data)
	}
	start := f.size
	head, tail := footer(a.table, a.layout, groups, &a.out)
	f.bytes(head)
	f.spooled(a.described)
	f.bytes(describe)
	f.bytes(tail)
	if f.size-start > math.MaxInt32 {
		return nil, fmt.Errorf("a footer of %d bytes", f.size-start)
	}
	f.bytes(append(binary.LittleEndian.AppendUint32(nil, uint32(f.size-start)), magic...))
	return f, nil
}

// bytes adds a stretch that is at hand, unless it is empty.
func (f *file) bytes(b []byte) {
	if len(b) > 0 {
		f.add(part{bytes: b, size: int64(len(b))})
	}
}

func (f *file) spooled(pieces []piece) {
	for _, p := range pieces {
		f.add(part{at: p.at, size: p.size})
	}
}

func (f *file) add(p part) {
	f.size += p.size
	p.end = f.size
	f.parts = append(f.parts, p)
}

// digest returns the SHA-256 of the file in hex and rewinds it. known has hashed its first bytes, and stays as it is.
func (f *file) digest(ctx context.Context, known hash.Cloner, first int64) (string, error) {
	h, err := known.Clone()
	if err != nil {
		return "", err
	}
	buf := make([]byte, min(f.size-first, 256<<10))
	for f.offset = first; ; {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	f.offset = 0
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Read implements io.Reader.
func (f *file) Read(p []byte) (int, error) {
	i := sort.Search(len(f.parts), func(i int) bool { return f.parts[i].end > f.offset })
	if i == len(f.parts) {
		return 0, io.EOF
	}
	t := &f.parts[i]
	from := f.offset - (t.end - t.size)
	p = p[:min(int64(len(p)), t.size-from)]
	if t.bytes != nil {
		n := copy(p, t.bytes[from:])
		f.offset += int64(n)
		return n, nil
	}
	n, err := f.spool.readAt(p, t.at+from)
	f.offset += int64(n)
	if n == len(p) {
		err = nil // the spool may say that it ends here; the file does not
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Seek implements io.Seeker.
func (f *file) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.offset
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	f.offset = offset
	return offset, nil
}
