package pipeline

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"waymark/internal/fault"
)

var errAway = fault.New(fault.Transient, "the server is away")

func patient(budget time.Duration, stop <-chan struct{}) *Runner {
	return &Runner{Options: Options{Log: zerolog.Nop(), Stop: stop}, patience: patience{left: budget}}
}

// What fails for a passing reason is tried again with growing pauses; what fails for good, or succeeds, is not.
func TestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := patient(2*time.Minute, nil)
		var at []time.Duration
		started := time.Now()
		err := r.again(t.Context(), "step", func() error {
			at = append(at, time.Since(started))
			if len(at) < 4 {
				return errAway
			}
			return nil
		})
		if err != nil || len(at) != 4 {
			t.Fatalf("%d tries, %v", len(at), err)
		}
		for i, longest := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			if pause := at[i+1] - at[i]; pause < longest/2 || pause >= longest {
				t.Errorf("pause %d is %s, want from half of %s to it", i+1, pause, longest)
			}
		}
		tries := 0
		err = r.again(t.Context(), "step", func() error { tries++; return fault.New(fault.Invalid, "wrong") })
		if tries != 1 || !fault.Is(err, fault.Invalid) {
			t.Errorf("an invalid input was tried %d times: %v", tries, err)
		}
	})
}

// The budget is the run's: pauses and failing tries of all its steps count, and when it is used up the first failure ends
// the run.
func TestAgainEndsWithTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := patient(time.Minute, nil)
		started := time.Now()
		err := r.again(t.Context(), "step", func() error { time.Sleep(5 * time.Second); return errAway })
		if took := time.Since(started); !errors.Is(err, errAway) || took < 40*time.Second || took > 70*time.Second {
			t.Errorf("ended after %s with %v, want the transient error after about a minute", took, err)
		}
		tries := 0
		if err := r.again(t.Context(), "next", func() error { tries++; return errAway }); tries != 1 || !errors.Is(err, errAway) {
			t.Errorf("with nothing left: %d tries, %v", tries, err)
		}
	})
}

// A pause ends at once when the run is broken off or asked to stop.
func TestAgainStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		stop := make(chan struct{})
		for name, end := range map[string]func(){"broken off": cancel, "asked to stop": func() { close(stop) }} {
			r := patient(time.Hour, stop)
			started := time.Now()
			err := r.again(ctx, "step", func() error {
				if time.Since(started) > 10*time.Second {
					time.AfterFunc(time.Millisecond, end)
				}
				return errAway
			})
			if took := time.Since(started); took > 30*time.Second || !errors.Is(err, errAway) {
				t.Errorf("%s: ended after %s with %v", name, took, err)
			}
		}
	})
}
