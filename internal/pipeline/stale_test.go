package pipeline_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/extract/store"
	"waymark/internal/object"
	"waymark/internal/pipeline"
	"waymark/load/lake"
)

// meanwhile calls do once, when the transform phase begins: after the listing, before the lease.
type meanwhile struct {
	pipeline.Silent
	once sync.Once
	do   func()
}

func (m *meanwhile) Phase(name string, _ int) {
	if name == "transform" {
		m.once.Do(m.do)
	}
}

// A run that listed its sources before another run published must not put the older state back.
func TestRunThatListedBeforeAnotherPublished(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 20), 2*time.Hour)
	s.run(cfg)
	slow := s.runner(cfg)
	slow.Progress = &meanwhile{do: func() {
		s.write("in/b.csv", surveys(100, 20), time.Hour)
		s.run(cfg)
		s.want("SELECT count() FROM cx_bi.fct_survey_response", "40")
	}}
	if _, err := slow.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT count() FROM cx_bi.fct_survey_response", "40")
	s.verify(cfg)
}

// listing calls do once, when manifests are about to be listed.
type listing struct {
	store.Store
	once sync.Once
	do   func()
}

func (l *listing) List(ctx context.Context, prefix string, yield func(object.Info) error) error {
	if strings.HasPrefix(prefix, "manifests/") {
		l.once.Do(l.do)
	}
	return l.Store.List(ctx, prefix, yield)
}

// What another run reads while one that prunes lists is not gone: the manifest must not be newer than the listing.
func TestPruneThatListsWhileAnotherRuns(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 20), 2*time.Hour)
	s.run(cfg)
	r := s.runner(cfg)
	r.Scope.Prune = true
	l := &listing{Store: r.LakeObjects, do: func() {
		time.Sleep(300 * time.Millisecond) // for a listing that does not wait
		s.write("in/b.csv", surveys(100, 20), time.Hour)
		shard := s.runner(cfg) // commits and does not publish
		shard.Scope.Shard = pipeline.Shard{Index: 0, Count: 1}
		if _, err := shard.Run(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}}
	r.LakeObjects, r.Lake = l, lake.Open(l)
	if report, err := r.Run(t.Context(), nil); err != nil || report.Sources[0].Pruned != 0 {
		t.Errorf("report %+v, error %v", report, err)
	}
	s.want("SELECT count() FROM cx_bi.fct_survey_response", "40")
	s.verify(cfg)
}
