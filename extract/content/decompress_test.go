package content

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"

	"waymark/extract"
	"waymark/schemas"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func gz(t testing.TB, parts ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&buf)
		_, err := io.WriteString(w, p)
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return buf.Bytes()
}

func zst(t testing.TB, parts ...string) []byte {
	t.Helper()
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	var out []byte
	for _, p := range parts {
		out = enc.EncodeAll([]byte(p), out)
	}
	return out
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func expand(data []byte) (string, error) {
	r, err := Decompress(bytes.NewReader(data), 0, nil)
	if err != nil {
		return "", err
	}
	defer r.Close()
	out, err := io.ReadAll(r)
	return string(out), err
}

func TestDecompress(t *testing.T) {
	long := strings.Repeat("all work and no play\n", 40_000)
	skippable := append([]byte{0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3}, zst(t, "after")...)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":         {nil, ""},
		"one byte":        {[]byte("x"), "x"},
		"plain":           {[]byte(long), long},
		"plain, BZ":       {[]byte("BZ"), "BZ"},
		"plain, BZh text": {[]byte("BZh9 is a name"), "BZh9 is a name"},
		"plain, control":  {[]byte{0x1f}, "\x1f"},
		"gzip":            {gz(t, long), long},
		"gzip, nothing":   {gz(t, ""), ""},
		"gzip, members":   {gz(t, "a\n", "", long, "b\n"), "a\n" + long + "b\n"},
		"zstd":            {zst(t, long), long},
		"zstd, frames":    {zst(t, "a\n", long, "b\n"), "a\n" + long + "b\n"},
		"zstd, skippable": {skippable, "after"},
		"bzip2, streams":  {file(t, "two_streams.bz2"), "first\n" + strings.Repeat("second\n", 100)},
		"bzip2, nothing":  {file(t, "empty.bz2"), ""},
	} {
		got, err := expand(c.data)
		if err != nil || got != c.want {
			t.Errorf("%s: %d bytes, %v; want %d bytes", name, len(got), err, len(c.want))
		}
		r, err := Decompress(iotest.OneByteReader(bytes.NewReader(c.data)), 0, nil)
		if err != nil {
			t.Errorf("%s, byte by byte: %v", name, err)
			continue
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != c.want {
			t.Errorf("%s, byte by byte: %d bytes, %v; want %d bytes", name, len(got), err, len(c.want))
		}
		r.Close()
	}
}

func TestTruncatedIsRecognised(t *testing.T) {
	for name, c := range map[string]struct {
		data  []byte
		valid []int // lengths at which the data ends properly
	}{
		"gzip":  {gz(t, "first member\n", "second member\n"), []int{len(gz(t, "first member\n"))}},
		"zstd":  {zst(t, "first frame\n", "second frame\n"), []int{len(zst(t, "first frame\n"))}},
		"bzip2": {file(t, "two_streams.bz2"), []int{44}},
	} {
		for n := 4; n < len(c.data); n++ {
			_, err := expand(c.data[:n])
			proper := false
			for _, v := range c.valid {
				proper = proper || v == n
			}
			if proper && err != nil {
				t.Errorf("%s of %d bytes: %v, want a proper end", name, n, err)
			}
			if !proper && (!errors.Is(err, ErrTruncated) || !errors.Is(err, io.ErrUnexpectedEOF)) {
				t.Errorf("%s cut at %d of %d bytes: %v, want ErrTruncated", name, n, len(c.data), err)
			}
		}
	}
	if _, err := expand([]byte{0x1f, 0x8b}); !errors.Is(err, ErrTruncated) {
		t.Errorf("two bytes of gzip: %v", err)
	}
}

func TestDamageIsNeverSilent(t *testing.T) {
	text := strings.Repeat("some text that repeats, and some that does not: 0123456789\n", 20)
	for name, data := range map[string][]byte{"gzip": gz(t, text), "zstd": zst(t, text), "bzip2": file(t, "two_streams.bz2")} {
		want, err := expand(data)
		if err != nil {
			t.Fatal(err)
		}
		for i := 4; i < len(data); i++ {
			broken := bytes.Clone(data)
			broken[i] ^= 0x55
			got, err := expand(broken)
			if name == "bzip2" && i < 10 {
				continue // without its magic it is plain
			}
			if err == nil && got != want {
				t.Errorf("%s with byte %d changed: other content and no error", name, i)
			}
			if err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrRatio) {
				t.Errorf("%s with byte %d changed: error of no kind: %v", name, i, err)
			}
		}
	}
	if _, err := expand(append(gz(t, "x"), "garbage after the last member"...)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("garbage after gzip: %v, want ErrCorrupt", err)
	}
}

