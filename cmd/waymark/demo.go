package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
			if a.logLevel == "" {
				a.logLevel = "warn" // the report says it all
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
		if err := a.printRun(report, false); err != nil {
			return err
		}
		return a.printDemo(ctx, r.Warehouse, config)
	})
}

// keepTimes gives the files of made that an earlier demo made alike its times: they are the same exports, not new ones.
func keepTimes(earlier, made string) error {
	return filepath.WalkDir(made, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(made, path)
		if err != nil {
			return err
		}
		old := filepath.Join(earlier, name)
		info, err := os.Stat(old)
		if err != nil {
			return nil //nolint:nilerr // there is none
		}
		before, err := os.ReadFile(old)
		now, err2 := os.ReadFile(path)
		if err = errors.Join(err, err2); err == nil && bytes.Equal(before, now) {
			err = os.Chtimes(path, info.ModTime(), info.ModTime())
		}
		return err
	})
}

// makeDemo writes exports, key and configuration.
func (a *app) makeDemo(ctx context.Context, dir string, opt sampledata.Options) error {
	exports := filepath.Join(dir, "exports")
	made := exports + ".part"
	if err := errors.Join(os.RemoveAll(made), os.MkdirAll(made, 0o755)); err != nil {
		return &fault.Error{Kind: fault.Invalid, Err: fmt.Errorf("prepare %s: %w", made, err), Hint: "name another directory with --dir"}
	}
	if _, err := sampledata.Generate(ctx, opt, sampledata.Directory(made)); err != nil {
		return fmt.Errorf("make the sample exports: %w", err)
	}
	if err := errors.Join(keepTimes(exports, made), os.RemoveAll(exports), os.Rename(made, exports)); err != nil {
		return fmt.Errorf("replace %s: %w", exports, err)
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

// demoKPIs gives every KPI by month, rounded for people.
const demoKPIs = `
SELECT d.name_en AS name, d.unit AS unit, formatDateTime(k.period_start, '%Y-%m') AS month,
       if(k.value IS NULL, '', toString(round(k.value, if(d.unit = 'share', 4, 2)))) AS value
FROM cx_bi.kpi_period AS k INNER JOIN cx_bi.kpi_definition AS d ON d.id = k.kpi
WHERE k.period = 'month' AND k.dimension = 'all'
ORDER BY k.kpi, month`

// kpiTable reads the KPIs into one row each, a column a month.
func kpiTable(rows *clickhouse.Rows) (*table, error) {
	t := newTable("KPI", "unit")
	column := map[string]int{}
	for rows.Next() {
		cells, err := rows.Text()
		if err != nil {
			return nil, err
		}
		name, unit, month, value := cells[0], cells[1], cells[2], cells[3]
		if len(t.rows) == 0 || t.rows[len(t.rows)-1][0] != name {
			t.add(name, unit)
		}
		if _, ok := column[month]; !ok {
			column[month] = 0
		}
		t.rows[len(t.rows)-1] = append(t.rows[len(t.rows)-1], month+"="+value)
	}
	for i, month := range slices.Sorted(maps.Keys(column)) {
		column[month] = i + 2
		t.head = append(t.head, month)
		t.alignRight(i + 2)
	}
	for r, row := range t.rows {
		cells := make([]string, len(t.head))
		copy(cells, row[:2])
		for _, c := range row[2:] {
			month, value, _ := strings.Cut(c, "=")
			cells[column[month]] = value
		}
		t.rows[r] = cells
	}
	return t, rows.Err()
}

func (a *app) printDemo(ctx context.Context, w *clickhouse.Warehouse, config string) error {
	rows, err := w.Query(ctx, demoKPIs, nil, true)
	if err != nil {
		return fmt.Errorf("read the KPIs: %w", err)
	}
	fmt.Fprintln(a.stdout)
	t, err := kpiTable(rows)
	if err = joinClose(err, rows.Close()); err != nil {
		return fmt.Errorf("read the KPIs: %w", err)
	}
	if err := t.print(a.stdout); err != nil {
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
