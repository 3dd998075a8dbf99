package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"waymark/internal/pipeline"
)

func (a *app) statusCommand() *cobra.Command {
	var sources []string
	cmd := &cobra.Command{
		Use: "status", Short: "Print what is loaded, rejected and set aside", Args: noArgs,
		Long: "Print per source what is loaded, rejected and set aside. Exit code 3 when objects are quarantined, 0 when all is well.",
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
				for _, x := range s.Sources {
					if len(x.Quarantined) > 0 {
						return status(exitRejects)
					}
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
	fmt.Fprintf(a.stdout, "\npublished: %s rows in %s partitions, %s model partitions\n", count(s.Rows), count(s.Partitions), count(s.Models))
	if s.Pending > 0 {
		fmt.Fprintf(a.stdout, "waiting to be published: %s partitions (waymark run)\n", count(s.Pending))
	}
	for _, x := range s.Sources {
		if x.Outdated > 0 {
			fmt.Fprintf(a.stdout, "%s: %s objects were made by other rules (waymark plan)\n", x.Source, count(x.Outdated))
		}
		printQuarantined(a, x.Source, x.Quarantined)
	}
	return nil
}
