package serve_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"waymark/internal/schedule"
	"waymark/internal/serve"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
)

// The policies of the configuration reach what is run: after a pause of five hours, and while a run takes 70 minutes.
func TestPoliciesOfTheConfiguration(t *testing.T) {
	for _, c := range []struct {
		policies string
		web      []string // windows after the pause, then those beside the long run of 07:00
	}{
		{`, missed: last`, []string{"01:00 done", "06:00 done", "07:00 done", "08:00 overlap", "09:00 done"}},
		{`, missed: all, missed_cap: 3`, []string{"01:00 done", "04:00 done", "05:00 done", "06:00 done", "07:00 done", "08:00 overlap", "09:00 done"}},
		{`, missed: none`, []string{"01:00 done", "06:00 missed", "07:00 done", "08:00 overlap", "09:00 done"}},
		{`, overlap: queue`, []string{"01:00 done", "06:00 done", "07:00 done", "08:00 done", "09:00 done"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			o, w := &laketest.Memory{}, &work{}
			w.do = func(_ context.Context, _ int, _ []string, stop <-chan struct{}) error {
				if time.Now().UTC().Format("15:04") == "07:00" {
					time.Sleep(70 * time.Minute)
				}
				return nil
			}
			start := func() *serve.Service {
				s, err := serve.New(serve.Options{Config: config(t, c.policies), Lake: lake.Open(o), Work: w, Clock: schedule.System{}, Log: zerolog.Nop(),
					Holder: "a", Grace: 20 * time.Second})
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			serveFor(t, 61*time.Minute, start())
			time.Sleep(5*time.Hour + 15*time.Minute) // nothing serves
			serveFor(t, 3*time.Hour, start())
			same(t, c.policies+": web", settled(t, o, "web"), c.web...)
		})
	}
}

// With jitter sources that share a window are spread over it, and still each window runs once.
func TestJitterOfTheConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, w := &laketest.Memory{}, &work{}
		s, err := serve.New(serve.Options{Config: config(t, ", jitter: 10m"), Lake: lake.Open(o), Work: w, Clock: schedule.System{}, Log: zerolog.Nop(),
			Holder: "a", Grace: 20 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		serveFor(t, 4*time.Hour+15*time.Minute, s)
		web := slices.DeleteFunc(slices.Clone(w.runs), func(r string) bool { return !strings.Contains(r, "web") })
		if len(web) != 4 || len(settled(t, o, "tickets")) != 8 {
			t.Errorf("runs %q", w.runs)
		}
		spread := false
		for _, at := range w.at {
			late := at.Sub(at.Truncate(30 * time.Minute))
			if late > 11*time.Minute {
				t.Errorf("a run began %s after its window", late)
			}
			spread = spread || late > time.Minute
		}
		if !spread {
			t.Error("every run began at its window: there is no jitter")
		}
	})
}
