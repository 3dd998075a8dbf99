package pipeline_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/configs"
	"waymark/internal/pipeline"
	"waymark/load/lake"
)

// watched are tables of three kinds with an expression for the partition that a row is published in.
var watched = map[string]string{
	"waymark_raw.journey_event": "toString(event_date)",
	"cx_bi.fct_journey_event":   "toString(event_date)",
	"cx_bi.fct_survey_response": "'all'",
	"cx_bi.kpi_daily":           "'all'",
}

// reader polls the watched tables and notes what it saw of each partition: rows and the sum of their hashes.
type reader struct {
	s     *site
	polls int

	mu   sync.Mutex
	seen map[string]map[string]bool // by "table partition": the states
	errs []string
}

// states reads one table in one statement: what a dashboard would see.
func (s *site) states(ctx context.Context, table string) (map[string]string, error) {
	sql := fmt.Sprintf("SELECT %s AS partition, count(), sum(sipHash64(tuple(*))) FROM %s GROUP BY partition", watched[table], table)
	rows, err := s.warehouse.Query(ctx, sql, nil, true)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		cells, err := rows.Text()
		if err != nil {
			return nil, err
		}
		out[table+" "+cells[0]] = cells[1] + " " + cells[2]
	}
	return out, rows.Err()
}

// poll reads until stop is closed. A partition that it saw once and sees no more is noted as empty.
func (r *reader) poll(ctx context.Context, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		for table := range watched {
			states, err := r.s.states(ctx, table)
			r.mu.Lock()
			if err != nil {
				r.errs = append(r.errs, err.Error())
			} else {
				r.note(table, states)
			}
			r.mu.Unlock()
		}
		r.mu.Lock()
		r.polls++
		r.mu.Unlock()
	}
}

func (r *reader) note(table string, states map[string]string) {
	for key, state := range states {
		if r.seen[key] == nil {
			r.seen[key] = map[string]bool{}
		}
		r.seen[key][state] = true
	}
	for key, old := range r.seen {
		if _, ok := states[key]; !ok && strings.HasPrefix(key, table+" ") {
			old["empty"] = true
		}
	}
}

// A client that reads throughout first loads, corrections, repeats, a prune and a backfill sees each partition as it was before
// a run or as it is after it: never half, doubled or empty, and rows and hash belong together.
func TestReadersSeeWholePartitions(t *testing.T) {
	t.Parallel()
	s := newSite(t, "fct_survey_response", "fct_ticket", "kpi_daily")
	cfg := s.config(ticketsSource + surveySource)
	known := map[string]map[string]bool{}
	settle := func() {
		t.Helper()
		for table := range watched {
			states, err := s.states(t.Context(), table)
			if err != nil {
				t.Fatal(err)
			}
			for key, state := range states {
				if known[key] == nil {
					known[key] = map[string]bool{}
				}
				known[key][state] = true
			}
		}
	}
	s.write("in/a.csv", surveys(0, 600), 20*time.Hour)
	s.write("in/a.ndjson", tickets(1, 300, ""), 20*time.Hour)
	s.run(cfg)
	settle()

	r := &reader{s: s, seen: map[string]map[string]bool{}}
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() { r.poll(t.Context(), stop) })
	run := func(do func(*pipeline.Runner) error) {
		t.Helper()
		if err := do(s.runner(cfg)); err != nil {
			t.Error(err)
		}
		settle()
		r.await(t)
	}
	plain := func(p *pipeline.Runner) error { _, err := p.Run(t.Context(), nil); return err }
	run(plain) // nothing to do
	s.write("in/b.csv", surveys(600, 600), 19*time.Hour)
	run(plain)
	s.write("in/a.csv", strings.ReplaceAll(surveys(0, 600), ",nps,1", ",nps,2"), 18*time.Hour) // corrected
	s.write("in/a.ndjson", tickets(1, 280, ""), 18*time.Hour)
	run(plain)
	s.interrupt(cfg) // a run that died when it had journalled everything and staged nothing that is left
	run(plain)
	s.restructure("fct_survey_response") // the table as another version made it
	s.write("in/a.csv", strings.ReplaceAll(surveys(0, 600), ",nps,1", ",nps,3"), 17*time.Hour)
	run(plain)
	run(func(p *pipeline.Runner) error {
		_, err := p.Backfill(t.Context(), days(t, "2026-01-01", "2026-01-07"), nil)
		return err
	})
	if err := os.Remove(filepath.Join(s.dir, "in/b.csv")); err != nil {
		t.Fatal(err)
	}
	run(func(p *pipeline.Runner) error { p.Scope.Prune = true; return plain(p) })
	close(stop)
	group.Wait()

	if len(r.errs) > 0 {
		t.Errorf("%d reads failed: %s", len(r.errs), r.errs[0])
	}
	changed := 0
	for _, key := range slices.Sorted(maps.Keys(r.seen)) {
		for state := range r.seen[key] {
			if !known[key][state] {
				t.Errorf("%s was seen with %s; it was only ever %v", key, state, slices.Sorted(maps.Keys(known[key])))
			}
		}
		if len(r.seen[key]) > 1 {
			changed++
		}
	}
	if r.polls < 20 || changed < 8 {
		t.Errorf("%d polls saw %d of %d partitions change: the test shows nothing", r.polls, changed, len(r.seen))
	}
}

// interrupt leaves the ledgers as a run does that died in its first publish, between the journal entry and the record.
func (s *site) interrupt(cfg *configs.Config) {
	s.t.Helper()
	r := s.runner(cfg)
	for _, name := range []string{"raw", "mart"} {
		ledger, etag, err := r.Lake.ReadLedger(s.t.Context(), name)
		if err != nil {
			s.t.Fatal(err)
		}
		for key, e := range ledger.Partitions {
			table, partition, _ := strings.Cut(key, "/")
			if e.Rows == 0 || partition == "inputs" {
				continue
			}
			ledger.Intents = append(ledger.Intents, lake.Intent{Epoch: ledger.Epoch, Partition: key, Files: e.Files, Rows: e.Rows, HashSum: e.HashSum, Staging: table + "__e1_gone_1"})
			delete(ledger.Partitions, key)
		}
		if _, err := r.Lake.SwapLedger(s.t.Context(), name, ledger, etag); err != nil || len(ledger.Intents) == 0 {
			s.t.Fatal(name, len(ledger.Intents), err)
		}
	}
}

// restructure makes a model's table look as if it had been made by another version.
func (s *site) restructure(model string) {
	s.t.Helper()
	if err := s.warehouse.Exec(s.t.Context(), "ALTER TABLE waymark_mart."+model+" MODIFY COMMENT 'of another structure'", nil); err != nil {
		s.t.Fatal(err)
	}
}

// await lets the reader see the state that a run ended in.
func (r *reader) await(t *testing.T) {
	t.Helper()
	count := func() int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.polls
	}
	for from := count(); count() < from+2; {
		if t.Context().Err() != nil {
			t.Fatal(t.Context().Err())
		}
		time.Sleep(time.Millisecond)
	}
}
