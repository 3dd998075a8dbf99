package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"waymark/internal/pipeline"
)

func (a *app) planCommand() *cobra.Command {
	var sources []string
	var detailed bool
	var scope scopeFlags
	cmd := &cobra.Command{
		Use: "plan", Short: "Print which objects, partitions and models a run would touch, and why", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			s, err := scope.parse(time.Now())
			if err != nil {
				return err
			}
			return a.withLake(cmd.Context(), cfg, func(r *pipeline.Runner) error {
				r.Scope = s
				plan, err := r.Plan(cmd.Context(), sources)
				if err != nil {
					return err
				}
				if err := a.printPlan(plan); err != nil {
					return err
				}
				if detailed && plan.Idle() {
					return status(exitNothing)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringSliceVar(&sources, "source", nil, "only these sources")
	cmd.Flags().BoolVar(&detailed, "detailed-exit", false, "exit 9 when a run would do nothing")
	scope.add(cmd, false)
	return cmd
}

func (a *app) printPlan(p *pipeline.Plan) error {
	if a.output == "json" {
		return printJSON(a.stdout, p)
	}
	if p.Idle() {
		_, err := fmt.Fprintln(a.stdout, "nothing to do")
		return err
	}
	t := newTable("source", "why", "objects", "size", "rows before").alignRight(2, 3, 4)
	for _, x := range p.Totals {
		t.add(x.Source, string(x.Reason), count(x.Objects), size(x.Bytes), count(x.Rows))
	}
	if err := printPart(a, t); err != nil {
		return err
	}
	const shown = 20
	t = newTable("object", "source", "size", "why").alignRight(2)
	for i, o := range p.Objects {
		if i == shown {
			t.add(fmt.Sprintf("… and %s more (--output json lists all)", count(len(p.Objects)-shown)), "", "", "")
			break
		}
		t.add(o.Object, o.Source, size(o.Bytes), string(o.Reason))
	}
	if err := printPart(a, t); err != nil {
		return err
	}
	t = newTable("table", "partitions", "why").alignRight(1)
	for _, c := range p.Partitions {
		t.add(c.Table, partitionCount(c.Partitions), c.Why)
	}
	if err := printPart(a, t); err != nil {
		return err
	}
	for _, m := range p.Models {
		fmt.Fprintf(a.stdout, "model %s: %s\n", m.Model, m.Why)
	}
	return nil
}

// printPart prints a table that has rows, and a blank line.
func printPart(a *app, t *table) error {
	if len(t.rows) == 0 {
		return nil
	}
	if err := t.print(a.stdout); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.stdout)
	return err
}

// partitionCount is "?" where only decoding will tell.
func partitionCount(partitions []string) string {
	if len(partitions) == 0 {
		return "?"
	}
	return count(len(partitions))
}
