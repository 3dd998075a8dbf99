package content

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"waymark/extract"
)

// What can be wrong with an object.
var (
	ErrTruncated = fmt.Errorf("the compressed data ends too early: %w", io.ErrUnexpectedEOF)
	ErrCorrupt   = errors.New("the compressed data is damaged")
	ErrRatio     = errors.New("the data expands beyond the decompression limit")
)

const (
	bufferSize = 256 << 10
	// freeOutput may be expanded whatever the ratio: a few zeros or repeated lines are no bomb.
	freeOutput = 64 << 20
	// maxWindow is the most memory that a zstd frame may ask for (zstd --long=27 needs all of it).
	maxWindow = 128 << 20
)

// Decompress returns the expanded content of r, which may be gzip (with several members), zstd (with several frames),
// bzip2 (with several streams) or anything else, which passes through. Empty input is empty content.
//
// More than freeOutput bytes come out only while they are at most maxRatio times the stored bytes; 0 is
// extract.DefaultMaxRatio. stored reports how many bytes were read from the store; nil counts r's. Close does not close r.
func Decompress(r io.Reader, maxRatio int, stored func() int64) (io.ReadCloser, error) {
	src := &source{r: r}
	head := make([]byte, 10)
	n, err := readHead(src, head)
	if err != nil {
		return nil, err
	}
	head = head[:n]
	format := recognise(head)
	if format == plain {
		return io.NopCloser(io.MultiReader(bytes.NewReader(head), r)), nil
	}
	if maxRatio <= 0 {
		maxRatio = extract.DefaultMaxRatio
	}
	if stored == nil {
		stored = func() int64 { return src.n }
	}
	d := &decompressor{src: src, stored: stored, ratio: int64(maxRatio)}
	if err := d.open(format, io.MultiReader(bytes.NewReader(head), src)); err != nil {
		return nil, d.explain(err)
	}
	return d, nil
}

// readHead fills head as far as there is anything. io.ReadFull would not do: it makes its own errors of the end, which
// cannot be told from those that r passes on.
func readHead(r io.Reader, head []byte) (n int, err error) {
	for n < len(head) {
		m, err := r.Read(head[n:])
		n += m
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// format is a way of compression.
type format uint8

const (
	plain format = iota
	gzipped
	zstandard
	bzipped
)

// recognise goes by the first bytes. A file so short that only its magic is left counts as compressed (and truncated).
func recognise(head []byte) format {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzipped
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstandard
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18}): // a skippable frame
		return zstandard
	case len(head) >= 4 && bytes.HasPrefix(head, []byte("BZh")) && head[3] >= '1' && head[3] <= '9' && bzipBlock(head[4:]):
		return bzipped
	}
	return plain
}

// bzipBlock reports whether rest begins a block (π) or ends the stream (√π); BZh alone could be text.
func bzipBlock(rest []byte) bool {
	block, end := []byte{0x31, 0x41, 0x59, 0x26, 0x53, 0x59}, []byte{0x17, 0x72, 0x45, 0x38, 0x50, 0x90}
	n := min(len(rest), len(block))
	return bytes.Equal(rest[:n], block[:n]) || bytes.Equal(rest[:n], end[:n])
}

// source counts stored bytes and remembers its reader's error, which decompressors like to replace by their own.
type source struct {
	r   io.Reader
	n   int64
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	if err != nil {
		s.err = err
	}
	return n, err
}

type decompressor struct {
	src    *source
	r      io.Reader
	close  func()
	stored func() int64
	ratio  int64
	out    int64
	err    error // sticky
}

func (d *decompressor) open(f format, r io.Reader) error {
	d.close = func() {}
	switch f {
	case gzipped:
		z, err := gzip.NewReader(bufio.NewReaderSize(r, bufferSize))
		if err != nil {
			return err
		}
		d.r = z
	case zstandard:
		// One decoder, no goroutines: the object's chunks are decoded in parallel behind this reader.
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return err
		}
		d.r, d.close = z, z.Close
	case bzipped:
		d.r = bzip2.NewReader(bufio.NewReaderSize(r, bufferSize))
	}
	return nil
}

func (d *decompressor) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.r.Read(p)
	d.out += int64(n)
	switch {
	case err == io.EOF:
		d.err = io.EOF
	case err != nil:
		d.err = d.explain(err)
	case d.out > freeOutput && d.out/d.ratio > d.stored():
		n, d.err = 0, ErrRatio
	}
	return n, d.err
}

func (d *decompressor) Close() error {
	d.close()
	d.err = errors.New("read after close")
	return nil
}

// explain tells the store's failures from those of the data.
func (d *decompressor) explain(err error) error {
	switch {
	case d.src.err != nil && !errors.Is(d.src.err, io.EOF):
		return d.src.err
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return ErrRatio
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return ErrTruncated
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}
