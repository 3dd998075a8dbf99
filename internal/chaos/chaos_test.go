//go:build linux

package chaos

import (
	"flag"
	"testing"
	"time"

	"waymark/internal/testenv"
)

// options are the harness's flags.
type options struct {
	long, update bool
	seed         uint64
}

var flags = options{seed: 20260301}

func TestMain(m *testing.M) {
	flag.BoolVar(&flags.long, "long", false, "the long form: every fault at every place")
	flag.BoolVar(&flags.update, "update", false, "write docs/reliability.md (with -long)")
	flag.Uint64Var(&flags.seed, "seed", flags.seed, "of exports and random instants")
	m.Run()
}

func TestTrace(t *testing.T) {
	testenv.S3Server{AccessKey: "waymark-test", SecretKey: "waymark-test-secret", Region: "us-east-1"}.SetEnv(t)
	w := newWorld(t, flags)
	for _, kind := range []string{embedded, served} {
		l := w.newLane(t, kind)
		for _, start := range []string{nothing, loaded} {
			t0 := time.Now()
			l.reset(start)
			t1 := time.Now()
			p := l.start("run")
			o := p.wait(patience)
			t.Logf("%s %s reset %v run %v code %d cpu %v\n%s\n%s", kind, start, t1.Sub(t0), o.took, o.code, p.cmd.ProcessState.UserTime()+p.cmd.ProcessState.SystemTime(), o.stdout, o.stderr)
			t.Log(len(l.store.trace()))
			if l.engine != nil {
				t.Log(len(l.engine.trace()))
				for k, v := range l.engine.spent {
					t.Log(k, l.engine.count[k], v)
				}
				for k, v := range l.store.spent {
					t.Log(k, l.store.count[k], v)
				}
			}
			w.wanted(t)
			t0 = time.Now()
			d := l.inspect()
			t.Logf("inspect %v equal %v", time.Since(t0), d == w.wanted(t))
			if d != w.wanted(t) {
				t.Logf("want\n%sgot\n%s", w.wanted(t), d)
			}
		}
	}
}
