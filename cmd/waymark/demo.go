package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"waymark/configs"
	"waymark/internal/fault"
	"waymark/internal/pipeline"
	"waymark/internal/sampledata"
	"waymark/load/clickhouse"
)

// demoKey is the pseudonym key of the demo: its persons are invented.
const demoKey = "the demo's persons are invented, so its key is no secret"

func (a *app) demoCommand() *cobra.Command {
	var dir string
	var opt sampledata.Options
	cmd := &cobra.Command{
		Use: "demo", Short: "Make sample exports of a fictional shop, run once on them and print the KPIs", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opt.Scale <= 0 || opt.Scale > 1000 {
				return usage("--scale %g: from above 0 to 1000", opt.Scale)
			}
			return a.demo(cmd.Context(), dir, opt)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "demo", "directory to work in; the exports in it are made anew")
	cmd.Flags().Float64Var(&opt.Scale, "scale", 0.1, "1 is about 200,000 web events, 2,000 tickets and 3,000 survey answers")
	cmd.Flags().Uint64Var(&opt.Seed, "seed", 1, "another seed is another shop history")
	return cmd
}

func (a *app) demo(ctx context.Context, dir string, opt sampledata.Options) error {
	if _, err := a.installedEngine(); err != nil {
		return err
	}
	if err := a.makeDemo(ctx, dir, opt); err != nil {
		return err
	}
	config := filepath.Join(dir, "waymark.yaml")
	cfg, err := configs.Load(config, a.lookup)
	if err != nil {
		return err
	}
	return a.withRunner(ctx, cfg, func(r *pipeline.Runner) error {
		r.AcceptLoss = true // another --scale or --seed makes other exports of the same names
		report, err := r.Run(ctx, nil)
		a.clearProgress(r)
		if err != nil {
			return err
		}
		if err := a.printRun(report); err != nil {
			return err
		}
		return a.printDemo(ctx, r.Warehouse, config)
	})
}

// makeDemo writes exports, key and configuration.
func (a *app) makeDemo(ctx context.Context, dir string, opt sampledata.Options) error {
	exports := filepath.Join(dir, "exports")
	if err := errors.Join(os.RemoveAll(exports), os.MkdirAll(exports, 0o755)); err != nil {
		return &fault.Error{Kind: fault.Invalid, Err: fmt.Errorf("prepare %s: %w", exports, err), Hint: "name another directory with --dir"}
	}
	if _, err := sampledata.Generate(ctx, opt, sampledata.Directory(exports)); err != nil {
		return fmt.Errorf("make the sample exports: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte(demoKey+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the demo's key: %w", err)
	}
	text := sampledata.Config(sampledata.ConfigOptions{Exports: "./exports", Lake: "./lake", Warehouse: "embedded:./warehouse", Key: "${file:key}"})
	if err := os.WriteFile(filepath.Join(dir, "waymark.yaml"), text, 0o644); err != nil {
		return fmt.Errorf("write the demo's configuration: %w", err)
	}
	_, err := fmt.Fprintf(a.stdout, "sample exports of a fictional shop: %s (what they must give: %s)\n\n", exports, filepath.Join(exports, sampledata.TruthFile))
	return err
}

// demoKPIs is what the demo shows: the newest whole quarter of each KPI would hide half of it, so all months.
const demoKPIs = `
SELECT k.kpi AS kpi, d.name_en AS name, d.unit AS unit,
       toString(k.period_start) AS month, k.value AS value, k.n AS n, k.ci_low AS ci_low, k.ci_high AS ci_high
FROM cx_bi.kpi_period AS k LEFT JOIN cx_bi.kpi_definition AS d ON d.id = k.kpi
WHERE k.period = 'month' AND k.dimension = 'all'
ORDER BY kpi, month`

func (a *app) printDemo(ctx context.Context, w *clickhouse.Warehouse, config string) error {
	rows, err := w.Query(ctx, demoKPIs, nil, true)
	if err != nil {
		return fmt.Errorf("read the KPIs: %w", err)
	}
	defer rows.Close()
	fmt.Fprintln(a.stdout)
	if err := writeTable(a.stdout, rows); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, `
Go on from here:
  bin/waymark status -c %[1]s
  bin/waymark verify -c %[1]s
  bin/waymark sql -c %[1]s "SELECT stage, touchpoint, channel, count() AS events FROM cx_bi.journey_event GROUP BY ALL ORDER BY events DESC LIMIT 10"
  bin/waymark sql -c %[1]s "SELECT * FROM cx_bi.kpi_daily WHERE kpi = 'conversion_rate' AND dimension = 'channel' ORDER BY kpi_date DESC LIMIT 10" --format csv
  bin/waymark engine serve -c %[1]s      # connect Metabase, DBeaver, curl …
`, config)
	return err
}
