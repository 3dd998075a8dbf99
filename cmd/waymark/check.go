package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"waymark/internal/fault"
	"waymark/internal/pipeline"
	"waymark/transform/journey"
)

func (a *app) checkCommand() *cobra.Command {
	var online bool
	cmd := &cobra.Command{
		Use: "check", Short: "Check the configuration, and with --online what it points to", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if cfg == nil {
				return err
			}
			sources, bindErr := pipeline.Bind(cfg)
			if err := alsoOf(err, bindErr); err != nil {
				return err
			}
			rules, err := journey.Extend(cfg.Journey.Rules)
			if err != nil {
				return err
			}
			out := checkReport{Config: a.configFile, Lake: cfg.Lake, Warehouse: hidePassword(cfg.Warehouse), Timezone: cfg.Timezone,
				Currency: cfg.Currency, Uncovered: rules.Uncovered()}
			for _, s := range sources {
				mode := "incremental"
				if s.Full {
					mode = "full"
				}
				out.Sources = append(out.Sources, checkedSource{Name: s.Config.Name, System: s.Export.System, Export: s.Export.Name,
					Location: s.Config.Location, Mode: mode, Schedule: s.Config.Schedule})
			}
			if online {
				if err := a.checkOnline(cmd.Context(), cfg, &out); err != nil {
					return err
				}
			}
			return a.printCheck(out)
		},
	}
	cmd.Flags().BoolVar(&online, "online", false, "also list every location and connect to the warehouse")
	return cmd
}

// alsoOf joins the problems of both, those of second only where first has none on the same line and key.
func alsoOf(first, second error) error {
	seen, all := map[string]bool{}, leaves(first)
	place := func(err error) string {
		var f *fault.Error
		if errors.As(err, &f) {
			return fmt.Sprintf("%d %s", f.Line, f.Field)
		}
		return err.Error()
	}
	for _, err := range all {
		seen[place(err)] = true
	}
	for _, err := range leaves(second) {
		if !seen[place(err)] {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

type checkReport struct {
	Config    string          `json:"config"`
	Lake      string          `json:"lake"`
	Warehouse string          `json:"warehouse"`
	Server    string          `json:"server,omitempty"` // version of the warehouse, with --online
	Timezone  string          `json:"timezone"`
	Currency  string          `json:"currency"`
	Sources   []checkedSource `json:"sources"`
	Uncovered []string        `json:"uncovered_event_types"`
}

type checkedSource struct {
	Name     string `json:"name"`
	System   string `json:"system"`
	Export   string `json:"export"`
	Location string `json:"location"`
	Mode     string `json:"mode"`
	Schedule string `json:"schedule,omitempty"`
	Objects  *int   `json:"objects,omitempty"` // with --online
}

func (a *app) printCheck(r checkReport) error {
	if a.output == "json" {
		return printJSON(a.stdout, r)
	}
	fmt.Fprintf(a.stdout, "%s: ok\nlake       %s\nwarehouse  %s\nreporting  %s, %s\n\n", r.Config, r.Lake, r.Warehouse, r.Timezone, r.Currency)
	t := newTable("source", "export", "mode", "schedule", "objects", "location").alignRight(4)
	for _, s := range r.Sources {
		objects := "–"
		if s.Objects != nil {
			objects = count(*s.Objects)
		}
		t.add(s.Name, s.System+"/"+s.Export, s.Mode, orDash(s.Schedule), objects, s.Location)
	}
	if err := t.print(a.stdout); err != nil {
		return err
	}
	if len(r.Uncovered) > 0 {
		_, err := fmt.Fprintf(a.stdout, "\nno journey rule covers: %s\n", strings.Join(r.Uncovered, ", "))
		return err
	}
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
