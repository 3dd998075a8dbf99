package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"waymark/configs"
	"waymark/internal/fault"
	"waymark/internal/pipeline"
	"waymark/load/clickhouse"
	"waymark/load/engine"
)

// withRunner opens the warehouse and a runner, calls do and closes both.
func (a *app) withRunner(ctx context.Context, cfg *configs.Config, do func(*pipeline.Runner) error) (err error) {
	log := a.logger()
	w, done, err := a.openWarehouse(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, done()) }()
	o := pipeline.Options{Config: cfg, Warehouse: w, Log: log}
	if a.terminal() && !a.quiet {
		o.Progress = &progress{w: a.stderr}
	}
	r, err := pipeline.New(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, r.Close()) }()
	return do(r)
}

// withLake opens a runner without a warehouse, for what the lake and the stores alone can tell.
func (a *app) withLake(ctx context.Context, cfg *configs.Config, do func(*pipeline.Runner) error) (err error) {
	r, err := pipeline.New(ctx, pipeline.Options{Config: cfg, Log: a.logger()})
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, r.Close()) }()
	return do(r)
}

// joinClose adds a failure to close to a success only: after a failure it would hide the cause.
func joinClose(err, closing error) error {
	if err == nil {
		return closing
	}
	return err
}

// clearProgress removes the progress line before the report is printed.
func (a *app) clearProgress(r *pipeline.Runner) {
	if p, ok := r.Progress.(*progress); ok {
		p.clear()
	}
}

// engineRetries is how long a statement waits for the embedded engine: it answers at once, or it is gone.
const engineRetries = 5 * time.Second

// openWarehouse connects to the configured warehouse; an embedded one is started, or joined where it runs already.
func (a *app) openWarehouse(ctx context.Context, cfg *configs.Config, log zerolog.Logger) (*clickhouse.Warehouse, func() error, error) {
	dir, embedded := strings.CutPrefix(cfg.Warehouse, "embedded:")
	if !embedded {
		w, err := clickhouse.Open(ctx, clickhouse.Options{DSN: cfg.Warehouse, Password: cfg.Password, StatementTimeout: cfg.Resources.StatementTimeout(),
			Patience: a.patience, Log: log})
		if err != nil {
			return nil, nil, err
		}
		return w, w.Close, nil
	}
	process, err := a.startEngine(ctx, dir, int64(cfg.Resources.EngineMiB)<<20, log)
	if err != nil {
		return nil, nil, err
	}
	w, err := clickhouse.Open(ctx, clickhouse.Options{Address: process.Address(), Secret: process.Secret(),
		StatementTimeout: cfg.Resources.StatementTimeout(), RetryBudget: engineRetries, Lost: process.Err, Log: log})
	if err != nil {
		return nil, nil, errors.Join(err, process.Close())
	}
	return w, func() error { return errors.Join(w.Close(), process.Close()) }, nil
}

func (a *app) startEngine(ctx context.Context, dir string, memory int64, log zerolog.Logger) (*engine.Process, error) {
	installed, err := a.installedEngine()
	if err != nil {
		return nil, err
	}
	return engine.Start(ctx, engine.StartOptions{Library: installed.Path, Dir: dir, Command: []string{a.self, "engine", "child"}, Log: log, MemoryLimit: memory})
}

func (a *app) installedEngine() (engine.Status, error) {
	cache, err := a.cacheDir()
	if err != nil {
		return engine.Status{}, err
	}
	status := engine.Inspect(cache)
	if !status.Installed {
		return status, &fault.Error{Kind: fault.Invalid, Err: fmt.Errorf("the embedded engine is not installed (%s is missing)", status.Path),
			Hint: "install it once with: waymark engine install"}
	}
	return status, nil
}

// cacheDir is $WAYMARK_CACHE, or waymark in the user's cache directory.
func (a *app) cacheDir() (string, error) {
	if dir, ok := a.lookup("WAYMARK_CACHE"); ok && dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", &fault.Error{Kind: fault.Invalid, Err: fmt.Errorf("find the cache directory: %w", err), Hint: "set WAYMARK_CACHE"}
	}
	return filepath.Join(dir, "waymark"), nil
}

// hidePassword makes a warehouse address fit to print.
func hidePassword(warehouse string) string {
	u, err := url.Parse(warehouse)
	if err != nil || u.User == nil {
		return warehouse
	}
	return u.Redacted()
}

// checkOnline lists every source and connects to the warehouse.
func (a *app) checkOnline(ctx context.Context, cfg *configs.Config, out *checkReport) error {
	err := a.withLake(ctx, cfg, func(r *pipeline.Runner) error {
		plan, err := r.Plan(ctx, nil)
		if err != nil {
			return err
		}
		for i := range out.Sources {
			n := plan.Listed[out.Sources[i].Name]
			out.Sources[i].Objects = &n
		}
		return nil
	})
	if err != nil {
		return err
	}
	w, done, err := a.openWarehouse(ctx, cfg, a.logger())
	if err != nil {
		return err
	}
	out.Server = w.Version()
	return done()
}
