package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"waymark/internal/pipeline"
	"waymark/internal/sampledata"
)

// shopExports returns the sample shop's exports of the cache, of every source.
func (h *harness) shopExports(ctx context.Context, opt sampledata.Options) (export, error) {
	opt.Seed = seed
	name := fmt.Sprintf("shop-seed%d-scale%g-days%d", seed, opt.Scale, opt.Days)
	return cached(filepath.Join(h.cache, name), func(put sampledata.Put) error {
		_, err := sampledata.Generate(ctx, opt, put)
		return err
	})
}

// deployment is a configuration with a lake and an embedded warehouse of its own below dir.
type deployment struct {
	dir, config string
	env         []string
}

// deploy writes the configuration that text makes for lake and warehouse below dir.
func deploy(dir string, text func(lake, warehouse string) []byte) (deployment, error) {
	d := deployment{dir: dir, config: filepath.Join(dir, "waymark.yaml")}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return d, err
	}
	return d, os.WriteFile(d.config, text(filepath.Join(dir, "lake"), "embedded:"+filepath.Join(dir, "warehouse")), 0o600)
}

// shop deploys the sample shop over exports.
func shop(dir, exports string) (deployment, error) {
	return deploy(dir, func(lake, warehouse string) []byte {
		return sampledata.Config(sampledata.ConfigOptions{Exports: exports, Lake: lake, Warehouse: warehouse})
	})
}

// outcome is a run with its own report.
type outcome struct {
	usage
	Report *pipeline.Report `json:"report"`
}

// run is one `waymark run` from the process's start to its end.
func (h *harness) run(ctx context.Context, d deployment) (outcome, error) {
	u, out, err := h.waymark.with(ctx, d.env, "run", "--config", d.config, "--output", "json")
	if err != nil {
		return outcome{}, err
	}
	o := outcome{usage: u, Report: &pipeline.Report{}}
	if err := json.Unmarshal(out, o.Report); err != nil {
		return o, fmt.Errorf("read the run's report: %w", err)
	}
	return o, nil
}

// stage is how long a stage of the run took.
func (o outcome) stage(name string) float64 {
	for _, s := range o.Report.Stages {
		if s.Stage == name {
			return s.Seconds
		}
	}
	return 0
}

// rows counts what the run made of its sources, and partitions what it replaced: of lake tables, and of models.
func (o outcome) rows() (rows, bytes int64) {
	for _, s := range o.Report.Sources {
		rows, bytes = rows+s.Rows, bytes+s.Bytes
	}
	return rows, bytes
}

func (o outcome) partitions() (tables, models int) {
	for _, t := range o.Report.Tables {
		tables += t.Published + t.Dropped
	}
	for _, m := range o.Report.Models {
		models += m.Published
	}
	return tables, models
}
