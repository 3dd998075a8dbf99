package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"waymark/internal/pipeline"
)

func (a *app) traceCommand() *cobra.Command {
	return &cobra.Command{
		Use: "trace EVENT_ID|TICKET_ID|ORDER_ID", Short: "Print the chain from a mart row to the lines of the exports it comes from",
		Long: "Print the mart rows of an event, ticket or order, and for each row of the lake behind them the partition, the data file, the\n" +
			"manifest, the object and the line in it. Lines are not stored: the objects are decoded again to find them.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usage("%s takes one event_id, ticket_id or order_id", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.withRunner(cmd.Context(), cfg, func(r *pipeline.Runner) error {
				t, err := r.Trace(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return a.printTrace(t)
			})
		},
	}
}

func (a *app) printTrace(t *pipeline.Trace) error {
	if a.output == "json" {
		return printJSON(a.stdout, t)
	}
	if len(t.Marts) == 0 {
		fmt.Fprintln(a.stdout, "in no mart: deleted, or replaced by a newer state of its record")
	}
	for _, m := range t.Marts {
		fmt.Fprintf(a.stdout, "waymark_mart.%s  %s  %s\n", m.Table, m.Day, m.What)
	}
	for i := range t.Rows {
		a.printTracedRow(&t.Rows[i])
	}
	return nil
}

func (a *app) printTracedRow(row *pipeline.TracedRow) {
	fmt.Fprintf(a.stdout, "\nwaymark_raw.%s  partition %s  %s  %s\n", row.Table, row.Partition, row.What, row.EventID)
	if len(row.Files) == 0 {
		fmt.Fprintln(a.stdout, "  in no data file of the current manifests (waymark verify)")
	}
	for _, f := range row.Files {
		fmt.Fprintf(a.stdout, "  %s\n", f.Key)
		for _, in := range f.Inputs {
			fmt.Fprintf(a.stdout, "    %s  (source %s)\n", in.Manifest, in.Source)
			for _, l := range in.Lines {
				if l.Line > 0 {
					fmt.Fprintf(a.stdout, "      %s:%d  (byte %d)\n", in.Object, l.Line, l.Offset)
				} else {
					fmt.Fprintf(a.stdout, "      %s  (at %d)\n", in.Object, l.Offset)
				}
			}
			if in.Problem != "" {
				fmt.Fprintf(a.stdout, "      %s: %s\n", in.Object, in.Problem)
			}
		}
	}
}
