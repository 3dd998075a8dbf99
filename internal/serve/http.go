package serve

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"waymark/internal/schedule"
)

// Handler answers /healthz, /readyz and /metrics.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.healthy()) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		answer(w, s.state)
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}

// healthy returns an error when the loop has not turned for long: the process should be restarted.
func (s *Service) healthy() error {
	const still = 20 * schedule.Longest // a look waits for the lake, which may be slow
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.looked.IsZero() {
		return nil // it recovers from a crash first
	}
	if quiet := s.Clock.Now().Sub(s.looked); quiet > still {
		return fmt.Errorf("the schedule was last looked at %s ago", quiet.Round(time.Second))
	}
	return nil
}

func answer(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, "ok")
}
