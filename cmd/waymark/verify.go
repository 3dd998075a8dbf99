package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"waymark/internal/pipeline"
)

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Prove that the warehouse holds what the lake says", Args: noArgs,
		Long: "Compare every partition of every table with the ledger and the manifests, by row count and hash. Exit code 1 when they differ.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.withRunner(cmd.Context(), cfg, func(r *pipeline.Runner) error {
				v, err := r.Verify(cmd.Context())
				if err != nil {
					return err
				}
				if err := a.printVerification(v); err != nil {
					return err
				}
				if len(v.Differences) > 0 {
					return status(exitFailed)
				}
				return nil
			})
		},
	}
}

func (a *app) printVerification(v *pipeline.Verification) error {
	if a.output == "json" {
		return printJSON(a.stdout, v)
	}
	t := newTable("table", "partition", "problem")
	for _, d := range v.Differences {
		t.add(d.Table, d.Partition, d.Problem)
	}
	if len(t.rows) > 0 {
		if err := t.print(a.stdout); err != nil {
			return err
		}
	}
	verdict := "the warehouse is what the lake says"
	if n := len(v.Differences); n > 0 {
		verdict = fmt.Sprintf("%d differences; waymark run repairs them", n)
	}
	_, err := fmt.Fprintf(a.stdout, "%s tables, %s partitions, %s rows: %s\n", count(v.Tables), count(v.Partitions), count(v.Rows), verdict)
	return err
}
