package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"waymark/internal/pipeline"
)

func (a *app) gcCommand() *cobra.Command {
	var o pipeline.CollectOptions
	cmd := &cobra.Command{
		Use: "gc", Short: "Find, and with --delete remove, what no manifest names any more", Args: noArgs,
		Long: "List the data files of the lake that no manifest names and staging tables that were left behind. Nothing is deleted\n" +
			"without --delete. Manifests of sources that are not configured are only listed.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			if o.Grace < 0 {
				return usage("--grace %s: use a positive duration", o.Grace)
			}
			return a.withRunner(cmd.Context(), cfg, func(r *pipeline.Runner) error {
				g, err := r.Collect(cmd.Context(), o)
				a.clearProgress(r)
				if err != nil {
					return err
				}
				return a.printGarbage(g)
			})
		},
	}
	cmd.Flags().BoolVar(&o.Delete, "delete", false, "delete them")
	cmd.Flags().DurationVar(&o.Grace, "grace", 24*time.Hour, "leave data files alone that are younger: a run in progress has not named its files yet")
	return cmd
}

func (a *app) printGarbage(g *pipeline.Garbage) error {
	if a.output == "json" {
		return printJSON(a.stdout, g)
	}
	const shown = 20
	t := newTable("file", "size", "written").alignRight(1)
	for i, f := range g.Files {
		if i == shown {
			t.add(fmt.Sprintf("… and %s more (--output json lists all)", count(len(g.Files)-shown)), "", "")
			break
		}
		t.add(f.Key, size(f.Bytes), f.Modified.Format(time.RFC3339))
	}
	if len(t.rows) > 0 {
		if err := t.print(a.stdout); err != nil {
			return err
		}
	}
	for _, s := range g.Stagings {
		fmt.Fprintf(a.stdout, "staging table %s\n", s)
	}
	for _, u := range g.Unknown {
		fmt.Fprintf(a.stdout, "source %s is not configured: %s objects, %s data files are kept\n", u.Source, count(u.Objects), count(u.Files))
	}
	if g.Young > 0 {
		fmt.Fprintf(a.stdout, "%s data files without a manifest are younger than the grace\n", count(g.Young))
	}
	what := "would be deleted (--delete)"
	if g.Deleted {
		what = "deleted"
	}
	if len(g.Files)+len(g.Stagings) == 0 {
		_, err := fmt.Fprintln(a.stdout, "nothing to delete")
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "%s data files (%s) and %s staging tables %s\n", count(len(g.Files)), size(g.Bytes), count(len(g.Stagings)), what)
	return err
}
