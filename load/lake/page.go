package lake

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// pageBytes bounds a data page, unless a single record is larger; pageValues bounds one of dictionary codes.
const (
	pageBytes  = 1 << 20
	pageValues = 1 << 17
)

// minZstd is the size below which compressing a page cannot pay.
const minZstd = 64

// pages collects the pages of one column chunk uncompressed, then writes them behind their headers.
type pages struct {
	raw    []byte
	marks  []pageMark
	packed []byte // one page compressed
	header thrift
	level  []byte
	zstd   *zstd.Encoder
}

type pageMark struct {
	end        int
	values     int32
	encoding   format.Encoding
	dictionary bool
}

func newPages() pages {
	// The options are constants, so that New cannot fail. One goroutine: the workers are the parallelism.
	encoder, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true), zstd.WithWindowSize(pageBytes))
	return pages{zstd: encoder}
}

func (p *pages) reset() { p.raw, p.marks = p.raw[:0], p.marks[:0] }

// done ends the page whose bytes were appended to raw.
func (p *pages) done(values int, encoding format.Encoding, dictionary bool) {
	p.marks = append(p.marks, pageMark{len(p.raw), int32(values), encoding, dictionary})
}

// levels appends repetition or definition levels of 0 and 1 to the page that is being put together.
func (p *pages) levels(levels []uint8) {
	encoder := rle.Encoding{BitWidth: 1}
	p.level, _ = encoder.EncodeLevels(p.level, levels) // fails for widths above 8 only
	p.raw = binary.LittleEndian.AppendUint32(p.raw, uint32(len(p.level)))
	p.raw = append(p.raw, p.level...)
}

// flush appends the pages to dst and completes c. Whether they are compressed must not change from one row group to
// the next: parquet-go reads every chunk of a column with the codec of the first.
func (p *pages) flush(dst []byte, c *chunk, compress bool) []byte {
	c.zstd = compress
	c.offset = int64(len(dst))
	c.dataPage = c.offset
	start := 0
	for _, m := range p.marks {
		raw := p.raw[start:m.end]
		stored := raw
		if compress {
			stored = p.compress(raw)
		}
		p.writeHeader(m, len(raw), stored)
		dst = append(dst, p.header.buf...)
		dst = append(dst, stored...)
		c.raw += int64(len(p.header.buf) + len(raw))
		if m.dictionary {
			c.dataPage = int64(len(dst))
		} else if m.encoding != format.Plain { // a page without values is plain among others that are not
			c.encoding = int32(m.encoding)
		}
		start = m.end
	}
	c.size = int64(len(dst)) - c.offset
	return dst
}

// compress returns raw as one zstd frame; it is valid until the next call. Most pages are a few bytes, a constant
// column's: those are framed as they are.
func (p *pages) compress(raw []byte) []byte {
	if len(raw) >= minZstd {
		p.packed = p.zstd.EncodeAll(raw, p.packed[:0])
		return p.packed
	}
	const singleSegment, lastRawBlock = 0x20, 1
	block := uint32(len(raw))<<3 | lastRawBlock
	p.packed = append(p.packed[:0], 0x28, 0xB5, 0x2F, 0xFD, singleSegment, byte(len(raw)), byte(block), byte(block>>8), byte(block>>16))
	p.packed = append(p.packed, raw...)
	return p.packed
}

// writeHeader makes the header of a page of raw bytes, of which stored are written.
func (p *pages) writeHeader(m pageMark, raw int, stored []byte) {
	w := &p.header
	w.buf = w.buf[:0]
	w.open()
	if m.dictionary {
		w.i32(1, int32(format.DictionaryPage))
	} else {
		w.i32(1, int32(format.DataPage))
	}
	w.i32(2, int32(raw))
	w.i32(3, int32(len(stored)))
	w.i32(4, int32(crc32.ChecksumIEEE(stored)))
	if m.dictionary {
		w.begin(7)
		w.i32(1, m.values)
		w.i32(2, int32(m.encoding))
	} else {
		w.begin(5)
		w.i32(1, m.values)
		w.i32(2, int32(m.encoding))
		w.i32(3, int32(format.RLE))
		w.i32(4, int32(format.RLE))
	}
	w.end()
	w.end()
}
