package serve_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"waymark/configs"
	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/internal/pipeline"
	"waymark/internal/schedule"
	"waymark/internal/serve"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// work notes the runs; do, when set, decides how the n-th one ends (n counts from 1).
type work struct {
	do func(ctx context.Context, n int, names []string, stop <-chan struct{}) error

	mu      sync.Mutex
	runs    []string
	at      []time.Time
	windows []string
}

func (w *work) Run(ctx context.Context, names []string, windows string, stop <-chan struct{}, p pipeline.Progress) (*pipeline.Report, error) {
	w.mu.Lock()
	w.runs = append(w.runs, strings.Join(names, "+"))
	w.at = append(w.at, time.Now())
	w.windows = append(w.windows, windows)
	n := len(w.runs)
	w.mu.Unlock()
	p.Phase("transform", 1)
	p.Phase("publish", 1)
	time.Sleep(time.Second)
	report := &pipeline.Report{RunID: fmt.Sprint("run", n)}
	for _, name := range names {
		report.Sources = append(report.Sources, pipeline.SourceReport{Source: name, Transformed: 2, Rows: 30, Rejects: 1})
	}
	if w.do != nil {
		return report, w.do(ctx, n, names, stop)
	}
	return report, nil
}

func (w *work) Recover(context.Context, <-chan struct{}) error { return nil }

func (w *work) Status(context.Context) (*pipeline.Status, error) {
	return &pipeline.Status{Sources: []pipeline.SourceStatus{{Source: "web", Newest: time.Now().Add(-90 * time.Minute)}}}, nil
}

func (w *work) Lease(context.Context) (pipeline.LeaseState, error) { return pipeline.LeaseState{}, nil }

func config(t *testing.T, extra string) *configs.Config {
	t.Helper()
	cfg, err := configs.Parse("w.yaml", []byte(`lake: ./lake
warehouse: embedded:./warehouse
privacy: { key: "${env:KEY}" }
sources:
  - { name: web, system: ga4, export: events, location: ./a/*, schedule: "0 * * * *", fresh_within: 2h`+extra+` }
  - { name: tickets, system: zendesk, export: tickets, location: ./b/*, schedule: "*/30 * * * *"`+extra+` }
  - { name: other, system: zendesk, export: users, location: ./c/* }
`), func(string) (string, bool) { return "an-example-key-of-thirty-two-byte", true })
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func service(t *testing.T, o lake.Objects, w *work, holder string) *serve.Service {
	t.Helper()
	s, err := serve.New(serve.Options{Config: config(t, ""), Lake: lake.Open(o), Work: w, Clock: schedule.System{}, Log: zerolog.Nop(),
		Holder: holder, Grace: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serveFor runs the services together for d of the bubble's time, which begins at midnight.
func serveFor(t *testing.T, d time.Duration, services ...*serve.Service) []error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	errs := make([]error, len(services))
	var group sync.WaitGroup
	for i, s := range services {
		group.Go(func() { errs[i] = s.Run(ctx) })
	}
	group.Wait()
	return errs
}

func settled(t *testing.T, o lake.Objects, source string) (out []string) {
	t.Helper()
	doc, _, err := lake.Open(o).ReadSchedule(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c := doc.Sources[source].Claim; c != nil {
		out = append(out, "claimed by "+c.Holder)
	}
	for _, w := range doc.Sources[source].Done {
		out = append(out, w.Window.UTC().Format("15:04")+" "+w.Outcome)
	}
	return out
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// Sources that fall due together are one run; a service that is started again goes on where it was.
func TestOneRunPerBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		s := service(t, o, w, "a")
		if err := errors.Join(serveFor(t, 61*time.Minute, s)...); err != nil {
			t.Fatal(err)
		}
		same(t, "runs", w.runs, "tickets", "web+tickets")
		same(t, "web", settled(t, o, "web"), "01:00 done")
		same(t, "tickets", settled(t, o, "tickets"), "00:30 done", "01:00 done")
		for _, at := range w.at {
			if late := at.Sub(at.Truncate(30 * time.Minute)); late > time.Second {
				t.Errorf("a run began %s late", late)
			}
		}
		time.Sleep(3 * time.Hour) // nothing serves
		if err := errors.Join(serveFor(t, time.Minute, service(t, o, w, "b"))...); err != nil {
			t.Fatal(err)
		}
		same(t, "runs", w.runs, "tickets", "web+tickets", "web+tickets")
		same(t, "web", settled(t, o, "web"), "01:00 done", "04:00 done")
	})
}

// Two services on one lake run every window once.
func TestTwoServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{do: func(context.Context, int, []string, <-chan struct{}) error {
			time.Sleep(10 * time.Minute) // longer than a claim holds without renewal
			return nil
		}}
		if err := errors.Join(serveFor(t, 5*time.Hour+20*time.Minute, service(t, o, w, "a"), service(t, o, w, "b"), service(t, o, w, "c"))...); err != nil {
			t.Fatal(err)
		}
		windows := 0
		for _, run := range w.runs {
			windows += len(strings.Split(run, "+"))
		}
		if windows != 5+10 {
			t.Errorf("%d windows ran, want 15: %q", windows, w.runs)
		}
		if got := settled(t, o, "tickets"); len(got) != 10 {
			t.Errorf("settled %q", got)
		}
	})
}

