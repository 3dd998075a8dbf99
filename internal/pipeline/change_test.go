package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/internal/pipeline"
	"waymark/load/lake"
	"waymark/transform/models"
)

const surveySource = `  - name: surveys
    system: survey
    export: responses
    location: $DIR/in/*.csv*
`

func surveys(first, n int) string {
	var b strings.Builder
	b.WriteString("response_id,answered_at,kind,score,email\n")
	for i := first; i < first+n; i++ {
		fmt.Fprintf(&b, "r%d,2026-01-%02dT10:00:00Z,nps,%d,p%d@example.com\n", i, 1+i%5, i%11, i%7)
	}
	return b.String()
}

// A corrected export replaces its rows, a repeated one adds nothing, a broken one keeps the last good version.
func TestObjectsChangeTheirMinds(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 20), 3*time.Hour)
	s.run(cfg)
	s.want("SELECT count(), uniqExact(survey_id) FROM waymark_raw.journey_event", "20|20")

	s.write("in/b.csv", surveys(0, 20), 2*time.Hour) // the same answers under another key
	s.run(cfg)
	s.want("SELECT count(), uniqExact(survey_id) FROM waymark_raw.journey_event", "20|20")

	s.write("in/b.csv", strings.ReplaceAll(surveys(20, 10), "nps", "ces"), 90*time.Minute) // out of scale in parts
	report := s.run(cfg)
	if got := report.Sources[0].Rejects; got == 0 {
		t.Error("scores of 0 and above 7 are no ces scores; none was rejected")
	}
	s.verify(cfg)

	before := s.marts()
	s.write("in/b.csv.gz", surveys(40, 5), time.Hour)
	file := filepath.Join(s.dir, "in/b.csv.gz")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, whole[:len(whole)-20], 0o644); err != nil {
		t.Fatal(err)
	}
	report = s.run(cfg)
	if status, err := s.runner(cfg).Status(t.Context(), nil); err != nil || !status.Aside() || status.Sources[0].Newest.After(time.Date(2026, 2, 28, 23, 30, 0, 0, time.UTC)) {
		t.Errorf("status %+v, error %v: what is set aside makes nothing newer", status, err)
	}
	if q := report.Sources[0].Quarantined; len(q) != 1 || q[0].Reason != "truncated" {
		t.Errorf("a truncated archive gave %+v", q)
	}
	if s.marts() != before {
		t.Error("a quarantined object changed the marts")
	}
	s.want("SELECT countIf(reason = 'truncated') FROM waymark_raw.reject", "1")
	s.verify(cfg)
}

// A correction that is taken back: the first version is the newest one again, also for whoever lists nothing.
func TestCorrectionTakenBack(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	first := surveys(0, 20)
	for i, text := range []string{
		first, strings.ReplaceAll(first, ",nps,", ",rating,"), // is set aside: most scores are no ratings
		strings.ReplaceAll(first, "@example.com", "@example.org"), first,
	} {
		s.write("in/a.csv", text, time.Duration(6-i)*time.Hour)
		s.run(cfg)
		s.verify(cfg)
	}
	got := s.marts()
	clean := newSite(t)
	clean.write("in/a.csv", first, 3*time.Hour)
	clean.run(clean.config(surveySource))
	if want := clean.marts(); got != want {
		t.Errorf("marts\n%s\nof a clean run\n%s", got, want)
	}
	// Delivered again, unchanged: nothing to do.
	s.write("in/a.csv", first, time.Hour)
	if n := s.run(cfg).Sources[0].Transformed; n != 0 {
		t.Errorf("%d objects were read, want none", n)
	}
	s.verify(cfg)
}

