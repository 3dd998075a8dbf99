package pipeline

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"waymark/configs"
	"waymark/extract/store"
	"waymark/load/clickhouse"
	"waymark/load/lake"
	"waymark/schemas"
	"waymark/transform/journey"
	"waymark/transform/models"
)

// clock is injected so that tests decide the time.
type clock = func() time.Time

// Options are what a Runner needs.
type Options struct {
	Config     *configs.Config
	Warehouse  *clickhouse.Warehouse // may be nil for Plan of objects, Status and transform
	Log        zerolog.Logger
	Progress   Progress         // nil shows nothing
	Now        func() time.Time // nil is time.Now
	AcceptLoss bool             // publish partitions that lose more than half their rows
	Stop       <-chan struct{}  // when closed, a run ends with ErrStopped as soon as nothing is half done; nil is never
	Leases     Leases           // who may publish; nil keeps the lease in the lake
	Windows    string           // of the schedule that the run is for, for waymark_ops
	Scope      Scope            // which objects a run reads; the zero value is what is new or changed
	Models     []models.Model   // inputs before their readers; nil is all there are
}

// Runner carries out the steps of runs over one configuration.
type Runner struct {
	Options
	Lake        *lake.Lake
	LakeObjects store.Store
	Sources     []Source

	thorough bool // repairing: reconcile and verify read every column, and reconcile every partition, whatever the server's lists say
	rules    *journey.Rules
	patience patience
	mu       sync.Mutex
	stores   map[string]store.Store // by bucket or directory
}