func failing(source string, kind fault.Kind) error {
	return fmt.Errorf("run: %w", &fault.Error{Kind: kind, Source: source, Err: errors.New("no")})
}

// A failure that may pass is tried again; it keeps the other source of its run from nothing.
func TestTransient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		w.do = func(_ context.Context, n int, _ []string, _ <-chan struct{}) error {
			if n >= 2 && n <= 4 { // of 01:00
				return errors.Join(failing("web", fault.Transient))
			}
			return nil
		}
		serveFor(t, 70*time.Minute, service(t, o, w, "a"))
		same(t, "runs", w.runs, "tickets", "web+tickets", "web", "web", "web")
		same(t, "web", settled(t, o, "web"), "01:00 done")
		same(t, "tickets", settled(t, o, "tickets"), "00:30 done", "01:00 done")
		var waits []time.Duration
		for i := 2; i < len(w.at); i++ {
			waits = append(waits, w.at[i].Sub(w.at[i-1]).Round(time.Second))
		}
		if !slices.Equal(waits, []time.Duration{6 * time.Second, 11 * time.Second, 21 * time.Second}) { // 1 s is the run's own
			t.Errorf("waited %v", waits)
		}
	})
}

// A window that keeps failing gives way to the next one.
func TestTransientForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		w.do = func(context.Context, int, []string, <-chan struct{}) error {
			if time.Now().Hour() < 2 {
				return failing("", fault.Transient)
			}
			return nil
		}
		serveFor(t, 125*time.Minute, service(t, o, w, "a"))
		same(t, "web", settled(t, o, "web"), "02:00 done")
		same(t, "tickets", settled(t, o, "tickets"), "02:00 done")
		if n := len(w.runs); n < 15 || n > 45 {
			t.Errorf("%d attempts in an hour and a half", n)
		}
	})
}

func TestFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		w.do = func(_ context.Context, n int, _ []string, _ <-chan struct{}) error {
			if n == 1 {
				return failing("", fault.Gate)
			}
			return nil
		}
		serveFor(t, 61*time.Minute, service(t, o, w, "a"))
		same(t, "tickets", settled(t, o, "tickets"), "00:30 failed", "01:00 done")
	})
}

func TestLeaseElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		w.do = func(_ context.Context, n int, _ []string, _ <-chan struct{}) error {
			if n < 3 {
				return errors.Join(&fault.Error{Kind: fault.Conflict, Err: fmt.Errorf("%w: by x", pipeline.ErrLeaseHeld)})
			}
			return nil
		}
		serveFor(t, 40*time.Minute, service(t, o, w, "a"))
		same(t, "runs", w.runs, "tickets", "tickets", "tickets")
		same(t, "tickets", settled(t, o, "tickets"), "00:30 done")
		if wait := w.at[1].Sub(w.at[0]); wait < schedule.Longest || wait > 2*schedule.Longest {
			t.Errorf("tried again after %s", wait)
		}
	})
}

// Stopping: the run in hand is told, and its window is there for the next service at once.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		w.do = func(_ context.Context, _ int, _ []string, stop <-chan struct{}) error {
			<-stop
			time.Sleep(10 * time.Second)
			return pipeline.ErrStopped
		}
		if err := errors.Join(serveFor(t, 31*time.Minute, service(t, o, w, "a"))...); err != nil {
			t.Errorf("ended with %v", err)
		}
		same(t, "tickets", settled(t, o, "tickets"))
		w.do = nil
		serveFor(t, time.Minute, service(t, o, w, "b"))
		same(t, "tickets", settled(t, o, "tickets"), "00:30 done")
	})
}

