package engine

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// decodeBody undoes the request's content coding and ClickHouse's own block compression.
func decodeBody(r *http.Request) (io.Reader, error) {
	body, err := decodeContent(r.Header.Get("Content-Encoding"), r.Body)
	if err != nil {
		return nil, bodyError(err)
	}
	if truthy(r.URL.Query().Get("decompress")) {
		return newBlockReader(body), nil
	}
	return body, nil
}

func decodeContent(coding string, body io.Reader) (io.Reader, error) {
	switch coding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(body)
	case "deflate":
		return zlib.NewReader(body)
	case "br":
		return brotli.NewReader(body), nil
	case "zstd":
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return nil, refuse(48, "NOT_IMPLEMENTED", "Unknown content encoding "+strconv.Quote(coding))
}

// encodeContent picks a content coding that the client accepts, the first of the cheapest; nil for none.
func encodeContent(w http.ResponseWriter, accept string) io.WriteCloser {
	for _, coding := range []string{"zstd", "gzip", "deflate", "br"} {
		if !strings.Contains(accept, coding) {
			continue
		}
		w.Header().Set("Content-Encoding", coding)
		switch coding {
		case "gzip":
			return gzip.NewWriter(w)
		case "deflate":
			return zlib.NewWriter(w)
		case "br":
			return brotli.NewWriterLevel(w, brotli.BestSpeed)
		}
		z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest)) // fails on bad options only
		return z
	}
	return nil
}

// blockWriter compresses as a server does with compress=1: frames of at most maxBlock with a checksum each.
type blockWriter struct {
	w      io.Writer
	blocks *compress.Writer
}

const maxBlock = 1 << 20

func newBlockWriter(w io.Writer, method string) (*blockWriter, error) {
	m, ok := map[string]compress.Method{"LZ4": compress.LZ4, "LZ4HC": compress.LZ4, "ZSTD": compress.ZSTD, "NONE": compress.None}[method]
	if !ok {
		return nil, refuse(36, "BAD_ARGUMENTS", "Unknown network_compression_method "+strconv.Quote(method))
	}
	return &blockWriter{w, compress.NewWriter(compress.LevelZero, m)}, nil
}

func (b *blockWriter) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n := min(len(p)-done, maxBlock)
		if err := b.blocks.Compress(p[done : done+n]); err != nil {
			return done, err
		}
		if _, err := b.w.Write(b.blocks.Data); err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

func (b *blockWriter) Close() error { return nil }

// blockReader undoes block compression. ch-go's reader wraps io.EOF both at the end of the body and in the middle of a
// block; only the first is a clean end.
type blockReader struct {
	src    io.Reader
	n      int64 // bytes taken from src
	blocks *compress.Reader
}

func newBlockReader(r io.Reader) *blockReader {
	b := &blockReader{src: r}
	b.blocks = compress.NewReader(readerFunc(func(p []byte) (int, error) {
		n, err := b.src.Read(p)
		b.n += int64(n)
		return n, err
	}))
	return b
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func (b *blockReader) Read(p []byte) (int, error) {
	before := b.n
	n, err := b.blocks.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.EOF
		if b.n != before {
			err = io.ErrUnexpectedEOF
		}
	}
	return n, err
}
