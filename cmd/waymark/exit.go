package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"waymark/internal/fault"
	"waymark/internal/nearest"
	"waymark/internal/pipeline"
)

// The exit codes, as the README lists them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRejects     = 3
	exitAuth        = 4
	exitTransient   = 5
	exitGate        = 6
	exitNothing     = 9
	exitLease       = 10
	exitInterrupted = 130
)

// status is an outcome that is no failure but has an exit code of its own; it prints nothing.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// exitCode maps an error to the exit code. Of joined errors the one that a person has to act on first decides.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	var s status
	if errors.As(err, &s) {
		return int(s)
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	if errors.Is(err, pipeline.ErrLeaseHeld) {
		return exitLease
	}
	if errors.Is(err, pipeline.ErrNothingInRange) {
		return exitNothing
	}
	codes := map[int]bool{}
	for _, e := range leaves(err) {
		codes[codeOf(e)] = true
	}
	for _, c := range []int{exitUsage, exitAuth, exitGate, exitFailed, exitTransient} {
		if codes[c] {
			return c
		}
	}
	return exitFailed
}

func codeOf(err error) int {
	switch fault.KindOf(err) {
	case fault.Invalid:
		return exitUsage
	case fault.Auth:
		return exitAuth
	case fault.Transient:
		return exitTransient
	case fault.Gate:
		return exitGate
	}
	return exitFailed
}

// leaves takes joined errors apart; nil has none.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, leaves(e)...)
		}
		return out
	}
	return []error{err}
}

// report prints every error with its hint.
func (a *app) report(err error) {
	var s status
	if errors.As(err, &s) {
		return
	}
	for _, e := range leaves(err) {
		fmt.Fprintf(a.stderr, "waymark: %s\n", e)
		if hint := fault.HintOf(e); hint != "" {
			fmt.Fprintf(a.stderr, "  → %s\n", hint)
		}
	}
}

func usage(format string, args ...any) error {
	e := fault.New(fault.Invalid, format, args...)
	e.Hint = "see waymark --help"
	return e
}

// flagError adds a suggestion to a flag that does not exist.
func flagError(cmd *cobra.Command, err error) error {
	e := fault.New(fault.Invalid, "%s: %w", cmd.CommandPath(), err)
	e.Hint = "see " + cmd.CommandPath() + " --help"
	if name, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if s := nearest.Of(name, known); s != "" {
			e.Hint = fmt.Sprintf("did you mean --%s?", s)
		}
	}
	return e
}
