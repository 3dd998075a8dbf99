package serve

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"waymark/configs"
	"waymark/internal/fault"
	"waymark/internal/pipeline"
	"waymark/internal/schedule"
	"waymark/load/lake"
)

// Work is what the service has done for it.
type Work interface {
	// Run carries out one run over the named sources; it ends with pipeline.ErrStopped soon after stop is closed. windows names the windows
	// of the schedule that it is for.
	Run(ctx context.Context, names []string, windows string, stop <-chan struct{}, progress pipeline.Progress) (*pipeline.Report, error)
	// Recover finishes what a crash left half published.
	Recover(ctx context.Context, stop <-chan struct{}) error
	Status(ctx context.Context) (*pipeline.Status, error)
	Lease(ctx context.Context) (pipeline.LeaseState, error)
}

// Options are what a service needs.
type Options struct {
	Config *configs.Config
	Lake   *lake.Lake
	Work   Work
	Clock  schedule.Clock
	Log    zerolog.Logger
	Holder string        // names this service among those of the lake
	Grace  time.Duration // how long a run may take to stop before it is broken off
}

// claimTerm is how long a claim holds without renewal; it is renewed at every look.
const claimTerm = 4 * schedule.Longest

// source is one scheduled source and what this process knows of it beside the lake.
type source struct {
	plan     schedule.Plan
	fresh    time.Duration
	from     time.Time // of the last run here
	till     time.Time
	attempt  int       // failed attempts at window
	window   time.Time // of attempt
	retry    time.Time // not before
	backlog  bool      // more windows were due when the last run began
	nextRun  time.Time
	lastDone time.Time
	newest   time.Time // newest object loaded
}

// Service is the loop and its state. The loop owns everything but what mu guards.
type Service struct {
	Options
	sources []*source
	metrics *metrics
	wake    chan struct{}
	running *batch
	unsaved []outcome // settled here and not yet in the lake
	working time.Time // since when batches follow each other without a pause

	mu     sync.Mutex
	looked time.Time
	state  error // why it is not ready
}

var errStarting = errors.New("starting")

// New returns a service over the scheduled sources of the configuration; Invalid when there are none.
func New(o Options) (*Service, error) {
	s := &Service{Options: o, wake: make(chan struct{}, 1), state: errStarting}
	for i := range o.Config.Sources {
		c := &o.Config.Sources[i]
		if plan, ok := c.Plan(); ok {
			s.sources = append(s.sources, &source{plan: plan, fresh: c.Fresh()})
		}
	}
	if len(s.sources) == 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Object: o.Config.File, Err: errors.New("no source has a schedule"),
			Hint: `add schedule: "15 * * * *" to a source`}
	}
	s.metrics = newMetrics(s.names())
	return s, nil
}

func (s *Service) names() []string {
	var out []string
	for _, x := range s.sources {
		out = append(out, x.plan.Source)
	}
	return out
}

// Run serves until ctx ends. Then the run in hand finishes the partitions in hand and gives up the lease; one that takes longer than
// Grace is broken off, which is an error of kind Transient: the next start repairs what it left.
func (s *Service) Run(ctx context.Context) error {
	work, breakOff := context.WithCancel(context.WithoutCancel(ctx))
	defer breakOff()
	defer context.AfterFunc(ctx, func() {
		timer, free := s.Clock.Timer(s.Grace)
		defer free()
		select {
		case <-timer:
			breakOff()
		case <-work.Done():
		}
	})()
	if err := s.recover(work, ctx); err != nil {
		return err
	}
	s.refresh(work)
	schedule.Loop(ctx, s.Clock, s.wake, func(now time.Time) time.Time { return s.look(work, ctx.Done(), now) })
	s.setState(errors.New("stopping"))
	if s.running != nil {
		<-s.running.done
		// The claims are given up, so that another service need not wait for them to run out.
		s.finish(context.WithoutCancel(ctx), s.Clock.Now())
	}
	if work.Err() != nil {
		return fault.New(fault.Transient, "the run in hand did not stop within %s and was broken off", s.Grace)
	}
	return nil
}

// recover finishes what a crash left, as well as it can: the first run tries again. What a newer version has written is refused.
func (s *Service) recover(work, ctx context.Context) error {
	err := s.Work.Recover(work, ctx.Done())
	if _, _, newer := s.Lake.ReadSchedule(work); err == nil && errors.Is(newer, lake.ErrNewer) {
		err = newer
	}
	if errors.Is(err, lake.ErrNewer) {
		return err
	}
	if err != nil && ctx.Err() == nil {
		s.Log.Warn().Err(err).Msg("recover")
	}
	return nil
}

// look does what is to be done now and says when to look again.
func (s *Service) look(ctx context.Context, stop <-chan struct{}, now time.Time) time.Time {
	s.mu.Lock()
	s.looked = now
	s.mu.Unlock()
	defer s.measure(ctx, now)
	if s.running != nil {
		select {
		case <-s.running.done:
			s.finish(ctx, now)
		default:
			s.renew(ctx, now)
			return time.Time{}
		}
	}
	if err := s.save(ctx, now); err != nil {
		s.notReady(err)
		return time.Time{}
	}
	claimed, err := s.claim(ctx, now)
	if err != nil {
		s.notReady(err)
		return time.Time{}
	}
	s.setState(nil)
	if len(claimed) > 0 {
		if s.working.IsZero() {
			s.working = now
		}
		s.start(ctx, stop, claimed, now)
		return time.Time{}
	}
	s.working = time.Time{}
	return s.again(now)
}

// again is the next instant at which something may be due.
func (s *Service) again(now time.Time) time.Time {
	var out time.Time
	for _, x := range s.sources {
		for _, t := range []time.Time{x.nextRun, x.retry} {
			if t.After(now) && (out.IsZero() || t.Before(out)) {
				out = t
			}
		}
	}
	return out
}

func (s *Service) notReady(err error) {
	s.Log.Warn().Err(err).Msg("schedule document")
	s.setState(err)
}

func (s *Service) setState(err error) {
	s.mu.Lock()
	s.state = err
	s.mu.Unlock()
}

func (s *Service) source(name string) *source {
	i := slices.IndexFunc(s.sources, func(x *source) bool { return x.plan.Source == name })
	return s.sources[i]
}
