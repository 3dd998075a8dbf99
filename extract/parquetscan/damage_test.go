package parquetscan

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"waymark/extract"
	"waymark/schemas"
)

func TestDamage(t *testing.T) {
	data := write(t, []threeLevels{{1, name(1), props(3)}})
	reason := func(data []byte) schemas.Reason {
		_, err := readAll(t, data, 1, Options{})
		var q *extract.Quarantine
		errors.As(err, &q)
		if q == nil {
			return ""
		}
		return q.Reason
	}
	if got := reason(data[:len(data)/2]); got != schemas.Truncated {
		t.Errorf("cut in half: %q", got)
	}
	if got := reason([]byte("PAR1")); got != schemas.Truncated {
		t.Errorf("four bytes: %q", got)
	}
	bad := bytes.Clone(data)
	copy(bad[len(bad)-60:], bytes.Repeat([]byte{0xff}, 40))
	if got := reason(bad); got != schemas.Malformed {
		t.Errorf("damaged footer: %q", got)
	}
	bad = bytes.Clone(data)
	copy(bad[4:], bytes.Repeat([]byte{0xff}, 40))
	if got := reason(bad); got != schemas.Malformed {
		t.Errorf("damaged page: %q", got)
	}
	boom := errors.New("boom")
	in := input(data)
	in.ReadAt = func(context.Context, []byte, int64) (int, error) { return 0, boom }
	if _, err := Open(context.Background(), in, fields, Options{}); !errors.Is(err, boom) {
		t.Errorf("a failing store: %v", err)
	}
}

// TestDamageAnywhere changes single bytes all over a file: what comes out is rows or a quarantine.
func TestDamageAnywhere(t *testing.T) {
	var rows []threeLevels
	for i := range 20 {
		rows = append(rows, threeLevels{int64(i), name(i), props(i)})
	}
	data := write(t, rows, parquet.PageBufferSize(64), parquet.MaxRowsPerRowGroup(7), parquet.Compression(&parquet.Snappy))
	quarantined := 0
	for i := 0; i < len(data); i += 5 {
		bad := bytes.Clone(data)
		bad[i] ^= 0x41
		_, err := readAll(t, bad, 2, Options{ChunkRows: 5})
		var q *extract.Quarantine
		if errors.As(err, &q) {
			quarantined++
		} else if err != nil {
			t.Fatalf("byte %d: neither rows nor a quarantine: %v", i, err)
		}
	}
	if quarantined == 0 {
		t.Error("no damage was noticed")
	}
}

// TestImpossibleSizes holds that sizes in page headers are checked before memory is taken for them.
func TestImpossibleSizes(t *testing.T) {
	g := guard{end: 1000, ratio: 1000}
	for name, tt := range map[string]struct {
		header format.PageHeader
		want   error
	}{
		"fits":              {format.PageHeader{CompressedPageSize: 900, UncompressedPageSize: 5000}, nil},
		"behind the column": {format.PageHeader{CompressedPageSize: 901, UncompressedPageSize: 5000}, errPage},
		"negative":          {format.PageHeader{CompressedPageSize: -1}, errPage},
		"bomb":              {format.PageHeader{CompressedPageSize: 900, UncompressedPageSize: 1 << 30}, errBomb},
		"values": {format.PageHeader{CompressedPageSize: 900, UncompressedPageSize: 900,
			DataPageHeader: thrift.New(format.DataPageHeader{NumValues: 1 << 30})}, errBomb},
	} {
		g.header = tt.header
		if err := g.check(100); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFile(f *testing.F) {
	var rows []threeLevels
	for i := range 20 {
		rows = append(rows, threeLevels{int64(i), name(i), props(i)})
	}
	f.Add(write(f, rows), uint32(100), byte(1))
	f.Add(write(f, rows, parquet.PageBufferSize(64), parquet.MaxRowsPerRowGroup(7), parquet.DataPageVersion(1), parquet.Compression(&parquet.Snappy)), uint32(0), byte(0))
	f.Add(legacyList(f, 20), uint32(9), byte(255))
	f.Fuzz(func(t *testing.T, data []byte, at uint32, flip byte) {
		data = bytes.Clone(data)
		if len(data) > 0 {
			data[int(at)%len(data)] ^= flip
		}
		_, err := readAll(t, data, 2, Options{ChunkRows: 5})
		var q *extract.Quarantine
		if err != nil && !errors.As(err, &q) {
			t.Fatalf("neither rows nor a quarantine: %v", err)
		}
	})
}
