package pipeline_test

import (
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

// Whatever is damaged, in the warehouse or in the lake, is named and rebuilt, and the marts are as before.
func TestRepair(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 60), 2*time.Hour)
	s.write("in/b.csv", surveys(60, 40), time.Hour)
	s.run(cfg)
	before := s.marts()
	deep := pipeline.VerifyOptions{Deep: true}
	if v, err := s.runner(cfg).VerifyOnly(t.Context(), deep); err != nil || !v.Clean() || v.Files != 10 {
		t.Fatalf("verify --deep: %+v, error %v", v, err)
	}
	file := func() string {
		files, err := filepath.Glob(filepath.Join(s.dir, "lake/data/journey_event/2026-01-02/*.parquet"))
		if err != nil || len(files) != 2 {
			t.Fatal(files, err)
		}
		return files[0]
	}
	damages := map[string]struct {
		do    func() error
		named string
	}{
		"missing file":     {func() error { return os.Remove(file()) }, "it is missing"},
		"truncated file":   {func() error { return os.Truncate(file(), 100) }, "the content is not what the name says"},
		"corrupt manifest": {func() error { damageManifest(t, s, "surveys"); return nil }, "corrupt manifest manifests/surveys/"},
		"lost partition": {func() error {
			return s.warehouse.Exec(t.Context(), "ALTER TABLE waymark_raw.journey_event DROP PARTITION ID '20260102'", nil)
		}, "missing in the warehouse"},
		"lost mart": {func() error { return s.warehouse.Exec(t.Context(), "TRUNCATE TABLE waymark_mart.dim_customer", nil) }, "missing in the warehouse"},
		"ledger that says otherwise": {func() error {
			r := s.runner(cfg)
			ledger, etag, err := r.Lake.ReadLedger(t.Context(), "raw")
			if err != nil {
				return err
			}
			e := ledger.Partitions["journey_event/2026-01-02"]
			e.Rows++
			ledger.Partitions["journey_event/2026-01-02"] = e
			_, err = r.Lake.SwapLedger(t.Context(), "raw", ledger, etag)
			return err
		}, "the ledger says 21 rows, the warehouse holds 20"},
		"corrupt ledger": {func() error { return os.WriteFile(filepath.Join(s.dir, "lake/ledger/raw.json"), []byte("{"), 0o644) }, ""},
	}
	for name, d := range damages {
		if err := d.do(); err != nil {
			t.Fatal(err)
		}
		r := s.runner(cfg)
		rep, err := r.Repair(t.Context(), deep)
		if err != nil || !rep.Left.Clean() || len(rep.Lost) > 0 {
			t.Fatalf("%s: %+v, error %v", name, rep, err)
		}
		if !strings.Contains(fmt.Sprint(rep.Found.Differences), d.named) || d.named == "" && len(rep.Aside) != 1 {
			t.Errorf("%s is not named in %v", name, rep.Found.Differences)
		}
		if got := s.marts(); got != before {
			t.Errorf("after the repair of a %s the marts are\n%s\nnot\n%s", name, got, before)
		}
	}
}

// The ETag of a large file in a directory comes from reading it, also when its manifest is damaged.
func TestRepairOfALargeFile(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", padded(surveys(0, 60), 9<<20), time.Hour)
	s.run(cfg)
	before := s.marts()
	damageManifest(t, s, "surveys")
	rep, err := s.runner(cfg).Repair(t.Context(), pipeline.VerifyOptions{})
	if err != nil || !rep.Left.Clean() || len(rep.Lost) > 0 {
		t.Errorf("%+v, error %v", rep, err)
	}
	if s.marts() != before {
		t.Error("the marts changed")
	}
}

// padded gives the first answer a comment, which nobody reads, so that the file is of some size.
func padded(csv string, size int) string {
	head, rest, _ := strings.Cut(csv, "\n")
	first, rest, _ := strings.Cut(rest, "\n")
	return head + ",comment\n" + first + "," + strings.Repeat("x", size) + "\n" + strings.ReplaceAll(rest, ".com\n", ".com,\n")
}

