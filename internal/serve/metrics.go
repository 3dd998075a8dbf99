package serve

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"waymark/internal/pipeline"
	"waymark/load/lake"
)

// metrics are what /metrics shows. Labels are names of configured sources, outcomes and phases.
type metrics struct {
	registry *prometheus.Registry

	objects, rows, bytes, records, rejects, quarantined *prometheus.CounterVec // by source
	runs                                                *prometheus.CounterVec // by source, outcome
	lag, nextRun, lastSuccess, fresh                    *prometheus.GaugeVec   // by source
	phase                                               *prometheus.CounterVec // by phase
	publish                                             prometheus.Histogram
	lease                                               *prometheus.GaugeVec // by state
	ready                                               prometheus.Gauge
}

func newMetrics(names []string) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "waymark_" + name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "waymark_" + name, Help: help}, labels)
		m.registry.MustRegister(g)
		return g
	}
	m.objects = counter("objects_total", "Objects transformed.", "source")
	m.rows = counter("rows_total", "Rows transformed.", "source")
	m.bytes = counter("bytes_total", "Stored bytes of the objects transformed.", "source")
	m.records = counter("records_total", "Records read.", "source")
	m.rejects = counter("rejects_total", "Records rejected.", "source")
	m.quarantined = counter("quarantined_total", "Objects set aside.", "source")
	m.runs = counter("runs_total", "Windows run, by outcome: done, failed or retry.", "source", "outcome")
	m.lag = gauge("lag_seconds", "Age of the newest object loaded.", "source")
	m.fresh = gauge("fresh_within_seconds", "Objective of the lag.", "source")
	m.nextRun = gauge("next_run_timestamp_seconds", "When the source is run next.", "source")
	m.lastSuccess = gauge("last_success_timestamp_seconds", "End of the source's last successful run.", "source")
	m.phase = counter("phase_seconds_total", "Time spent in the phases of runs: discover, transform, publish, model.", "phase")
	m.lease = gauge("lease", "1 for the state of the publisher's lease: held (by this process), elsewhere or free.", "state")
	m.publish = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "waymark_publish_seconds",
		Help: "Time that one run took to publish and to build the models.", Buckets: prometheus.ExponentialBuckets(0.1, 3, 10)})
	m.ready = prometheus.NewGauge(prometheus.GaugeOpts{Name: "waymark_ready", Help: "1 when the schedule document can be read."})
	m.registry.MustRegister(m.publish, m.ready, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, name := range names { // so that a source that never ran shows
		for _, c := range []*prometheus.CounterVec{m.objects, m.rows, m.bytes, m.records, m.rejects, m.quarantined} {
			c.WithLabelValues(name)
		}
		for _, outcome := range []string{lake.WindowDone, lake.WindowFailed, ""} {
			m.runs.WithLabelValues(name, label(outcome))
		}
	}
	return m
}

// count adds what a run did; a run that failed before it began has no report.
func (m *metrics) count(r *pipeline.Report) {
	if r == nil {
		return
	}
	for _, s := range r.Sources {
		m.objects.WithLabelValues(s.Source).Add(float64(s.Transformed))
		m.rows.WithLabelValues(s.Source).Add(float64(s.Rows))
		m.bytes.WithLabelValues(s.Source).Add(float64(s.Bytes))
		m.records.WithLabelValues(s.Source).Add(float64(s.Records))
		m.rejects.WithLabelValues(s.Source).Add(float64(s.Rejects))
		m.quarantined.WithLabelValues(s.Source).Add(float64(len(s.Quarantined)))
	}
}

// label names an outcome.
func label(outcome string) string {
	if outcome == "" {
		return "retry"
	}
	return outcome
}

// refresh reads the state of the lake; a failure leaves what was known.
func (s *Service) refresh(ctx context.Context) {
	status, err := s.Work.Status(ctx)
	if err != nil {
		s.Log.Warn().Err(err).Msg("read the state of the lake")
		return
	}
	s.know(status)
}

func (s *Service) know(status *pipeline.Status) {
	if status == nil {
		return
	}
	for _, have := range status.Sources {
		for _, x := range s.sources {
			if x.plan.Source == have.Source {
				x.newest = have.Newest
			}
		}
	}
}

// measure sets the gauges that change with time.
func (s *Service) measure(ctx context.Context, now time.Time) {
	for _, x := range s.sources {
		name := x.plan.Source
		set(s.metrics.nextRun, name, x.nextRun)
		set(s.metrics.lastSuccess, name, x.lastDone)
		if !x.newest.IsZero() {
			s.metrics.lag.WithLabelValues(name).Set(now.Sub(x.newest).Seconds())
		}
		if x.fresh > 0 {
			s.metrics.fresh.WithLabelValues(name).Set(x.fresh.Seconds())
		}
	}
	s.mu.Lock()
	ready := s.state == nil
	s.mu.Unlock()
	s.metrics.ready.Set(flag(ready))
	lease, err := s.Work.Lease(ctx)
	if err != nil {
		return // readiness tells of a lake that does not answer
	}
	held := lease.Held(now)
	s.metrics.lease.WithLabelValues("held").Set(flag(held && lease.Mine()))
	s.metrics.lease.WithLabelValues("elsewhere").Set(flag(held && !lease.Mine()))
	s.metrics.lease.WithLabelValues("free").Set(flag(!held))
}

func set(g *prometheus.GaugeVec, name string, t time.Time) {
	if !t.IsZero() {
		g.WithLabelValues(name).Set(float64(t.UnixMilli()) / 1000)
	}
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// stopwatch is the Progress of a served run: it measures the phases.
type stopwatch struct {
	pipeline.Silent
	metrics *metrics

	mu      sync.Mutex
	phase   string
	began   time.Time
	publish time.Duration
}

// Phase ends the phase before and begins the named one.
func (w *stopwatch) Phase(name string, _ int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now() // a duration: the monotonic clock is right here
	if w.phase != "" {
		took := now.Sub(w.began)
		w.metrics.phase.WithLabelValues(w.phase).Add(took.Seconds())
		if w.phase == "publish" || w.phase == "model" {
			w.publish += took
		}
	}
	w.phase, w.began = name, now
}

func (w *stopwatch) end() {
	w.Phase("", 0)
	if w.publish > 0 {
		w.metrics.publish.Observe(w.publish.Seconds())
	}
}
