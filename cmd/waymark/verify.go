package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"waymark/internal/pipeline"
)

func (a *app) verifyCommand() *cobra.Command {
	var o pipeline.VerifyOptions
	var repair, acceptLoss bool
	cmd := &cobra.Command{
		Use: "verify", Short: "Prove that the warehouse holds what the lake says", Args: noArgs,
		Long: "Compare every partition of every table with the ledger and the manifests, by row count and hash; with --deep also every\n" +
			"data file of the lake with its manifest, and every column of the warehouse is read. --repair reads them, too. Exit code 1 when they differ, 0 when --repair left no difference.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			if acceptLoss && !repair {
				return usage("--accept-loss goes with --repair")
			}
			return a.withRunner(cmd.Context(), cfg, func(r *pipeline.Runner) error {
				r.AcceptLoss = acceptLoss
				if repair {
					return a.repair(cmd.Context(), r, o)
				}
				v, err := r.VerifyOnly(cmd.Context(), o)
				a.clearProgress(r)
				if err != nil {
					return err
				}
				if err := a.printVerification(v); err != nil {
					return err
				}
				return verdict(v)
			})
		},
	}
	cmd.Flags().StringVar(&o.Table, "table", "", "only this lake table or model")
	cmd.Flags().BoolVar(&o.Deep, "deep", false, "read every data file of the lake and every column of the warehouse, too")
	cmd.Flags().BoolVar(&repair, "repair", false, "rebuild what differs")
	cmd.Flags().BoolVar(&acceptLoss, "accept-loss", false, "with --repair: publish partitions that lose more than half their rows, give up what cannot be read again")
	return cmd
}

func verdict(v *pipeline.Verification) error {
	if !v.Clean() {
		return status(exitFailed)
	}
	return nil
}

func (a *app) repair(ctx context.Context, r *pipeline.Runner, o pipeline.VerifyOptions) error {
	rep, err := r.Repair(ctx, o)
	a.clearProgress(r)
	if rep == nil {
		return err
	}
	if printErr := a.printRepair(rep); printErr != nil {
		return printErr
	}
	if err != nil {
		return err
	}
	return verdict(rep.Left)
}

func (a *app) printRepair(rep *pipeline.Repair) error {
	if a.output == "json" {
		return printJSON(a.stdout, rep)
	}
	if err := a.printDifferences(rep.Found); err != nil {
		return err
	}
	for _, place := range rep.Aside {
		fmt.Fprintf(a.stdout, "moved aside: %s\n", place)
	}
	for _, d := range rep.Lost {
		fmt.Fprintf(a.stdout, "lost: %s\n", d.Problem)
	}
	if rep.Run != nil {
		fmt.Fprintf(a.stdout, "repaired: %s differences found, %s objects read again\n\n", count(len(rep.Found.Differences)), count(rep.Rebuilt))
	}
	if rep.Left == nil {
		return nil
	}
	return a.printVerification(rep.Left)
}

func (a *app) printDifferences(v *pipeline.Verification) error {
	t := newTable("table", "partition", "problem")
	for _, d := range v.Differences {
		t.add(d.Table, d.Partition, d.Problem)
	}
	if len(t.rows) == 0 {
		return nil
	}
	return t.print(a.stdout)
}

func (a *app) printVerification(v *pipeline.Verification) error {
	if a.output == "json" {
		return printJSON(a.stdout, v)
	}
	if err := a.printDifferences(v); err != nil {
		return err
	}
	verdict := "the warehouse is what the lake says"
	if n := len(v.Differences); n > 0 {
		verdict = fmt.Sprintf("%d differences; waymark verify --repair rebuilds them", n)
	}
	if v.Files > 0 {
		verdict = fmt.Sprintf("%s data files read: %s", count(v.Files), verdict)
	}
	_, err := fmt.Fprintf(a.stdout, "%s tables, %s partitions, %s rows: %s\n", count(v.Tables), count(v.Partitions), count(v.Rows), verdict)
	return err
}
