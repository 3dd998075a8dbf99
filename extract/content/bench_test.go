package content

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"waymark/internal/testenv"
)

func BenchmarkDecompress(b *testing.B) {
	gzipped, err := os.ReadFile(filepath.Join(testenv.Samples(b), "ga4", "ga4_events_sampled.bqexport.ndjson.gz"))
	if err != nil {
		b.Fatal(err)
	}
	text, err := expand(gzipped)
	if err != nil {
		b.Fatal(err)
	}
	for name, data := range map[string][]byte{"gzip": gzipped, "zstd": compressed(b, text), "plain": []byte(text)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r, err := Decompress(bytes.NewReader(data), 0, nil)
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, onlyReader{r}); err != nil || n != int64(len(text)) {
					b.Fatal(n, err)
				}
				r.Close()
			}
		})
	}
}

func compressed(b *testing.B, text string) []byte {
	b.Helper()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer enc.Close()
	return enc.EncodeAll([]byte(text), nil)
}

// onlyReader hides WriteTo, which the scanners do not use.
type onlyReader struct{ io.Reader }
