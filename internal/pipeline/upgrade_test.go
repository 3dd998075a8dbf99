package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A warehouse whose tables are those of any earlier version, with rows in them, is migrated before anything is staged; the
// run puts right what it holds, and the marts are those of a new warehouse.
func TestRunOnTablesOfEveryVersion(t *testing.T) {
	files, err := filepath.Glob("../../load/clickhouse/testdata/tables/*.sql")
	if err != nil || len(files) < 2 {
		t.Fatalf("frozen tables: %v, %v", files, err)
	}
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 60), time.Hour)
	s.run(cfg)
	want := s.marts()
	exec := func(sql string) {
		t.Helper()
		if err := s.warehouse.Exec(t.Context(), sql, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, database := range []string{"waymark_raw", "waymark_ops"} {
			exec("DROP DATABASE " + database + " SYNC")
			exec("CREATE DATABASE " + database)
		}
		for sql := range strings.SplitSeq(string(text), ";\n") {
			if strings.TrimSpace(sql) != "" {
				exec(sql)
			}
		}
		exec("INSERT INTO waymark_raw.journey_event (event_date, event_id) SELECT toDate('2026-01-02') + number, generateUUIDv4() FROM numbers(9)")
		exec("INSERT INTO waymark_raw.customer (bucket) VALUES (3)")
		exec("INSERT INTO waymark_ops.object (source, object) VALUES ('surveys', 'gone')")
		s.run(cfg)
		s.verify(cfg)
		if got := s.marts(); got != want {
			t.Errorf("%s: the marts are\n%s\nnot\n%s", file, got, want)
		}
		s.want("SELECT source, object, status, run_id FROM waymark_ops.object", "surveys|a.csv|committed|")
		s.want("SELECT count() > 0, min(published_at) > '2026-01-01', max(files) FROM waymark_ops.partition WHERE table = 'journey_event'", "1|1|1")
		s.want("SELECT source, objects, rows, overdue, toYear(last_success_at) >= 2026 FROM waymark_ops.freshness", "surveys|1|60||1")
		s.want("SELECT count() > 0 FROM waymark_ops.run FINAL WHERE status = 'done'", "1")
	}
}
