package main

import (
	"github.com/spf13/cobra"

	"waymark/internal/pipeline"
)

func (a *app) backfillCommand() *cobra.Command {
	var sources []string
	var from, to string
	var acceptLoss bool
	cmd := &cobra.Command{
		Use: "backfill --from DAY --to DAY", Short: "Read the objects of a range of days again and publish these days", Args: noArgs,
		Long: "Read every object again that has rows in the days (both included) and publish these days anew. Interrupted, the same call\n" +
			"goes on where it stopped. Exit code 9 when no object has rows in the range.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" || to == "" {
				return usage("%s needs --from and --to", cmd.CommandPath())
			}
			days, err := pipeline.ParseDays(from, to)
			if err != nil {
				return err
			}
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.runScoped(cmd.Context(), cfg, func(r *pipeline.Runner) (*pipeline.Report, error) {
				r.AcceptLoss = acceptLoss
				return r.Backfill(cmd.Context(), days, sources)
			}, pipeline.Scope{}, false)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "first day (2026-01-31)")
	cmd.Flags().StringVar(&to, "to", "", "last day")
	cmd.Flags().StringSliceVar(&sources, "source", nil, "only these sources")
	cmd.Flags().BoolVar(&acceptLoss, "accept-loss", false, "publish partitions that lose more than half their rows")
	return cmd
}

func (a *app) replayCommand() *cobra.Command {
	var sources []string
	var acceptLoss, detailed bool
	cmd := &cobra.Command{
		Use: "replay", Short: "Run, and also read objects with rejects or in quarantine again", Args: noArgs,
		Long: "Do what run does, and also read the objects again that have rejected records or are quarantined, although neither they nor\n" +
			"the rules changed. A change of the configuration needs no replay: run sees it.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.runScoped(cmd.Context(), cfg, func(r *pipeline.Runner) (*pipeline.Report, error) {
				r.AcceptLoss = acceptLoss
				return r.Replay(cmd.Context(), sources)
			}, pipeline.Scope{}, detailed)
		},
	}
	cmd.Flags().StringSliceVar(&sources, "source", nil, "only these sources")
	cmd.Flags().BoolVar(&acceptLoss, "accept-loss", false, "publish partitions that lose more than half their rows")
	cmd.Flags().BoolVar(&detailed, "detailed-exit", false, "exit 9 when there was nothing to do")
	return cmd
}
