package pipeline_test

import (
	"testing"
	"time"

	"waymark/internal/pipeline"
)

// meanwhile calls do once, when the transform phase begins: after the listing, before the lease.
type meanwhile struct {
	pipeline.Silent
	do func()
}

func (m *meanwhile) Phase(name string, _ int) {
	if name == "transform" && m.do != nil {
		do := m.do
		m.do = nil
		do()
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
