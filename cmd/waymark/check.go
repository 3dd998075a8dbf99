package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"waymark/internal/fault"
	"waymark/internal/pipeline"
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
			rules, err := cfg.JourneyRules()
			if err != nil {
				return err
			}
			out := checkReport{Config: a.configFile, Lake: cfg.Lake, Warehouse: hidePassword(cfg.Warehouse), Timezone: cfg.Timezone,
				Currency: cfg.Currency, Rules: len(cfg.Journey.Rules), BuiltIn: cfg.Journey.BuiltIn, Uncovered: rules.Uncovered()}
			for _, s := range sources {
				mode := "incremental"
				if s.Full {
					mode = "full"
				}
				out.Sources = append(out.Sources, checkedSource{Name: s.Config.Name, System: s.Export.System, Export: s.Export.Name,
					Location: s.Config.Location, Mode: mode, Schedule: s.Config.Schedule,
					Uncovered: rules.UncoveredAt(s.Export.System, s.Export.Name)})
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
	Rules     int             `json:"journey_rules"`         // of the configuration
	BuiltIn   bool            `json:"built_in_rules"`        // follow these
	Uncovered []string        `json:"uncovered_event_types"` // that some event may be without stage or touchpoint
}

type checkedSource struct {
	Name     string `json:"name"`
	System   string `json:"system"`
	Export   string `json:"export"`
	Location string `json:"location"`
	Mode     string `json:"mode"`
	Schedule string `json:"schedule,omitempty"`
	Objects  *int   `json:"objects,omitempty"` // with --online
	// Uncovered are the event types that no journey rule gives a stage and a touchpoint when they come from here.
	Uncovered []string `json:"uncovered_event_types,omitempty"`
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
	return a.printCoverage(r)
}

// printCoverage says which event types no journey rule covers, source by source where rules differ by system.
func (a *app) printCoverage(r checkReport) error {
	text := fmt.Sprintf("\njourney rules: %d of the configuration", r.Rules)
	if r.BuiltIn {
		text += " before the built-in ones"
	}
	open := ""
	for _, s := range r.Sources {
		if len(s.Uncovered) > 0 {
			open += fmt.Sprintf("\nno rule gives stage and touchpoint, from %s: %s", s.Name, strings.Join(s.Uncovered, ", "))
		}
	}
	if open == "" {
		open = "; every event type has a stage and a touchpoint"
	}
	text += open
	_, err := fmt.Fprintln(a.stdout, text)
	return err
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
