package ga4

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/internal/testenv"
	"waymark/schemas"
)

// rowSink keeps every row as text, all columns, key and attributes.
type rowSink struct {
	countSink
	text    []string
	rejects []schemas.Reject
	each    func(*schemas.Row)
}

func newRowSink() *rowSink { return &rowSink{countSink: *newCountSink()} }

func (s *rowSink) Emit(r *schemas.Row) error {
	if s.each != nil {
		s.each(r)
	}
	s.text = append(s.text, render(r))
	return nil
}

func (s *rowSink) Reject(r schemas.Reject) error {
	r.Record = nil
	s.rejects = append(s.rejects, r)
	return nil
}

func render(r *schemas.Row) string {
	var b strings.Builder
	for i, v := range r.Vals {
		if r.Has(i) {
			fmt.Fprintf(&b, "%s=%q/%d ", r.Table.Columns[i].Name, v.Bytes, v.Num)
		}
	}
	for _, a := range r.Attrs {
		fmt.Fprintf(&b, "%s:%q ", a.Key, a.Value)
	}
	fmt.Fprintf(&b, "key=%s ordinal=%d snapshot=%v", hex.EncodeToString(r.Key), r.Ordinal, r.Snapshot)
	return b.String()
}

// fileInput is an object on disk.
func fileInput(t testing.TB, path string) extract.Input {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return extract.Input{
		Name: filepath.Base(path), Size: info.Size(), Modified: 1,
		Open:   func(context.Context) (io.ReadCloser, error) { return os.Open(path) },
		ReadAt: func(_ context.Context, p []byte, off int64) (int, error) { return file.ReadAt(p, off) },
	}
}

// drain reads in with the given options into sink.
func drain(t testing.TB, in extract.Input, opt extract.Options, sink schemas.Sink) error {
	t.Helper()
	ctx := context.Background()
	s, err := Events().Open(ctx, in, opt)
	if err != nil {
		return err
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	d := s.NewDecoder()
	for {
		c, err := s.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := d.Decode(ctx, c, sink); err != nil {
			return err
		}
		if c.Release != nil {
			c.Release()
		}
	}
}

// TestSamplesAgree holds that the same events in both formats give the same drafts, every column of every row, and
// that the known totals come out.
func TestSamplesAgree(t *testing.T) {
	dir := filepath.Join(testenv.Samples(t), "ga4")
	type session struct {
		user string
		id   int64
	}
	sessions, engaged := map[session]bool{}, map[session]bool{}
	orders, events, revenue := 0, 0, int64(0)
	distinct := map[string]bool{}
	count := func(r *schemas.Row) {
		events++
		s := session{string(r.Vals[schemas.EvDeviceID].Bytes), r.Vals[schemas.EvSessionID].Num}
		sessions[s] = true
		if r.Vals[schemas.EvIsEngaged].Num == 1 {
			engaged[s] = true
		}
		if id := r.Vals[schemas.EvOrderID]; r.Has(schemas.EvOrderID) {
			orders++
			distinct[string(id.Bytes)] = true
			revenue += r.Vals[schemas.EvAmount].Num
		}
	}
	sink := newRowSink()
	sink.each = count
	opt := extract.Options{Fields: map[string]string{"event_params.percent_scrolled": "attributes.scrolled", "event_params.search_term": "theme", "user_properties.x": "attributes.x"}}
	if err := drain(t, fileInput(t, filepath.Join(dir, "ga4_events_sampled.bqexport.ndjson.gz")), opt, sink); err != nil {
		t.Fatal(err)
	}
	want := sink.text
	if len(sink.rejects) > 0 || sink.records != 24_219 {
		t.Errorf("NDJSON: %d rejects of %d records", len(sink.rejects), sink.records)
	}
	t.Logf("%d events, %d sessions, %d engaged, %d order events, %d orders, revenue %d", events, len(sessions), len(engaged), orders, len(distinct), revenue)
	if events != 24_219 || len(sessions) != 20_705 || len(engaged) != 16_090 {
		t.Errorf("%d events, %d sessions, %d engaged", events, len(sessions), len(engaged))
	}
	if orders != 531 || len(distinct) != 525 {
		t.Errorf("%d order events, %d orders, want 531 and 525", orders, len(distinct))
	}
	slices.Sort(want)
	for i := 1; i < len(want); i++ {
		if want[i] == want[i-1] {
			t.Fatalf("two events with one key")
		}
	}
	for _, chunk := range []int{0, 1 << 20} {
		opt.ChunkBytes = chunk
		got := newRowSink()
		if err := drain(t, fileInput(t, filepath.Join(dir, "ga4_events_sampled.snappy.parquet")), opt, got); err != nil {
			t.Fatal(err)
		}
		if len(got.rejects) > 0 || got.records != 24_219 {
			t.Errorf("Parquet: %d rejects of %d records", len(got.rejects), got.records)
		}
		slices.Sort(got.text)
		if !slices.Equal(want, got.text) {
			for i := range want {
				if want[i] != got.text[i] {
					t.Fatalf("row %d differs: %s", i, cmp.Diff(want[i], got.text[i]))
				}
			}
		}
	}
}
