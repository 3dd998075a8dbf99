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

// Shards commit manifests and publish nothing; together they are everything, and a plain run publishes it.
func TestShards(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	const objects = 60 // their places are other ones in every run: of a dozen a shard may well get none
	for i := range objects {
		s.write(fmt.Sprintf("in/%d.csv", i), surveys(i*2, 2), time.Hour)
	}
	total := 0
	for i := range 3 {
		r, err := pipeline.New(t.Context(), pipeline.Options{Config: cfg, Scope: pipeline.Scope{Shard: pipeline.Shard{Index: i, Count: 3}}})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		report, err := r.Run(t.Context(), nil) // needs no warehouse
		if err != nil {
			t.Fatal(err)
		}
		if n := report.Sources[0].Transformed; n == 0 || n == objects {
			t.Errorf("shard %d took %d of %d objects", i, n, objects)
		}
		total += report.Sources[0].Transformed
	}
	if total != objects {
		t.Errorf("the shards took %d objects, want each of %d once", total, objects)
	}
	report := s.run(cfg)
	if report.Sources[0].Transformed != 0 {
		t.Errorf("the plain run transformed %d objects again", report.Sources[0].Transformed)
	}
	s.want("SELECT count() FROM waymark_raw.journey_event", "120")
	s.verify(cfg)
}

func TestParseShard(t *testing.T) {
	for text, want := range map[string]string{"0/1": "0/1", "3/4": "3/4", "4/4": "", "-1/4": "", "1": "", "/": "", "1/0": "", "1/2/3": "", "": ""} {
		got, err := pipeline.ParseShard(text)
		if want == "" && !fault.Is(err, fault.Invalid) || want != "" && (err != nil || got.String() != want) {
			t.Errorf("ParseShard(%q) = %v, %v", text, got, err)
		}
	}
	// The cut is a promise: shards of different versions must agree on it.
	if one := (pipeline.Shard{Index: 1, Count: 3}); !one.Has("s3://bucket/a.csv") && !one.Has("s3://bucket/b.csv") && !one.Has("s3://bucket/c.csv") && !one.Has("s3://bucket/d.csv") {
		t.Error("the stable hash changed")
	}
}

func TestSince(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/old.csv", surveys(0, 10), 48*time.Hour)
	s.write("in/new.csv", surveys(10, 10), time.Hour)
	r := s.runner(cfg)
	r.Scope.Since = time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)
	if _, err := r.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT count() FROM waymark_raw.journey_event", "10")
	s.run(cfg)
	s.want("SELECT count() FROM waymark_raw.journey_event", "20")
}

// Objects that left the listing keep their rows until a run prunes them, under the volume guard.
func TestPrune(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 500), 3*time.Hour)
	s.write("in/b.csv", surveys(500, 20), 2*time.Hour)
	s.run(cfg)
	s.write("in/b.csv", surveys(500, 30), time.Hour) // a second version: neither of the two may come back
	s.run(cfg)
	before := s.marts()
	remove := func(name string) {
		t.Helper()
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	remove("in/b.csv")
	s.run(cfg)
	if s.marts() != before {
		t.Error("a plain run removed rows of an object that is gone")
	}
	r := s.runner(cfg)
	r.Scope.Prune = true
	plan, err := r.Plan(t.Context(), nil)
	if err != nil || len(plan.Objects) != 1 || plan.Objects[0].Reason != pipeline.Gone || !strings.HasSuffix(plan.Objects[0].Object, "b.csv") {
		t.Errorf("plan %+v, error %v", plan, err)
	}
	if !strings.Contains(fmt.Sprint(plan.Partitions), "are gone") {
		t.Errorf("plan does not say why partitions change: %+v", plan.Partitions)
	}
	report, err := r.Run(t.Context(), nil)
	if err != nil || report.Sources[0].Pruned != 1 || report.Idle() {
		t.Errorf("report %+v, error %v", report, err)
	}
	s.want("SELECT count() FROM waymark_raw.journey_event", "500")
	s.run(cfg)
	s.want("SELECT count() FROM waymark_raw.journey_event", "500")
	s.verify(cfg)

	s.write("in/c.csv", surveys(500, 20), time.Hour)
	s.run(cfg)
	before = s.marts()
	remove("in/a.csv")
	if _, err := r.Run(t.Context(), nil); !fault.Is(err, fault.Gate) {
		t.Errorf("most rows would go: %v, want kind gate", err)
	}
	remove("in/c.csv")
	if _, err := r.Run(t.Context(), nil); !fault.Is(err, fault.Gate) || !strings.Contains(err.Error(), "nothing is left") {
		t.Errorf("an empty listing: %v, want kind gate", err)
	}
	s.run(cfg)
	if s.marts() != before {
		t.Error("a refused prune changed the marts")
	}
	r.AcceptLoss = true
	if _, err := r.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT count() FROM waymark_raw.journey_event", "0")
	s.verify(cfg)
}

