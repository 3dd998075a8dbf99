package pipeline_test

import (
	"testing"
	"time"
)

// Views that somebody changed or dropped are made again by the next run, even one with nothing new; others are left alone.
func TestViewsAreMadeAgain(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 3), time.Hour)
	s.run(cfg)
	const made = "SELECT name, uuid FROM system.tables WHERE database = 'cx_bi' AND name IN ('fct_survey_response', 'dim_customer')"
	before := s.query(made)
	s.run(cfg)
	s.want(made, before...)
	for _, sql := range []string{"DROP VIEW cx_bi.fct_survey_response SYNC", "ALTER TABLE cx_bi.dim_customer MODIFY COMMENT 'mine'"} {
		if err := s.warehouse.Exec(t.Context(), sql, nil); err != nil {
			t.Fatal(err)
		}
		s.run(cfg)
		s.want("SELECT count(), countIf(comment = 'mine') FROM system.tables WHERE database = 'cx_bi' AND name IN ('fct_survey_response', 'dim_customer')", "2|0")
	}
}