// A damaged document whose object is gone cannot be made again: it stays, and so do the rows.
func TestRepairKeepsWhatCannotBeMadeAgain(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 60), time.Hour)
	s.run(cfg)
	before := s.marts()
	if err := os.Rename(filepath.Join(s.dir, "in"), filepath.Join(s.dir, "out")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(s.dir, "in"), 0o755); err != nil {
		t.Fatal(err)
	}
	damageManifest(t, s, "surveys")
	rep, err := s.runner(cfg).Repair(t.Context(), pipeline.VerifyOptions{})
	if !errors.Is(err, lake.ErrCorrupt) || rep == nil || len(rep.Lost) != 1 {
		t.Errorf("%+v, error %v", rep, err)
	}
	if s.marts() != before {
		t.Error("rows were lost")
	}
}

func TestVerifyTable(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 60), time.Hour)
	s.run(cfg)
	if err := s.warehouse.Exec(t.Context(), "TRUNCATE TABLE waymark_mart.dim_customer", nil); err != nil {
		t.Fatal(err)
	}
	r := s.runner(cfg)
	for table, clean := range map[string]bool{"dim_customer": false, "journey_event": true, "fct_survey_response": true} {
		v, err := r.VerifyOnly(t.Context(), pipeline.VerifyOptions{Table: table})
		if err != nil || v.Clean() != clean || v.Tables != 1 {
			t.Errorf("%s: %+v, error %v", table, v, err)
		}
	}
	// A table that is empty by the ledger too: only that it is gone can be told.
	if err := s.warehouse.Exec(t.Context(), "DROP TABLE waymark_mart.identity_edge", nil); err != nil {
		t.Fatal(err)
	}
	for table, found := range map[string]int{"identity_edge": 1, "ticket": 0} {
		if v, err := r.VerifyOnly(t.Context(), pipeline.VerifyOptions{Table: table}); err != nil || len(v.Differences) != found {
			t.Errorf("empty %s: %+v, error %v", table, v, err)
		}
	}
	_, err := r.VerifyOnly(t.Context(), pipeline.VerifyOptions{Table: "journey_events"})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.HintOf(err), "journey_event") {
		t.Errorf("unknown table: %v, hint %q", err, fault.HintOf(err))
	}
}

// A damaged column file is found and its partition published anew, in a lake table whose changes the models want to know, in a column
// that no sum is of, and in marts.
func TestRepairOfADamagedColumn(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 60), time.Hour)
	s.run(cfg)
	before := s.marts()
	for _, column := range []string{"waymark_raw.journey_event.row_hash", "waymark_raw.journey_event.survey_id", "waymark_mart.fct_journey_event.survey_id", "waymark_mart.dim_customer.customer_key"} {
		s.damage(column)
		rep, err := s.runner(cfg).Repair(t.Context(), pipeline.VerifyOptions{})
		if err != nil || !rep.Left.Clean() {
			t.Fatalf("%s: %+v, error %v\n%s", column, rep, err, s.log.String())
		}
		if len(rep.Found.Differences) != 1 || !strings.Contains(rep.Found.Differences[0].Problem, "cannot be read") {
			t.Errorf("%s: found %+v", column, rep.Found.Differences)
		}
		if got := s.marts(); got != before {
			t.Errorf("after the repair of %s the marts are\n%s\nnot\n%s", column, got, before)
		}
	}
	// Nor does damage that nobody has found yet keep a partition from being replaced.
	s.damage("waymark_raw.journey_event.survey_id")
	s.write("in/a.csv", surveys(0, 70), 0)
	s.run(cfg)
	if v, err := s.runner(cfg).VerifyOnly(t.Context(), pipeline.VerifyOptions{Deep: true}); err != nil || !v.Clean() {
		t.Errorf("verify --deep: %+v, error %v", v, err)
	}
}

// damage overwrites a column's file in one part, which it first gives a file for each column.
func (s *site) damage(column string) {
	s.t.Helper()
	name := strings.Split(column, ".")
	table := name[0] + "." + name[1]
	for _, sql := range []string{
		"ALTER TABLE " + table + " MODIFY SETTING min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0",
		"OPTIMIZE TABLE " + table + " FINAL",
	} {
		if err := s.warehouse.Exec(s.t.Context(), sql, nil); err != nil {
			s.t.Fatal(err)
		}
	}
	part := s.query("SELECT path FROM system.parts WHERE active AND database = '" + name[0] + "' AND `table` = '" + name[1] + "' ORDER BY partition_id LIMIT 1")
	file := filepath.Join(part[0], name[2]+".bin")
	data, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := len(data) / 2; i < len(data); i++ {
		data[i] ^= 0xff
	}
	if err := os.WriteFile(file, data, 0o640); err != nil {
		s.t.Fatal(err)
	}
}
