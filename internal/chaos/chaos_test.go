//go:build linux

package chaos

import (
	"flag"
	"sync/atomic"
	"testing"

	"waymark/internal/testenv"
)

// options are the harness's flags.
type options struct {
	long, update bool
	seed         uint64
	kills        int
}

var flags options

func TestMain(m *testing.M) {
	flag.BoolVar(&flags.long, "long", false, "the long form: each fault by itself, at every place")
	flag.BoolVar(&flags.update, "update", false, "write docs/reliability.md when all was tried and survived")
	flag.Uint64Var(&flags.seed, "seed", 20260301, "of the exports and of random instants")
	flag.IntVar(&flags.kills, "kills", 200, "random instants of the long form")
	m.Run()
}

// TestChaos tries every fault. The classes run two at a time, each in lanes of its own.
func TestChaos(t *testing.T) {
	testenv.S3Server{AccessKey: "waymark-test", SecretKey: "waymark-test-secret", Region: "us-east-1"}.SetEnv(t)
	w := newWorld(t, flags)
	classes := []struct {
		name string
		try  func(*world, *testing.T)
	}{
		{"steps", (*world).steps}, {"instants", (*world).instants}, {"store", (*world).storeFaults}, {"engine", (*world).engineFaults},
		{"disk", (*world).diskFull}, {"clock", (*world).clocks}, {"together", (*world).together}, {"zombie", (*world).zombies},
		{"deliveries", (*world).deliveries},
	}
	var tried atomic.Int64
	t.Run("faults", func(t *testing.T) {
		for _, c := range classes {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				defer tried.Add(1)
				c.try(w, t)
			})
		}
	})
	t.Log(w.book.summary())
	if flags.update && !t.Failed() && int(tried.Load()) == len(classes) {
		w.book.publish(t, w)
	}
}