// A contract that had not begun when it was exported has begun in the next export, also where that is the same to the byte.
func TestAnExportOfAnotherTime(t *testing.T) {
	s := newWholeSite(t)
	s.models = []models.Model{}
	cfg := s.config("  - { name: contracts, system: billing, export: contracts, location: \"$DIR/in/*.csv\", currency: EUR }\n")
	for _, export := range []struct {
		age        time.Duration
		read, rows int
	}{{20 * 24 * time.Hour, 1, 0}, {10 * 24 * time.Hour, 1, 1}, {10 * 24 * time.Hour, 0, 1}} {
		s.write("in/contracts.csv", "contract_id,started_at,mrr\nc1,2026-02-15T00:00:00Z,10\n", export.age)
		if n := s.run(cfg).Sources[0].Transformed; n != export.read {
			t.Errorf("%d objects were read, want %d", n, export.read)
		}
		s.want("SELECT count() FROM waymark_raw.journey_event WHERE event_type = 'contract_started' AND NOT is_deleted", fmt.Sprint(export.rows))
	}
	s.verify(cfg)
}

// The same objects give the same marts, whatever the number of workers: at once, or one by one with the newest first.
func TestOrderAndWorkersDoNotMatter(t *testing.T) {
	deliver := []func(s *site){
		func(s *site) { s.write("in/c.csv", surveys(100, 50), time.Hour) },
		func(s *site) { s.write("in/b.csv.gz", surveys(400, 500), 2*time.Hour) },
		func(s *site) { s.write("in/a.csv", surveys(0, 500), 3*time.Hour) },
	}
	digest := func(each bool, workers string) string {
		s := newSite(t)
		cfg := s.config(surveySource, "resources: { workers: "+workers+" }")
		for i, d := range deliver {
			d(s)
			if each || i == len(deliver)-1 {
				s.run(cfg)
			}
		}
		s.verify(cfg)
		return s.marts()
	}
	want := digest(false, "1")
	if !strings.Contains(want, "fct_survey_response 900|") {
		t.Errorf("want 900 answers in\n%s", want)
	}
	if got := digest(true, "4"); got != want {
		t.Errorf("marts depend on the order of delivery:\n%s\nand\n%s", want, got)
	}
}

// A partition that would lose most of its rows stops the publish with kind Gate until the loss is accepted.
func TestVolumeGuard(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 500), 3*time.Hour)
	s.run(cfg)
	before := s.marts()
	s.write("in/a.csv", surveys(0, 10), time.Hour)
	s.interrupt(cfg) // nor does a crash make it forget what there was
	r := s.runner(cfg)
	if _, err := r.Run(t.Context(), nil); !fault.Is(err, fault.Gate) {
		t.Fatalf("error %v, want kind gate", err)
	}
	if s.marts() != before {
		t.Error("the refused publish changed the marts")
	}
	if status, err := r.Status(t.Context(), nil); err != nil || !status.Behind() {
		t.Errorf("status %+v, error %v: what was refused waits to be published", status, err)
	}
	r.AcceptLoss = true
	if _, err := r.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT count() FROM waymark_raw.journey_event", "10")
	s.verify(cfg)
	if status, err := r.Status(t.Context(), nil); err != nil || status.Behind() {
		t.Errorf("status %+v, error %v: nothing waits", status, err)
	}
	// Of a lake that knows nothing of the warehouse no run takes what is there for somebody's rubbish.
	s.write("in/a.csv", surveys(0, 500), time.Hour)
	s.run(cfg)
	for _, name := range []string{"lake", "in"} {
		if err := os.RemoveAll(filepath.Join(s.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s.write("in/b.csv", strings.ReplaceAll(surveys(0, 10), "2026-01-", "2026-02-"), time.Hour)
	if _, err := s.runner(cfg).Run(t.Context(), nil); !fault.Is(err, fault.Gate) {
		t.Errorf("another lake: error %v, want kind gate", err)
	}
}

// unrecorded fails every write of the ledger after the first, which journals: nothing that is published is recorded.
type unrecorded struct {
	store.Store
	journalled bool
}

func (u *unrecorded) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error) {
	if key == "ledger/raw.json" {
		if u.journalled {
			return object.Info{}, errFault
		}
		u.journalled = true
	}
	return u.Store.Put(ctx, key, body, size, cond)
}

// A loss that was accepted and published need not be accepted again because the run failed before it recorded that.
func TestAcceptedLossIsNotForgotten(t *testing.T) {
	s := newWholeSite(t)
	s.models = []models.Model{}
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 300), 3*time.Hour)
	s.run(cfg)
	for i, text := range []string{surveys(0, 300), surveys(0, 10)} { // moved to other days, then shrunk
		text = strings.ReplaceAll(text, "2026-01-", "2026-02-")
		s.write("in/a.csv", text, time.Duration(2-i)*time.Hour)
		r := s.runner(cfg)
		u := &unrecorded{Store: r.LakeObjects}
		r.Lake, r.AcceptLoss = lake.Open(u), true
		if _, err := r.Run(t.Context(), nil); !errors.Is(err, errFault) {
			t.Fatalf("error %v, want the injected fault", err)
		}
		s.run(cfg)
		s.verify(cfg)
		s.want("SELECT count() FROM waymark_raw.journey_event", fmt.Sprint(strings.Count(text, "\n")-1))
	}
}

