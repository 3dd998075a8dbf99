package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"waymark/configs"
	"waymark/internal/fault"
	"waymark/internal/pipeline"
	"waymark/internal/schedule"
	"waymark/internal/serve"
	"waymark/load/clickhouse"
)

func (a *app) serveCommand() *cobra.Command {
	var listen string
	var grace time.Duration
	cmd := &cobra.Command{
		Use: "serve", Short: "Run every source on its schedule, until told to stop", Args: noArgs,
		Long: "Run every source that has a schedule when it is due. Sources that fall due together are one run, so the models are built\n" +
			"once for them. SIGTERM or Ctrl-C stops it: the partitions in hand are finished and the lease is released. Exit code 0 then, 5\n" +
			"when that took longer than --grace and was broken off. --listen answers /healthz, /readyz and /metrics.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if grace <= 0 {
				return usage("--grace %s: must be longer than zero", grace)
			}
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.serve(cmd.Context(), cfg, listen, grace)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:9180", "address of /healthz, /readyz and /metrics; empty serves none")
	cmd.Flags().DurationVar(&grace, "grace", 25*time.Second, "how long a run may take to stop")
	return cmd
}

func (a *app) serve(ctx context.Context, cfg *configs.Config, listen string, grace time.Duration) error {
	// What is open stays open until the run in hand has stopped; only the loop ends with ctx.
	open := context.WithoutCancel(ctx)
	a.quiet = true // a service logs, it draws nothing
	a.stops = true
	return a.withRunner(open, cfg, func(r *pipeline.Runner) (err error) {
		log := a.logger()
		w := &runs{shared: r, reopen: func(ctx context.Context) (*clickhouse.Warehouse, func() error, error) {
			return a.openWarehouse(ctx, cfg, log)
		}}
		defer func() { err = joinClose(err, w.close()) }()
		s, err := serve.New(serve.Options{Config: cfg, Lake: r.Lake, Work: w, Clock: schedule.System{}, Log: log,
			Holder: holder(), Grace: grace})
		if err != nil {
			return err
		}
		closeHTTP, err := listenHTTP(listen, s.Handler(), log)
		if err != nil {
			return err
		}
		defer closeHTTP()
		return s.Run(ctx)
	})
}

// holder names this service among those of a lake; a process id may come again after a restart.
func holder() string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return pipeline.Process() + "/" + hex.EncodeToString(b[:])
}

// listenHTTP serves h until the function that it returns is called.
func listenHTTP(address string, h http.Handler, log zerolog.Logger) (func(), error) {
	if address == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Err: err, Hint: "name another address with --listen"}
	}
	log.Info().Str("address", l.Addr().String()).Msg("listening")
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error().Err(err).Msg("endpoint")
		}
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close() // the listener is closed already; what is left is connections that do not end
		}
		<-done
	}, nil
}

// runs carries out the runs of a service, one at a time, over one open warehouse. Every run has a runner of its own, as a
// run leaves marks on it.
type runs struct {
	shared *pipeline.Runner
	reopen func(ctx context.Context) (*clickhouse.Warehouse, func() error, error)
	done   func() error // closes what reopen gave; nil when it was not needed
	lost   bool         // the last run failed in a way that a new connection may cure
}

// connect opens the warehouse anew after a failure: the embedded engine may have belonged to another process that ended.
func (w *runs) connect(ctx context.Context) error {
	if !w.lost {
		return nil
	}
	warehouse, done, err := w.reopen(ctx)
	if err != nil {
		return err
	}
	closing := w.close()
	w.shared.Warehouse, w.done, w.lost = warehouse, done, false
	if closing != nil {
		w.shared.Log.Warn().Err(closing).Msg("close the connection that was lost")
	}
	return nil
}

func (w *runs) close() error {
	if w.done == nil {
		return nil
	}
	return w.done()
}

func (w *runs) with(ctx context.Context, stop <-chan struct{}, progress pipeline.Progress, do func(*pipeline.Runner) error) error {
	if err := w.connect(ctx); err != nil {
		return err
	}
	o := w.shared.Options
	o.Stop, o.Progress = stop, progress
	r, err := pipeline.New(ctx, o)
	if err != nil {
		return err
	}
	err = errors.Join(do(r), r.Close())
	w.lost = fault.Is(err, fault.Transient) || errors.Is(err, clickhouse.ErrGone)
	return err
}

func (w *runs) Run(ctx context.Context, names []string, windows string, stop <-chan struct{}, progress pipeline.Progress) (report *pipeline.Report, err error) {
	err = w.with(ctx, stop, progress, func(r *pipeline.Runner) (err error) {
		r.Windows = windows
		report, err = r.Run(ctx, names)
		return err
	})
	return report, err
}

func (w *runs) Recover(ctx context.Context, stop <-chan struct{}) error {
	return w.with(ctx, stop, pipeline.Silent{}, func(r *pipeline.Runner) error {
		_, err := r.Recover(ctx)
		return err
	})
}

func (w *runs) Status(ctx context.Context) (*pipeline.Status, error) {
	return w.shared.Status(ctx, nil)
}

func (w *runs) Lease(ctx context.Context) (pipeline.LeaseState, error) {
	return w.shared.LeaseState(ctx)
}
