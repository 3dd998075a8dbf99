//go:build linux

package chaos

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"
	"time"
)

// instants kills at random moments of first loads, incremental runs and small changes, on both kinds of warehouse.
func (w *world) instants(t *testing.T) {
	for _, kind := range []string{embedded, served} {
		t.Run(kind, func(t *testing.T) {
			l := w.newLane(t, kind)
			if !w.long {
				l.crashLoop(t, 6)
				return
			}
			// Some runs end before they are killed; they are tried all the same, and others make up the number.
			for i, killed := 0, 0; killed < flags.kills/2 && i < flags.kills; i++ {
				name := fmt.Sprintf("%04d", i)
				dice := l.dice(name)
				start := [...]string{touched, touched, touched, loaded, nothing}[dice.IntN(5)]
				l.sub(t, name, func() {
					a := l.killAt(start, dice)
					l.reset(start)
					done := l.disturb(trial{class: "SIGKILL at a random instant", start: start}, a)
					killed += len(done)
					if len(done) > 0 {
						l.recover(done)
					}
				})
			}
		})
	}
}

// crashLoop kills run after run at random moments before it lets one end.
func (l *lane) crashLoop(t *testing.T, kills int) {
	l.sub(t, "loop", func() {
		dice := l.dice("loop")
		tr := trial{class: "SIGKILL at a random instant", start: touched}
		l.usually(touched)
		l.reset(touched)
		var done []entry
		for tries := 0; len(done) < kills && tries < 5*kills; tries++ {
			done = append(done, l.disturb(tr, l.killAt(touched, dice))...)
		}
		l.recover(done)
	})
}

// dice are seeded by the harness's seed and the name of the trial, so that each can be repeated alone.
func (l *lane) dice(name string) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s", l.kind, name)
	return rand.New(rand.NewPCG(l.seed, h.Sum64()))
}

// killAt kills at a random fraction of the time that such a run takes, and says whether it was still running.
func (l *lane) killAt(start string, dice *rand.Rand) attempt {
	at := time.Duration(dice.Float64() * 0.9 * float64(l.usually(start).took))
	who := alone
	if l.kind == embedded {
		who = [...]victim{both, both, both, alone, engines}[dice.IntN(5)]
	}
	return attempt{fault: "killed: " + who.String(), where: "at a random instant", during: func(p *process) bool {
		select {
		case <-time.After(at):
			running := p.running()
			p.kill(who)
			return running
		case <-p.ended:
			return false
		}
	}}
}
