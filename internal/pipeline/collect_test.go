package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"waymark/internal/pipeline"
	"waymark/load/lake"
	"waymark/schemas"
)

// Orphans past the grace and leftover staging tables go; what a manifest names and what is young stays.
func TestCollect(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 50), time.Hour)
	s.run(cfg)
	orphan := func(name string, age time.Duration) string {
		key := "data/journey_event/2026-01-01/" + name + ".parquet"
		file := filepath.Join(s.dir, "lake", key)
		if err := errors.Join(os.WriteFile(file, []byte("left by a crash"), 0o644), os.Chtimes(file, time.Now(), time.Now().Add(-age))); err != nil {
			t.Fatal(err)
		}
		return key
	}
	old, young := orphan("old", 25*time.Hour), orphan("young", 23*time.Hour)
	if _, err := s.warehouse.NewStaging(t.Context(), schemas.JourneyEvent, "e1_raw_1"); err != nil {
		t.Fatal(err)
	}
	r := s.runner(cfg)
	day := 24 * time.Hour
	g, err := r.Collect(t.Context(), pipeline.CollectOptions{Grace: day})
	if err != nil || len(g.Files) != 1 || g.Files[0].Key != old || g.Bytes != 15 || g.Young != 1 || g.Deleted || len(g.Stagings) != 1 || len(g.Unknown) != 0 {
		t.Fatalf("dry run: %+v, error %v", g, err)
	}
	exists := func(key string) bool { _, err := os.Stat(filepath.Join(s.dir, "lake", key)); return err == nil }
	if !exists(old) {
		t.Error("the dry run deleted something")
	}
	lease, err := pipeline.AcquireLease(t.Context(), r.LakeObjects, "a-run", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Collect(t.Context(), pipeline.CollectOptions{Grace: day, Delete: true}); !errors.Is(err, pipeline.ErrLeaseHeld) {
		t.Errorf("deleting beside a publish: %v", err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g, err = r.Collect(t.Context(), pipeline.CollectOptions{Grace: day, Delete: true}); err != nil || !g.Deleted {
		t.Fatal(g, err)
	}
	if exists(old) || !exists(young) {
		t.Errorf("the old orphan is there: %v, the young one: %v", exists(old), exists(young))
	}
	s.want("SELECT count() FROM system.tables WHERE database = 'waymark_stage'", "0")
	s.run(cfg)
	s.verify(cfg)

	// Of a source that is no longer configured, everything stays and is only named.
	renamed := s.config(strings.Replace(surveySource, "name: surveys", "name: other", 1))
	if g, err = s.runner(renamed).Collect(t.Context(), pipeline.CollectOptions{Delete: true}); err != nil ||
		len(g.Files) != 1 || g.Files[0].Key != young || len(g.Unknown) != 1 || g.Unknown[0].Source != "surveys" {
		t.Errorf("%+v, error %v", g, err)
	}
	s.verify(cfg)

	// Nobody can tell what a corrupt manifest names, so nothing is deleted.
	key := damageManifest(t, s, "surveys")
	if _, err := r.Collect(t.Context(), pipeline.CollectOptions{Delete: true}); !errors.Is(err, lake.ErrCorrupt) || !strings.Contains(err.Error(), key) {
		t.Errorf("with a corrupt manifest: %v", err)
	}
}

// A run that is about to name an old orphan makes it young first, so that gc, which has not seen the manifest, lets it be.
func TestOrphanIsRenewed(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 5), time.Hour)
	s.run(cfg)
	files, err := filepath.Glob(filepath.Join(s.dir, "lake/data/journey_event/*/*.parquet"))
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	long := time.Now().Add(-48 * time.Hour)
	for _, f := range files {
		if err := os.Chtimes(f, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(s.dir, "lake/manifests")); err != nil { // as if the run had died before its manifest
		t.Fatal(err)
	}
	r := s.runner(cfg)
	if g, err := r.Collect(t.Context(), pipeline.CollectOptions{Grace: time.Hour}); err != nil || len(g.Files) != 5 {
		t.Fatalf("%+v, error %v", g, err)
	}
	r.Scope.Shard = pipeline.Shard{Index: 0, Count: 1} // commits and does not publish
	if _, err := r.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || time.Since(info.ModTime()) > time.Hour {
			t.Errorf("%s was not renewed: error %v", f, err)
		}
	}
	s.verify(cfg)
}