// Of a full source only the export with the greatest key counts, in natural order.
func TestFullSourceTakesTheNewestExport(t *testing.T) {
	s := newSite(t)
	cfg := s.config(strings.TrimRight(surveySource, "\n") + "\n    mode: full\n")
	s.write("in/export-10.csv", surveys(100, 3), 2*time.Hour)
	s.write("in/export-9.csv", surveys(0, 4), time.Hour)
	s.run(cfg)
	s.want("SELECT count(), min(survey_id) FROM waymark_raw.journey_event", "3|r100")
	s.verify(cfg)
}

// A run that finds the lease taken stops with ErrLeaseHeld and names the holder.
func TestLeaseAdmitsOnePublisher(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 5), time.Hour)
	r := s.runner(cfg)
	lease, err := pipeline.AcquireLease(t.Context(), r.LakeObjects, "another-pod", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Run(t.Context(), nil); !errors.Is(err, pipeline.ErrLeaseHeld) || !strings.Contains(err.Error(), "another-pod") {
		t.Errorf("error %v, want ErrLeaseHeld naming the holder", err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// Whatever is done to the warehouse behind Waymark's back, the next run repairs it.
func TestReconcile(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 50), time.Hour)
	s.run(cfg)
	before := s.marts()
	for _, damage := range []string{
		"TRUNCATE TABLE waymark_mart.fct_survey_response",
		"ALTER TABLE waymark_raw.journey_event DROP PARTITION ID '20260102'",
		"INSERT INTO waymark_raw.journey_event SELECT * FROM waymark_raw.journey_event LIMIT 3",
		"INSERT INTO waymark_raw.journey_event (event_date, event_id) SELECT toDate('2031-01-02'), generateUUIDv4() FROM numbers(60)",
		"DROP TABLE waymark_mart.dim_customer",
		"DROP DATABASE cx_bi",
		// What an engine leaves that is killed in CREATE OR REPLACE.
		"CREATE TABLE waymark_mart._tmp_replace_9a7240443d78e9b9_fpkfqadua1ad904c AS waymark_mart.dim_customer",
		"CREATE VIEW cx_bi._tmp_replace_9a7240443d78e9b9_gpkfqadua1ad904c AS SELECT 1",
	} {
		if err := s.warehouse.Exec(t.Context(), damage, nil); err != nil {
			t.Fatal(err)
		}
		s.run(cfg)
		s.verify(cfg)
		if got := s.marts(); got != before {
			t.Errorf("after %s the marts are\n%s\nnot\n%s", damage, got, before)
		}
		s.want("SELECT count() FROM cx_bi.fct_survey_response", "50")
		s.want("SELECT count() FROM system.tables WHERE startsWith(name, '_tmp_replace_')", "0")
	}
}
