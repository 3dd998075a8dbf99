package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waymark/configs"
	"waymark/internal/pipeline"
)

func (a *app) runCommand() *cobra.Command {
	var sources []string
	var acceptLoss, detailed bool
	var scope scopeFlags
	cmd := &cobra.Command{
		Use: "run", Short: "Read what is new, publish what changed, build the models", Args: noArgs,
		Long: "Read what is new, publish what changed, build the models. With --shard only a share of the objects is read and nothing\n" +
			"published: any number of shards may run at once, and a plain run afterwards publishes.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			s, err := scope.parse(time.Now())
			if err != nil {
				return err
			}
			return a.runScoped(cmd.Context(), cfg, func(r *pipeline.Runner) (*pipeline.Report, error) {
				r.AcceptLoss, r.Scope = acceptLoss, s
				return r.Run(cmd.Context(), sources)
			}, s, detailed)
		},
	}
	cmd.Flags().StringSliceVar(&sources, "source", nil, "only these sources")
	cmd.Flags().BoolVar(&acceptLoss, "accept-loss", false, "publish partitions that lose more than half their rows")
	cmd.Flags().BoolVar(&detailed, "detailed-exit", false, "exit 9 when there was nothing to do")
	scope.add(cmd, true)
	return cmd
}

// runScoped carries out one run, prints its report and derives the exit code. A shard needs no warehouse.
func (a *app) runScoped(ctx context.Context, cfg *configs.Config, do func(*pipeline.Runner) (*pipeline.Report, error), scope pipeline.Scope, detailed bool) error {
	with := a.withRunner
	a.patience = cfg.Resources.Retries() // nobody waits for the answer of a run
	if scope.Shard.Set() {
		with = a.withLake
	}
	return with(ctx, cfg, func(r *pipeline.Runner) error {
		report, err := do(r)
		a.clearProgress(r)
		if report != nil {
			if printErr := a.printRun(report, err != nil); printErr != nil {
				return printErr
			}
		}
		if err != nil {
			return err
		}
		if !scope.Shard.Set() { // a shard publishes nothing
			if err := r.RecordSuccess(ctx, report); err != nil {
				r.Log.Warn().Err(err).Msg("success not recorded for status")
			}
		}
		if records, objects := report.Rejects(); records > 0 || objects > 0 {
			return status(exitRejects)
		}
		if detailed && report.Idle() {
			return status(exitNothing)
		}
		return nil
	})
}

func (a *app) printRun(r *pipeline.Report, failed bool) error {
	if a.output == "json" {
		return printJSON(a.stdout, r)
	}
	t := newTable("source", "objects", "read", "records", "rows", "rejects", "quarantined").alignRight(1, 2, 3, 4, 5, 6)
	for _, s := range r.Sources {
		t.add(s.Source, fmt.Sprintf("%s of %s", count(s.Transformed), count(s.Listed)), size(s.Bytes), count(s.Records), count(s.Rows),
			count(s.Rejects), count(len(s.Quarantined)))
	}
	if err := t.print(a.stdout); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout)
	t = newTable("published", "partitions", "rows", "seconds").alignRight(1, 2, 3)
	for _, x := range r.Tables {
		t.add(x.Table, count(x.Published+x.Dropped), count(x.Rows), "")
	}
	for _, m := range r.Models {
		t.add(m.Model, count(m.Published), count(m.Rows), fmt.Sprintf("%.2f", m.Seconds))
	}
	if err := printPart(a, t); err != nil {
		return err
	}
	for _, s := range r.Sources {
		if s.Pruned > 0 {
			fmt.Fprintf(a.stdout, "%s: the rows of %s objects that are gone were removed\n", s.Source, count(s.Pruned))
		}
		printQuarantined(a, s.Source, s.Quarantined)
		printNews(a, s.Source, s.NewColumns, s.NewValues)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(a.stdout, "warning: %s\n", w)
	}
	what := "done"
	switch {
	case failed:
		what = "failed"
	case r.Shard != "":
		what = "shard " + r.Shard + " done, nothing published (waymark run publishes)"
	case r.Idle():
		what = "nothing to do"
	}
	_, err := fmt.Fprintf(a.stdout, "%s in %s (run %s)\n", what, time.Duration(r.Seconds*float64(time.Second)).Round(10*time.Millisecond), r.RunID)
	return err
}

// printNews tells how the exports of a source drifted from what is known of them.
func printNews(a *app, source string, columns, values []string) {
	if len(columns) > 0 {
		fmt.Fprintf(a.stdout, "new columns in %s, not used: %s\n", source, strings.Join(columns, ", "))
	}
	if len(values) > 0 {
		fmt.Fprintf(a.stdout, "new values in %s, loaded as they are: %s\n", source, strings.Join(values, ", "))
	}
}

func printQuarantined(a *app, source string, list []pipeline.QuarantineReport) {
	for _, q := range list {
		where := q.Object
		if q.Line > 0 {
			where += fmt.Sprintf(":%d", q.Line)
		}
		field := ""
		if q.Field != "" {
			field = q.Field + ": "
		}
		fmt.Fprintf(a.stdout, "quarantined in %s: %s: %s: %s%s\n", source, where, q.Reason, field, q.Message)
	}
}
