package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"waymark/internal/fault"
	"waymark/internal/pipeline"
	"waymark/load/lake"
)

func days(t *testing.T, from, to string) pipeline.Days {
	t.Helper()
	d, err := pipeline.ParseDays(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A backfill reads the objects of its days again and no others, publishes these days, and changes nothing.
func TestBackfill(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/jan.csv", surveys(0, 50), 2*time.Hour)
	s.write("in/feb.csv", strings.ReplaceAll(surveys(100, 50), "2026-01", "2026-02"), time.Hour)
	s.run(cfg)
	before := s.marts()
	report, err := s.runner(cfg).Backfill(t.Context(), days(t, "2026-01-02", "2026-01-31"), nil)
	if err != nil || report.Sources[0].Transformed != 1 || report.Sources[0].Listed != 2 {
		t.Fatalf("report %+v, error %v", report, err)
	}
	if len(report.Tables) != 1 || report.Tables[0].Published != 4 || report.Tables[0].Rows != 40 {
		t.Errorf("published %+v, want the 4 partitions from 2026-01-02 on", report.Tables)
	}
	if got := s.marts(); got != before {
		t.Errorf("the marts changed:\n%s\nnot\n%s", got, before)
	}
	s.verify(cfg)
	if left, err := filepath.Glob(filepath.Join(s.dir, "lake/backfill/*")); err != nil || len(left) > 0 {
		t.Errorf("progress is left behind: %v, error %v", left, err)
	}
	_, err = s.runner(cfg).Backfill(t.Context(), days(t, "2025-01-01", "2025-12-31"), nil)
	if !errors.Is(err, pipeline.ErrNothingInRange) {
		t.Errorf("an empty range: %v", err)
	}
	if _, err = s.runner(cfg).Backfill(t.Context(), days(t, "2026-01-01", "2026-01-31"), []string{"survey"}); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.HintOf(err), "surveys") {
		t.Errorf("an unknown source: %v, hint %q", err, fault.HintOf(err))
	}
	if _, err := pipeline.ParseDays("2026-02-01", "2026-01-01"); !fault.Is(err, fault.Invalid) {
		t.Errorf("from after to: %v", err)
	}
	if _, err := pipeline.ParseDays("2026-02-30", "2026-03-01"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a day that is none: %v", err)
	}
}

// stopper cancels the run after a number of objects.
type stopper struct {
	pipeline.Silent
	left   int
	cancel context.CancelFunc
}

func (s *stopper) Step(n int) {
	if s.left -= n; s.left == 0 {
		s.cancel()
	}
}

// An interrupted backfill goes on where it stopped.
func TestBackfillResumes(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource, "resources: { workers: 1 }")
	const objects = 80 // more than two batches
	for i := range objects {
		s.write(fmt.Sprintf("in/%d.csv", i), surveys(i*5, 5), time.Hour)
	}
	s.run(cfg)
	before := s.marts()
	ctx, cancel := context.WithCancel(t.Context())
	r := s.runner(cfg)
	r.Progress = &stopper{left: 1 + 40, cancel: cancel} // one step is the listing's
	january := days(t, "2026-01-01", "2026-01-31")
	report, err := r.Backfill(ctx, january, nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	first := report.Sources[0].Transformed
	if first < 32 || first == objects {
		t.Fatalf("%d objects before the interruption", first)
	}
	if report, err = s.runner(cfg).Backfill(t.Context(), january, nil); err != nil {
		t.Fatal(err)
	}
	if second := report.Sources[0].Transformed; first+second != objects {
		t.Errorf("%d objects, then %d: want %d in all", first, second, objects)
	}
	if s.marts() != before {
		t.Error("the marts changed")
	}
	s.verify(cfg)
}

// Replay reads what was rejected or quarantined again, and nothing else.
func TestReplay(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/good.csv", surveys(0, 20), 3*time.Hour)
	s.write("in/some.csv", surveys(20, 5)+"x1,not a time,nps,3,a@example.com\n", 2*time.Hour)
	s.write("in/bad.csv", "answered_at,score\n2026-01-01,3\n", time.Hour)
	report := s.run(cfg)
	if n := len(report.Sources[0].Quarantined); n != 1 || report.Sources[0].Rejects == 0 {
		t.Fatalf("first run: %+v", report.Sources[0])
	}
	if report = s.run(cfg); report.Sources[0].Transformed != 0 {
		t.Errorf("a plain run read %d objects again", report.Sources[0].Transformed)
	}
	before := s.marts()
	report, err := s.runner(cfg).Replay(t.Context(), nil)
	if err != nil || report.Sources[0].Transformed != 2 || len(report.Sources[0].Quarantined) != 1 {
		t.Errorf("replay: %+v, error %v", report.Sources[0], err)
	}
	if s.marts() != before {
		t.Error("a replay without a fix changed the marts")
	}
	s.verify(cfg)

	// A fix that no fingerprint shows: as if a decoder that was repaired had written these manifests.
	r := s.runner(cfg)
	manifests, err := r.Lake.Manifests(t.Context(), "surveys")
	if err != nil {
		t.Fatal(err)
	}
	for i := range manifests {
		m := &manifests[i]
		if strings.HasSuffix(m.Object.URI, "good.csv") {
			m.Status, m.Reason, m.Rows, m.Records, m.Outputs = lake.Quarantined, "malformed", 0, 0, nil
			if err := r.Lake.ReplaceManifest(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	if report, err = r.Replay(t.Context(), []string{"surveys"}); err != nil || report.Sources[0].Transformed != 3 {
		t.Errorf("replay after the fix: %+v, error %v", report, err)
	}
	if s.marts() != before {
		t.Error("the replay did not bring the rows back")
	}
	if _, err := os.Stat(filepath.Join(s.dir, "lake/backfill")); err == nil {
		t.Error("a replay is no backfill")
	}
}