// zeros is an endless text.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func bomb(t *testing.T, size int64) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, err := io.CopyN(w, zeros{}, size)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestRatioLimit(t *testing.T) {
	read := func(data []byte, ratio int, stored func() int64) (int64, error) {
		r, err := Decompress(bytes.NewReader(data), ratio, stored)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		return io.Copy(io.Discard, r)
	}
	if n, err := read(bomb(t, 60<<20), 10, nil); err != nil || n != 60<<20 {
		t.Errorf("below the free output: %d bytes, %v", n, err)
	}
	large := bomb(t, 80<<20)
	if n, err := read(large, 10, nil); !errors.Is(err, ErrRatio) || n > freeOutput+1<<20 {
		t.Errorf("beyond the ratio: %d bytes, %v; want ErrRatio soon after %d", n, err, freeOutput)
	}
	if n, err := read(large, 1100, nil); err != nil || n != 80<<20 {
		t.Errorf("within the ratio: %d bytes, %v", n, err)
	}
	if _, err := read(large, 10, func() int64 { return 80 << 20 }); err != nil {
		t.Errorf("with the caller's count: %v", err)
	}
	window := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 19 << 3, 0, 0, 0, 0} // asks for 512 MiB
	if _, err := expand(window); !errors.Is(err, ErrRatio) {
		t.Errorf("zstd window of 512 MiB: %v, want ErrRatio", err)
	}
}

func TestStoreErrorsPassThrough(t *testing.T) {
	broken := errors.New("the network is down")
	for name, data := range map[string][]byte{"gzip": gz(t, "text"), "zstd": zst(t, "text"), "bzip2": file(t, "two_streams.bz2"), "plain": []byte("text")} {
		for n := range len(data) {
			r, err := Decompress(io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(broken)), 0, nil)
			if err == nil {
				_, err = io.ReadAll(r)
				r.Close()
			}
			if !errors.Is(err, broken) {
				t.Fatalf("%s after %d bytes: %v, want the reader's own error", name, n, err)
			}
		}
	}
}

func TestQuarantine(t *testing.T) {
	for err, want := range map[error]schemas.Reason{
		ErrTruncated: schemas.Truncated, ErrCorrupt: schemas.Malformed, ErrRatio: schemas.TooLarge, ErrEncoding: schemas.InvalidUTF8,
	} {
		var q *extract.Quarantine
		if !errors.As(Quarantine(err), &q) || q.Reason != want {
			t.Errorf("%v: %+v, want %s", err, q, want)
		}
	}
	if other := errors.New("other"); !errors.Is(Quarantine(other), other) {
		t.Error("another error is not passed on")
	}
}

func FuzzDecompress(f *testing.F) {
	for _, data := range [][]byte{nil, []byte("plain"), gz(f, "a", "b"), zst(f, "a", "b"), file(f, "two_streams.bz2"), {0x1f, 0x8b, 8, 0xff}, {0x28, 0xb5, 0x2f, 0xfd, 0xff}} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Decompress(bytes.NewReader(data), 0, nil)
		if err == nil {
			_, err = io.Copy(io.Discard, io.LimitReader(r, 8<<20))
			r.Close()
		}
		if err != nil && !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrRatio) {
			t.Fatalf("error of no kind: %v", err)
		}
	})
}
