package sampledata

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// made are generated files, expanded.
type made struct {
	files map[string][]byte
	truth *Truth
}

func mustGenerate(t testing.TB, opt Options) made {
	t.Helper()
	m, err := generate(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func generate(ctx context.Context, opt Options) (made, error) {
	m := made{files: map[string][]byte{}}
	truth, err := Generate(ctx, opt, func(_ context.Context, name string, write func(io.Writer) error) error {
		var buf bytes.Buffer
		if err := write(&buf); err != nil {
			return err
		}
		if m.files[name] != nil {
			return fmt.Errorf("%s is written twice", name)
		}
		m.files[name] = buf.Bytes()
		if !strings.HasSuffix(name, ".gz") {
			return nil
		}
		z, err := gzip.NewReader(&buf)
		if err != nil {
			return err
		}
		m.files[name], err = io.ReadAll(z)
		return err
	})
	m.truth = truth
	return m, err
}

// lines yields the lines of every file under a prefix, in the order of names.
func (m made) lines(prefix string, yield func(name string, line []byte)) {
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		if strings.HasPrefix(name, prefix) {
			for line := range bytes.Lines(m.files[name]) {
				yield(name, line)
			}
		}
	}
}

// smallOnce is shared by the tests that only read.
var smallOnce = sync.OnceValues(func() (made, error) { return generate(context.Background(), Options{Seed: 7, Scale: 0.05}) })

func small(t testing.TB) made {
	t.Helper()
	m, err := smallOnce()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheSameOptionsGiveTheSameBytes(t *testing.T) {
	opt := Options{Seed: 3, Scale: 0.01, Malformed: 4}
	sum := func(m made) string {
		h := sha256.New()
		for _, name := range slices.Sorted(maps.Keys(m.files)) {
			fmt.Fprintf(h, "%s %d\n%s", name, len(m.files[name]), m.files[name])
		}
		truth, err := m.truth.JSON()
		if err != nil {
			t.Fatal(err)
		}
		h.Write(truth)
		return fmt.Sprintf("%x", h.Sum(nil))
	}
	first := sum(mustGenerate(t, opt))
	if again := sum(mustGenerate(t, opt)); again != first {
		t.Error("a second run gave other bytes")
	}
	opt.Seed++
	if other := sum(mustGenerate(t, opt)); other == first {
		t.Error("another seed gave the same bytes")
	}
}

func TestScale(t *testing.T) {
	m := mustGenerate(t, Options{Seed: 1, Scale: 0.2, Calm: true})
	for what, c := range map[string]struct{ got, want int64 }{
		"events":  {m.truth.Sources["web"].Distinct, 40_000},
		"tickets": {m.truth.Tickets["zendesk"].Created, 400},
		"answers": {m.truth.Surveys["nps"].All.Answers + m.truth.Surveys["csat"].All.Answers + m.truth.Surveys["ces"].All.Answers, 600},
	} {
		if c.got < c.want*8/10 || c.got > c.want*12/10 {
			t.Errorf("%d %s, want about %d", c.got, what, c.want)
		}
	}
	w := m.truth.Web.All
	t.Logf("sessions %d, engaged %.3f, conversion %.4f, orders %d, revenue %v, aov %.2f, cart abandonment %.3f, checkout %.3f",
		w.Sessions, *w.EngagedSessionRate, *w.ConversionRate, w.Orders, w.Revenue, *w.AOV, *w.CartAbandonmentRate, *w.CheckoutAbandonmentRate)
	z := m.truth.Tickets["zendesk"]
	t.Logf("tickets %d, solved %d, one touch %.3f, reopen %.3f, first reply %.0f min (business %.0f)", z.Created, z.Solved, *z.OneTouchRate, *z.ReopenRate,
		*z.FirstReply.Calendar.Median, *z.FirstReply.Business.Median)
	t.Logf("nps %.1f, csat %.3f, ces %.3f; ratings %+v", *m.truth.Surveys["nps"].All.NPS, *m.truth.Surveys["csat"].All.Rate, *m.truth.Surveys["ces"].All.Mean, *m.truth.Ratings.Rate)
	t.Logf("deals %+v", *m.truth.Sales.All)
	size := 0
	for _, f := range m.files {
		size += len(f)
	}
	t.Logf("%d files, %d bytes expanded", len(m.files), size)
}

func TestPartsOfABreakdownAddUp(t *testing.T) {
	w := small(t).truth.Web
	add := func(m map[string]*WebTruth) (sum WebTruth) {
		for _, c := range m {
			sum.Sessions += c.Sessions
			sum.Orders += c.Orders
			sum.Revenue += c.Revenue
			sum.CartsAbandoned += c.CartsAbandoned
		}
		return sum
	}
	want := WebTruth{Sessions: w.All.Sessions, Orders: w.All.Orders, Revenue: w.All.Revenue, CartsAbandoned: w.All.CartsAbandoned}
	for name, cells := range map[string]map[string]*WebTruth{"day": w.ByDay, "channel": w.By["channel"], "country": w.By["country"], "device": w.By["device_category"]} {
		if diff := cmp.Diff(want, add(cells)); diff != "" {
			t.Errorf("by %s (-want +got)\n%s", name, diff)
		}
	}
}

func TestMoney(t *testing.T) {
	for m, want := range map[Money]string{0: "0.00", 5: "0.05", 1230: "12.30", -1: "-0.01", 99999999: "999999.99"} {
		got, err := json.Marshal(m)
		if err != nil || string(got) != want {
			t.Errorf("%d is %s, %v; want %s", int64(m), got, err, want)
		}
		var back Money
		if err := json.Unmarshal(got, &back); err != nil || back != m {
			t.Errorf("%s reads as %d, %v", got, int64(back), err)
		}
	}
}

func TestErrorsOfTheStoreEndIt(t *testing.T) {
	full := errors.New("disk full")
	_, err := Generate(t.Context(), Options{Scale: 0.01}, func(context.Context, string, func(io.Writer) error) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Generate(ctx, Options{Scale: 0.01}, func(_ context.Context, _ string, write func(io.Writer) error) error { return write(io.Discard) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestPlantedRecordsAreCounted(t *testing.T) {
	with := mustGenerate(t, Options{Seed: 7, Scale: 0.01, Malformed: 6})
	without := mustGenerate(t, Options{Seed: 7, Scale: 0.01})
	for _, name := range []string{"web", "tickets", "ticket-audits", "surveys", "contacts"} {
		a, b := with.truth.Sources[name], without.truth.Sources[name]
		if a.Rejected == 0 || b.Rejected != 0 || a.Records-a.Rejected != b.Records || a.Distinct != b.Distinct {
			t.Errorf("%s: with %+v, without %+v", name, *a, *b)
		}
	}
	if diff := cmp.Diff(without.truth.Web, with.truth.Web); diff != "" {
		t.Errorf("broken records change the truth:\n%s", diff)
	}
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	truth, err := Generate(t.Context(), Options{Seed: 7, Scale: 0.01}, Directory(dir))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, TruthFile))
	if err != nil {
		t.Fatal(err)
	}
	var back Truth
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	again, err := back.JSON()
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("truth.json does not survive reading, %v", err)
	}
	if truth.Web.All.Revenue != back.Web.All.Revenue {
		t.Errorf("revenue %v, in the file %v", truth.Web.All.Revenue, back.Web.All.Revenue)
	}
	if _, err := os.Stat(filepath.Join(dir, "ga4", "events_20260105.json.gz")); err != nil {
		t.Error(err)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		n := &counter{}
		_, err := Generate(b.Context(), Options{Seed: 1, Scale: 0.2}, func(_ context.Context, _ string, write func(io.Writer) error) error { return write(n) })
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(n.n)
	}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