// A corrupt manifest stops its own source, by name, and no other; what it named stays published.
func TestCorruptManifest(t *testing.T) {
	s := newSite(t)
	other := strings.NewReplacer("name: surveys", "name: more", "$DIR/in/", "$DIR/more/").Replace(surveySource)
	cfg := s.config(surveySource + other)
	s.write("in/a.csv", surveys(0, 50), time.Hour)
	s.write("more/b.csv", surveys(100, 20), time.Hour)
	s.run(cfg)
	key := damageManifest(t, s, "surveys")
	s.write("more/c.csv", strings.ReplaceAll(surveys(200, 20), "2026-01", "2026-02"), time.Hour)
	r := s.runner(cfg)
	_, err := r.Run(t.Context(), nil)
	if !errors.Is(err, lake.ErrCorrupt) || !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "surveys") {
		t.Errorf("error %v, want the manifest named, kind invalid", err)
	}
	s.want("SELECT count() FROM waymark_raw.journey_event", "90")
	// Of these days nobody can tell what the manifest named: they wait.
	s.write("more/d.csv", surveys(300, 20), time.Hour)
	if _, err := r.Run(t.Context(), nil); !errors.Is(err, lake.ErrCorrupt) {
		t.Errorf("error %v", err)
	}
	s.want("SELECT count() FROM waymark_raw.journey_event", "90")
	status, err := r.Status(t.Context(), nil)
	if err != nil || !errors.Is(status.Err(), lake.ErrCorrupt) || len(status.Sources) != 2 {
		t.Errorf("status %+v, error %v", status, err)
	}
	if rep, err := s.runner(cfg).Repair(t.Context(), pipeline.VerifyOptions{}); err != nil || !rep.Left.Clean() {
		t.Errorf("repair: %+v, error %v", rep, err)
	}
	s.want("SELECT count() FROM waymark_raw.journey_event", "110")
}

// The guard counts what is left after duplicates are resolved; when it refuses then, the prune is taken back.
func TestPruneIsTakenBack(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 500), 3*time.Hour)
	s.write("in/b.csv", surveys(0, 200), 2*time.Hour)
	s.write("in/c.csv", surveys(0, 200), time.Hour)
	s.run(cfg)
	before := s.marts()
	if err := os.Remove(filepath.Join(s.dir, "in/a.csv")); err != nil {
		t.Fatal(err)
	}
	r := s.runner(cfg)
	r.Scope.Prune = true
	if _, err := r.Run(t.Context(), nil); !fault.Is(err, fault.Gate) {
		t.Fatalf("error %v, want kind gate", err)
	}
	if report := s.run(cfg); !report.Idle() {
		t.Errorf("a refused prune left work behind: %+v", report)
	}
	if s.marts() != before {
		t.Error("a refused prune changed the marts")
	}
	s.verify(cfg)
}

// damageManifest cuts the first manifest of a source short and returns its key.
func damageManifest(t *testing.T, s *site, source string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "lake/manifests", source, "*/*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	if err := os.Truncate(files[0], 100); err != nil {
		t.Fatal(err)
	}
	return "manifests/" + source + "/" + filepath.Base(filepath.Dir(files[0])) + "/" + filepath.Base(files[0])
}

// What a newer version wrote is refused before anything is read or published.
func TestNewerDocuments(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 50), time.Hour)
	s.run(cfg)
	s.write("in/b.csv", surveys(50, 50), time.Hour)
	before := s.marts()
	for _, file := range []string{"ledger/raw.json", "ledger/mart.json", "manifests/surveys/0123456789abcdef0123456789abcdef.json"} {
		back := replaceFile(t, filepath.Join(s.dir, "lake", file), `{"format":99}`)
		r := s.runner(cfg)
		calls := map[string]error{}
		_, calls["run"] = r.Run(t.Context(), nil)
		_, calls["plan"] = r.Plan(t.Context(), nil)
		_, calls["status"] = r.Status(t.Context(), nil)
		_, calls["verify"] = r.Verify(t.Context())
		for name, err := range calls {
			if !errors.Is(err, lake.ErrNewer) || !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), filepath.Base(file)) && !strings.Contains(err.Error(), "ledger") {
				t.Errorf("%s with a newer %s: %v", name, file, err)
			}
		}
		if s.marts() != before {
			t.Errorf("%s: something was published", file)
		}
		back()
	}
	if s.run(cfg); s.marts() == before {
		t.Error("there was nothing to publish all the time")
	}
}

// replaceFile gives a file another content until back is called.
func replaceFile(t *testing.T, file, text string) (back func()) {
	t.Helper()
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	there := err == nil
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return func() {
		err := os.Remove(file)
		if there {
			err = errors.Join(err, os.WriteFile(file, old, 0o644))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
