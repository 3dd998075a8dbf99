package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"waymark/internal/pipeline"
	"waymark/load/lake"
)

// stopAt closes a channel after n steps of a phase.
type stopAt struct {
	pipeline.Silent
	phase string
	n     int
	stop  chan struct{}

	mu  sync.Mutex
	now string
}

func (s *stopAt) Phase(name string, _ int) {
	s.mu.Lock()
	s.now = name
	s.mu.Unlock()
	s.step(0)
}

func (s *stopAt) Step(n int) { s.step(n) }

func (s *stopAt) step(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != s.phase || s.stop == nil {
		return
	}
	if s.n -= n; s.n <= 0 {
		close(s.stop)
		s.stop = nil
	}
}

// A run that is asked to stop ends at once where nothing is half done, gives up the lease, and the next one
// finishes.
func TestStopAnywhere(t *testing.T) {
	const sources = `  - { name: surveys, system: survey, export: responses, location: "$DIR/exports/*.csv", fields: { Nr: response_id, Kiedy: answered_at, Ocena: score.nps, E-mail: email } }
`
	s := newSite(t)
	for i := range 3 {
		s.write(fmt.Sprintf("exports/r%d.csv", i), fmt.Sprintf("Nr;Kiedy;Ocena;E-mail\nr%d;2026-01-0%d 10:00:00;%d;ala@example.pl\n", i, i+1, 10-i), time.Hour)
	}
	cfg := s.config(sources)
	for _, at := range []*stopAt{{phase: "discover"}, {phase: "transform"}, {phase: "publish"}, {phase: "model"}, {phase: "model", n: 3}} {
		stop := make(chan struct{})
		at.stop = stop
		r, err := pipeline.New(t.Context(), pipeline.Options{Config: cfg, Warehouse: s.warehouse, Log: zerolog.Nop(), Progress: at, Stop: stop, Models: s.models})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Run(t.Context(), nil); !errors.Is(err, pipeline.ErrStopped) {
			t.Errorf("stopped in %s: ended with %v", at.phase, err)
		}
		lease, err := r.LeaseState(t.Context())
		if err != nil || lease.Held(time.Now()) {
			t.Errorf("stopped in %s: the lease is held until %s, %v", at.phase, lease.Until, err)
		}
		if report, err := r.Recover(t.Context()); report != nil || err != nil {
			t.Errorf("stopped in %s: something was left half published: %v, %v", at.phase, report, err)
		}
		r.Close()
	}
	s.run(cfg)
	s.verify(cfg)
	s.want("SELECT count(), sum(score) FROM cx_bi.fct_survey_response", "3|27")
}

// stopping is a lease whose holder is asked to stop when it is about to replace its nth partition.
type stopping struct {
	pipeline.Leases
	objects lake.Objects
	n       int
	stop    chan struct{}
}

type stoppingLease struct {
	pipeline.Lease
	of *stopping
}

func (s *stopping) Acquire(ctx context.Context, holder string) (pipeline.Lease, error) {
	l, err := pipeline.AcquireLease(ctx, s.objects, holder, time.Now)
	return stoppingLease{l, s}, err
}

func (s *stopping) State(context.Context) (pipeline.LeaseState, error) {
	return pipeline.LeaseState{}, nil
}

func (l stoppingLease) Current() error {
	if l.of.n--; l.of.n == 0 {
		close(l.of.stop)
	}
	return l.Lease.Current()
}

// Asked to stop in the middle of a batch, a run finishes the partition in hand and no other one, and records it.
func TestStopFinishesThePartitionInHand(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 50), time.Hour) // five days
	first := s.runner(cfg)
	leases := &stopping{objects: first.LakeObjects, n: 2, stop: make(chan struct{})}
	r, err := pipeline.New(t.Context(), pipeline.Options{Config: cfg, Warehouse: s.warehouse, Log: zerolog.Nop(), Leases: leases, Stop: leases.stop, Models: s.models})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	report, err := r.Run(t.Context(), nil)
	if !errors.Is(err, pipeline.ErrStopped) {
		t.Fatalf("ended with %v", err)
	}
	if len(report.Tables) != 1 || report.Tables[0].Published != 2 {
		t.Errorf("published %+v, want two partitions", report.Tables)
	}
	s.want("SELECT uniqExact(_partition_id) FROM waymark_raw.journey_event", "2")
	ledger, _, err := r.Lake.ReadLedger(t.Context(), "raw")
	if err != nil || len(ledger.Partitions) != 2 || len(ledger.Intents) != 0 {
		t.Errorf("the ledger says %+v, %v", ledger, err)
	}
	s.run(cfg)
	s.verify(cfg)
	s.want("SELECT count() FROM cx_bi.fct_survey_response", "50")
}

