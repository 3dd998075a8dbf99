//go:build unix

package csvscan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"waymark/extract"
)

// wide returns a generated export of 40 columns and about size bytes, each field in quotes when quoted is set.
func wide(size int, quoted bool) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	q := ""
	if quoted {
		q = `"`
	}
	for i := range 40 {
		fmt.Fprintf(&b, "%scolumn%d%s%s", q, i, q, map[bool]string{true: "\n", false: ","}[i == 39])
	}
	words := strings.Fields("Prospect 005Ec000004oBPNIA2 2024-01-22T16:14:25.000+0000 Closed Business true 1124741.15 Merchant")
	for b.Len() < size {
		for i := range 40 {
			value := ""
			if rnd.IntN(3) > 0 {
				value = words[rnd.IntN(len(words))]
			}
			b.WriteString(q + value + q)
			b.WriteByte(map[bool]byte{true: '\n', false: ','}[i == 39])
		}
	}
	return b.Bytes()
}

// perCPU reports throughput per second of processor time, which says more than wall time on a shared machine.
func perCPU(b *testing.B, size int) func() {
	begin := processor()
	return func() { b.ReportMetric(float64(size)*float64(b.N)/1e6/(processor()-begin).Seconds(), "MB/cpu-s") }
}

func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var twelve = []int{0, 1, 4, 8, 9, 12, 15, 18, 21, 24, 30, 37}

func readChunks(tb testing.TB, data []byte, cols []int) (records int) {
	s, err := Open(bytes.NewReader(data), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	rd := NewReader(s.Header(), cols, 0)
	for {
		c, err := s.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return records
		}
		for rd.Reset(c); rd.Next(); records++ {
			if rd.Bad.Reason != "" {
				tb.Fatal(rd.Bad.Message)
			}
		}
		c.Release()
	}
}

func BenchmarkReader(b *testing.B) {
	for _, c := range []struct {
		name   string
		quoted bool
	}{{"plain", false}, {"quoted", true}} {
		data := wide(32<<20, c.quoted)
		s, err := Open(bytes.NewReader(data), Options{})
		if err != nil {
			b.Fatal(err)
		}
		chunk := extract.Chunk{Data: data[s.offset:], Line: 2}
		b.Run(c.name+"/read", func(b *testing.B) {
			rd := NewReader(s.Header(), twelve, 0)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			defer perCPU(b, len(data))()
			for b.Loop() {
				for rd.Reset(chunk); rd.Next(); {
					if rd.Bad.Reason != "" {
						b.Fatal(rd.Bad.Message)
					}
				}
			}
		})
		b.Run(c.name+"/split", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			defer perCPU(b, len(data))()
			for b.Loop() {
				sp := splitter{delim: ',', eol: '\n', max: 1 << 20, open: -1}
				if !sp.advance(data, true) {
					b.Fatal("too large")
				}
			}
		})
		b.Run(c.name+"/stream", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			defer perCPU(b, len(data))()
			for b.Loop() {
				readChunks(b, data, twelve)
			}
		})
	}
}

func TestReaderDoesNotAllocate(t *testing.T) {
	for _, quoted := range []bool{false, true} {
		data := wide(1<<20, quoted)
		if quoted {
			data = append(data, bytes.Repeat([]byte("\"a\"\"b\","), 39)...)
			data = append(data, "\"x\"\n"...)
		}
		s, err := Open(bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		rd := NewReader(s.Header(), twelve, 0)
		chunk := extract.Chunk{Data: data[s.offset:], Line: 2}
		read := func() {
			for rd.Reset(chunk); rd.Next(); {
				if rd.Bad.Reason != "" {
					t.Fatal(rd.Bad.Message)
				}
			}
		}
		read()
		if n := testing.AllocsPerRun(3, read); n != 0 {
			t.Errorf("quoted %v: %v allocations for a chunk", quoted, n)
		}
	}
}