// A source that failed for now while the service was stopped is no failed one: the next service tries it again.
func TestStopWhileASourceIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		w.do = func(_ context.Context, _ int, _ []string, stop <-chan struct{}) error {
			<-stop
			return errors.Join(failing("tickets", fault.Transient), pipeline.ErrStopped)
		}
		serveFor(t, 31*time.Minute, service(t, o, w, "a"))
		same(t, "tickets", settled(t, o, "tickets"))
	})
}

// What a newer version has written is refused at once, as every other verb does.
func TestNewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		text := `{"format":99}`
		if _, err := o.Put(t.Context(), "schedule/state.json", strings.NewReader(text), int64(len(text)), object.Condition{}); err != nil {
			t.Fatal(err)
		}
		errs := serveFor(t, time.Hour, service(t, o, w, "a"))
		if !errors.Is(errs[0], lake.ErrNewer) || !fault.Is(errs[0], fault.Invalid) || len(w.runs) > 0 {
			t.Errorf("%v after %v", errs[0], w.runs)
		}
	})
}

func TestStopTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		w.do = func(ctx context.Context, _ int, _ []string, _ <-chan struct{}) error {
			<-ctx.Done()
			return ctx.Err()
		}
		errs := serveFor(t, 31*time.Minute, service(t, o, w, "a"))
		if !fault.Is(errs[0], fault.Transient) {
			t.Errorf("ended with %v, want kind transient", errs[0])
		}
		if wait := time.Now().Minute()*60 + time.Now().Second(); wait != 31*60+20 {
			t.Errorf("stopped after %d s", wait)
		}
		same(t, "tickets", settled(t, o, "tickets"))
	})
}

// What a service claimed and did not finish is run by another one when the claim has run out.
func TestCrashedHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		_, err := lake.Open(o).UpdateSchedule(t.Context(), func(s *lake.Schedule) (bool, error) {
			s.Sources["tickets"] = lake.ScheduleSource{Since: time.Now().Add(-time.Minute),
				Claim: &lake.ScheduleClaim{Holder: "gone", Window: time.Now(), Until: time.Now().Add(2 * time.Minute)}}
			return true, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		serveFor(t, 5*time.Minute, service(t, o, w, "a"))
		same(t, "tickets", settled(t, o, "tickets"), "00:00 done")
		if late := w.at[0].Minute(); late < 2 {
			t.Errorf("taken over after %d minutes, while the claim held", late)
		}
	})
}

func TestEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		s := service(t, o, w, "a")
		get := func(path string) (int, string) {
			r := httptest.NewRecorder()
			s.Handler().ServeHTTP(r, httptest.NewRequest(http.MethodGet, path, nil))
			return r.Code, r.Body.String()
		}
		if code, body := get("/readyz"); code != 503 || !strings.Contains(body, "starting") {
			t.Errorf("before the start: %d %s", code, body)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		time.Sleep(35 * time.Minute)
		for _, path := range []string{"/healthz", "/readyz"} {
			if code, body := get(path); code != 200 || body != "ok\n" {
				t.Errorf("%s: %d %s", path, code, body)
			}
		}
		_, text := get("/metrics")
		for _, want := range []string{
			`waymark_objects_total{source="tickets"} 2`, `waymark_rows_total{source="tickets"} 30`, `waymark_rejects_total{source="tickets"} 1`,
			`waymark_quarantined_total{source="web"} 0`, `waymark_runs_total{outcome="done",source="tickets"} 1`, `waymark_lag_seconds{source="web"} `,
			`waymark_fresh_within_seconds{source="web"} 7200`, `waymark_next_run_timestamp_seconds{source="web"} 9.466884e+08`,
			`waymark_last_success_timestamp_seconds{source="tickets"} `, `waymark_publish_seconds_count 1`, `waymark_lease{state="free"} 1`, "waymark_ready 1",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("metrics lack %s", want)
			}
		}
		if strings.Contains(text, `source="other"`) {
			t.Error("a source without a schedule shows")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if code, _ := get("/readyz"); code != 503 {
			t.Errorf("after the end: %d", code)
		}
		time.Sleep(time.Hour)
		if code, _ := get("/healthz"); code != 503 {
			t.Errorf("long after the end: %d", code)
		}
	})
}

func TestNoSchedule(t *testing.T) {
	cfg := config(t, "")
	for i := range cfg.Sources {
		cfg.Sources[i].Schedule = ""
	}
	if _, err := serve.New(serve.Options{Config: cfg}); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}
