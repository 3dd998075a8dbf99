package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waymark/internal/pipeline"
)

func (a *app) statusCommand() *cobra.Command {
	var sources []string
	cmd := &cobra.Command{
		Use: "status", Short: "Print what is loaded, rejected, set aside and overdue", Args: noArgs,
		Long: "Print per source what is loaded, rejected and set aside, when it last ran and runs next, how old its newest export is, and\n" +
			"what is overdue and why. Exit code 1 when a source is overdue (behind its schedule or fresh_within), or what was read waits to be\n" +
			"published while no run is under way; else 3 when objects are quarantined, 0 when all is well.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.withLake(cmd.Context(), cfg, func(r *pipeline.Runner) error {
				s, err := r.Status(cmd.Context(), sources)
				if err != nil {
					return err
				}
				if err := a.printStatus(s); err != nil {
					return err
				}
				if err := s.Err(); err != nil {
					return err
				}
				if s.Behind() {
					return status(exitFailed)
				}
				if s.Aside() {
					return status(exitRejects)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringSliceVar(&sources, "source", nil, "only these sources")
	return cmd
}

func (a *app) printStatus(s *pipeline.Status) error {
	if a.output == "json" {
		return printJSON(a.stdout, s)
	}
	t := newTable("source", "export", "objects", "bytes", "records", "rows", "rejects", "quarantined", "newest object").alignRight(2, 3, 4, 5, 6, 7)
	for _, x := range s.Sources {
		newest := "–"
		if !x.Newest.IsZero() {
			newest = x.Newest.Format(time.RFC3339)
		}
		t.add(x.Source, x.System+"/"+x.Export, count(x.Objects), size(x.Bytes), count(x.Records), count(x.Rows), count(x.Rejects),
			count(len(x.Quarantined)), newest)
	}
	if err := t.print(a.stdout); err != nil {
		return err
	}
	if err := a.printTimes(s); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "\npublished: %s rows in %s partitions, %s model partitions\n", count(s.Rows), count(s.Partitions), count(s.Models))
	if s.Pending > 0 {
		why := "the last run did not get that far: waymark run"
		if s.Publishing {
			why = "a run is under way"
		}
		fmt.Fprintf(a.stdout, "waiting to be published: %s partitions (%s)\n", count(s.Pending), why)
	}
	for _, x := range s.Sources {
		if x.Outdated > 0 {
			fmt.Fprintf(a.stdout, "%s: %s objects were made by other rules (waymark plan)\n", x.Source, count(x.Outdated))
		}
		printQuarantined(a, x.Source, x.Quarantined)
		printNews(a, x.Source, x.NewColumns, x.NewValues)
	}
	return nil
}

// printTimes prints when the sources ran and run, where there is anything to tell.
func (a *app) printTimes(s *pipeline.Status) error {
	t := newTable("source", "last success", "next run", "newest export", "fresh within", "").alignRight(3, 4)
	for _, x := range s.Sources {
		if x.Time.LastSuccess.IsZero() && x.Time.NextRun.IsZero() && x.Time.FreshWithin == 0 {
			continue
		}
		lag, within, state := "–", "–", "on time"
		if !x.Newest.IsZero() {
			lag = ago(x.Time.LagSeconds)
		}
		if x.Time.FreshWithin > 0 {
			within = ago(x.Time.FreshWithin)
		}
		if x.Time.Running {
			state = "running"
		}
		if len(x.Time.Overdue) > 0 {
			state = "overdue: " + strings.Join(x.Time.Overdue, "; ")
		}
		t.add(x.Source, moment(x.Time.LastSuccess), moment(x.Time.NextRun), lag, within, state)
	}
	if len(t.rows) == 0 {
		return nil
	}
	fmt.Fprintln(a.stdout)
	return t.print(a.stdout)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format(time.RFC3339)
}

// ago writes a span of time in its largest fitting unit.
func ago(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}