// What a crash left journalled is finished without a listing: here the staging table is gone, but what it held is published.
func TestRecover(t *testing.T) {
	s := newSite(t)
	s.write("exports/r.csv", "Nr;Kiedy;Ocena;E-mail\nr1;2026-01-05 10:00:00;10;ala@example.pl\n", time.Hour)
	cfg := s.config(`  - { name: surveys, system: survey, export: responses, location: "$DIR/exports/*.csv", fields: { Nr: response_id, Kiedy: answered_at, Ocena: score.nps, E-mail: email } }
`)
	s.run(cfg)
	before := s.marts()
	r := s.runner(cfg)
	ledger, etag, err := r.Lake.ReadLedger(t.Context(), "raw")
	if err != nil {
		t.Fatal(err)
	}
	for key, e := range ledger.Partitions {
		table, _, _ := strings.Cut(key, "/")
		ledger.Intents = append(ledger.Intents, lake.Intent{Epoch: ledger.Epoch, Partition: key, Files: e.Files, Rows: e.Rows, HashSum: e.HashSum, Staging: table + "__e1_gone_1"})
		delete(ledger.Partitions, key)
	}
	if len(ledger.Intents) == 0 {
		t.Fatal("nothing was published")
	}
	if _, err := r.Lake.SwapLedger(t.Context(), "raw", ledger, etag); err != nil {
		t.Fatal(err)
	}
	report, err := r.Recover(t.Context())
	if err != nil || report == nil {
		t.Fatalf("recover: %v, %v", report, err)
	}
	if ledger, _, err := r.Lake.ReadLedger(t.Context(), "raw"); err != nil || len(ledger.Intents) > 0 || len(ledger.Partitions) == 0 {
		t.Errorf("after it: %+v, %v", ledger, err)
	}
	s.verify(cfg)
	if after := s.marts(); after != before {
		t.Errorf("marts differ:\n%s\n%s", before, after)
	}
}

// A run died between journal and record, and the next version of Waymark has columns more than what it had staged.
func TestReplayAcrossAnUpgrade(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 50), time.Hour)
	s.run(cfg)
	before := s.marts()
	r := s.runner(cfg)
	for ledger, c := range map[string]struct{ target, partition, key, column, hash string }{
		"raw":  {"waymark_raw.journey_event", "2026-01-02", "survey_id", "city", "row_hash"},
		"mart": {"waymark_mart.fct_survey_response", "all", "response_id", "country", "cityHash64(response_id)"},
	} {
		name := strings.Split(c.target, ".")[1]
		staging := "waymark_stage." + name + "__e1_" + ledger + "_1"
		for _, sql := range []string{
			"CREATE TABLE " + staging + " AS " + c.target,
			"INSERT INTO " + staging + " SELECT * FROM " + c.target + " WHERE " + c.key + " IN ('r1', 'r6', 'r11')",
			"ALTER TABLE " + staging + " DROP COLUMN " + c.column,
		} {
			if err := s.warehouse.Exec(t.Context(), sql, nil); err != nil {
				t.Fatal(err)
			}
		}
		in := lake.Intent{Epoch: 1, Partition: name + "/" + c.partition, Files: "newer", Staging: name + "__e1_" + ledger + "_1"}
		if _, err := fmt.Sscan(strings.ReplaceAll(s.query("SELECT count(), sumWithOverflow(" + c.hash + ") FROM " + staging)[0], "|", " "), &in.Rows, &in.HashSum); err != nil || in.Rows != 3 {
			t.Fatal(in, err)
		}
		l, etag, err := r.Lake.ReadLedger(t.Context(), ledger)
		if err != nil {
			t.Fatal(err)
		}
		l.Intents = []lake.Intent{in}
		if _, err := r.Lake.SwapLedger(t.Context(), ledger, l, etag); err != nil {
			t.Fatal(err)
		}
	}
	s.run(cfg)
	s.verify(cfg)
	if after := s.marts(); after != before {
		t.Errorf("marts differ:\n%s\n%s", before, after)
	}
	s.want("SELECT count() FROM system.tables WHERE database = 'waymark_stage'", "0")
}

// A run died when it had journalled a model of corrected exports; then the correction was taken back. Its swap is repeated, and what the model
// was built from before no longer says what it holds: it is built again.
func TestReplayOfWhatIsTakenBack(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 50), 3*time.Hour)
	s.run(cfg)
	answers := func() string {
		return strings.Join(s.query("SELECT count(), sum(score), sum(sipHash64(tuple(*))) FROM waymark_mart.fct_survey_response"), "")
	}
	before := answers()
	r := s.runner(cfg)
	first, _, err := r.Lake.ReadLedger(t.Context(), "mart")
	if err != nil {
		t.Fatal(err)
	}
	s.write("in/a.csv", strings.ReplaceAll(surveys(0, 50), ",nps,1", ",nps,2"), 2*time.Hour)
	s.run(cfg)
	second, etag, err := r.Lake.ReadLedger(t.Context(), "mart")
	if err != nil {
		t.Fatal(err)
	}
	const partition, staging = "fct_survey_response/all", "fct_survey_response__e9_mart_1"
	for _, sql := range []string{"CREATE TABLE waymark_stage." + staging + " AS waymark_mart.fct_survey_response", "INSERT INTO waymark_stage." + staging + " SELECT * FROM waymark_mart.fct_survey_response"} {
		if err := s.warehouse.Exec(t.Context(), sql, nil); err != nil {
			t.Fatal(err)
		}
	}
	e := second.Partitions[partition]
	if e == first.Partitions[partition] {
		t.Fatal("the correction changed nothing")
	}
	first.Intents = []lake.Intent{{Epoch: first.Epoch, Partition: partition, Files: e.Files, Rows: e.Rows, HashSum: e.HashSum, Staging: staging}}
	if _, err := r.Lake.SwapLedger(t.Context(), "mart", first, etag); err != nil {
		t.Fatal(err)
	}
	s.write("in/a.csv", surveys(0, 50), 3*time.Hour) // to the byte and the minute, so that the lake tables are as they were
	s.run(cfg)
	if after := answers(); after != before {
		t.Errorf("answers are %s, not %s", after, before)
	}
}