// New binds the configuration and opens the lake.
func New(ctx context.Context, o Options) (*Runner, error) {
	sources, err := Bind(o.Config)
	if err != nil {
		return nil, err
	}
	rules, err := o.Config.JourneyRules()
	if err != nil {
		return nil, err
	}
	if o.Progress == nil {
		o.Progress = Silent{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	root, err := store.OpenRoot(ctx, o.Config.Lake, s3Options(o.Config))
	if err != nil {
		return nil, fmt.Errorf("open lake: %w", err)
	}
	return &Runner{Options: o, Lake: lake.Open(root), LakeObjects: root, Sources: sources, rules: rules,
		patience: patience{left: o.Config.Resources.Retries()}, stores: map[string]store.Store{}}, nil
}

// Close closes every store.
func (r *Runner) Close() error {
	errs := []error{r.LakeObjects.Close()}
	for _, s := range r.stores {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

func s3Options(c *configs.Config) store.S3Options {
	return store.S3Options{Region: c.S3.Region, Endpoint: c.S3.Endpoint, PathStyle: c.S3.PathStyle}
}

func (r *Runner) openStore(ctx context.Context, l store.Location) (store.Store, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := l.Scheme + ":" + l.Bucket + l.Dir
	if s, ok := r.stores[key]; ok {
		return s, nil
	}
	s, err := store.Open(ctx, l, s3Options(r.Config))
	if err != nil {
		return nil, err
	}
	r.stores[key] = s
	return s, nil
}

func (r *Runner) workers() int {
	if r.Config.Resources.Workers > 0 {
		return r.Config.Resources.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// selected returns the sources of the given names, all when there are none; an unknown name is Invalid.
func (r *Runner) selected(names []string) ([]*Source, error) {
	var known []string
	var out []*Source
	for i := range r.Sources {
		s := &r.Sources[i]
		known = append(known, s.Config.Name)
		if len(names) == 0 || slices.Contains(names, s.Config.Name) {
			out = append(out, s)
		}
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, unknown("source", n, known)
		}
	}
	return out, nil
}

// Run discovers, transforms, publishes and builds the models. Sources that fail do not keep the others from loading:
// their errors are joined in the result beside the report.
func (r *Runner) Run(ctx context.Context, names []string) (*Report, error) {
	chosen, err := r.selected(names)
	if err != nil {
		return nil, err
	}
	var before LeaseState
	err = r.again(ctx, "read the ledgers", func() (err error) {
		if err = r.checkLedgers(ctx); err == nil {
			before, err = r.leases().State(ctx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	report := r.begin()
	reading, cancel := r.untilStop(ctx)
	defer cancel()
	report.enter("discover", r.Now())
	found, failures := r.discoverAll(reading, chosen)
	if err := errors.Join(failures...); errors.Is(err, lake.ErrNewer) {
		return nil, err
	}
	c := holdings{epoch: before.Epoch}
	if c.gone, err = r.gone(found); err != nil {
		return nil, err
	}
	report.enter("transform", r.Now())
	current, committed, err := r.transformAll(reading, found, report)
	c.current = current
	if err != nil {
		failures = append(failures, err)
	}
	if ctx.Err() != nil {
		return report, ctx.Err()
	}
	if r.stopping() {
		return report, ErrStopped
	}
	if r.Scope.Shard.Set() {
		report.Shard = r.Scope.Shard.String()
		report.enter("", r.Now())
		report.Seconds = r.Now().Sub(report.StartedAt).Seconds()
		err = errors.Join(failures...)
		r.logRun(report, err)
		return report, err
	}
	mine := c.current
	err = r.again(ctx, "read the manifests", func() error {
		c.current, c.corrupt = slices.Clone(mine), nil
		return r.others(ctx, found, &c)
	})
	if err != nil {
		return report, err
	}
	return report, r.publish(ctx, c, committed, failures, report)
}

// begin starts the report of a run and makes the log name it.
func (r *Runner) begin() *Report {
	report := &Report{RunID: newID(), StartedAt: r.Now().UTC()}
	r.Log = r.Log.With().Str("run_id", report.RunID).Logger()
	return report
}

// publish loads c, records the run and returns its failures, those of before included.
func (r *Runner) publish(ctx context.Context, c holdings, committed []*lake.Manifest, failures []error, report *Report) error {
	report.enter("prepare", r.Now())
	if err := r.load(ctx, c, report); err != nil {
		failures = append(failures, err)
	}
	report.enter("", r.Now())
	report.Seconds = r.Now().Sub(report.StartedAt).Seconds()
	err := errors.Join(failures...)
	if !errors.Is(err, ErrLeaseHeld) {
		r.mirror(context.WithoutCancel(ctx), report, mirrored{c.current, committed}, err)
	}
	r.logRun(report, err)
	return err
}

// discoverAll lists the sources, several at a time; a source that fails is left out and its error returned.
func (r *Runner) discoverAll(ctx context.Context, chosen []*Source) ([]*discovery, []error) {
	r.Progress.Phase("discover", len(chosen))
	found, errs := make([]*discovery, len(chosen)), make([]error, len(chosen))
	var group errgroup.Group
	group.SetLimit(4)
	for i, s := range chosen {
		group.Go(func() error {
			errs[i] = r.again(ctx, "list "+s.Config.Name, func() (err error) {
				found[i], err = r.discover(ctx, s)
				return err
			})
			r.Progress.Step(1)
			return nil
		})
	}
	_ = group.Wait()
	return slices.DeleteFunc(found, func(d *discovery) bool { return d == nil }), slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// offline is the discovery of a source that this run does not list: what its manifests say.
func (r *Runner) offline(ctx context.Context, s *Source) (*discovery, error) {
	manifests, corrupt, err := r.Lake.ReadableManifests(ctx, s.Config.Name)
	if err != nil {
		return nil, inSource(s, err)
	}
	return &discovery{source: s, manifests: manifests, corrupt: corrupt}, nil
}

// load publishes the current manifests' files and builds the models, under the lease. Every step may be repeated, so a
// failure that passes starts it again from what the ledger says by then.
func (r *Runner) load(ctx context.Context, c holdings, report *Report) (err error) {
	var lease Lease
	err = r.again(ctx, "take the lease", func() (err error) {
		lease, err = r.takeLease(ctx, report.RunID)
		return err
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lease.Release(context.WithoutCancel(ctx))) }()
	if err := r.again(ctx, "read the manifests", func() error { return r.reread(ctx, &c, lease) }); err != nil {
		return err
	}
	return r.again(ctx, "publish", func() error { return r.loadUnder(ctx, lease, c, report) })
}

// loadUnder is one try of load.
func (r *Runner) loadUnder(ctx context.Context, lease Lease, c holdings, report *Report) error {
	if err := r.Warehouse.Migrate(ctx, schemas.Tables()); err != nil {
		return fmt.Errorf("prepare the warehouse: %w", err)
	}
	raw, err := r.newPublisher(ctx, lease, rawLedger)
	if err != nil {
		return err
	}
	marts, err := r.newPublisher(ctx, lease, martLedger)
	if err != nil {
		return err
	}
	set, err := r.models()
	if err != nil {
		return err
	}
	if err := raw.reconcile(ctx, rawTargets()); err != nil {
		return err
	}
	if err := marts.reconcile(ctx, set.targets()); err != nil {
		return err
	}
	if err := raw.dropLeftovers(ctx); err != nil {
		return err
	}
	changes := newIncrements(set, raw.ledger, marts.ledger)
	raw.increments, marts.increments = changes, changes
	defer changes.drop(context.WithoutCancel(ctx), r.Warehouse)
	list, err := raw.changes(ctx, c)
	if err != nil {
		return err
	}
	report.enter("publish", r.Now())
	if err := raw.prune(ctx, c.gone, list, report); err != nil {
		return err
	}
	report.enter("model", r.Now())
	return marts.buildModels(ctx, set, raw.ledger, report)
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
