package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waymark/internal/pipeline"
)

// scopeFlags are the flags that narrow a run.
type scopeFlags struct {
	shard, since string
	prune        bool
}

func (f *scopeFlags) add(cmd *cobra.Command, run bool) {
	cmd.Flags().StringVar(&f.since, "since", "", "only objects newer than this: 2026-01-31, 2026-01-31T12:00:00Z, 36h or 7d (ago)")
	cmd.Flags().BoolVar(&f.prune, "prune", false, "remove the rows of objects that are gone from the listing")
	if run {
		cmd.Flags().StringVar(&f.shard, "shard", "", "read only share i of n (0/4 … 3/4) and publish nothing")
	}
}

func (f *scopeFlags) parse(now time.Time) (pipeline.Scope, error) {
	scope := pipeline.Scope{Prune: f.prune}
	var err error
	if f.shard != "" {
		if scope.Shard, err = pipeline.ParseShard(f.shard); err != nil {
			return scope, err
		}
		if f.prune {
			return scope, usage("--prune publishes, --shard does not: use one of them")
		}
	}
	scope.Since, err = parseSince(f.since, now)
	return scope, err
}

// parseSince reads a time, a day (UTC) or how long ago.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	ago, err := time.ParseDuration(text)
	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		var n int
		n, err = strconv.Atoi(days)
		if n > 100_000 {
			return time.Time{}, usage("--since %q is longer ago than any object", text)
		}
		ago = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || ago < 0 {
		return time.Time{}, usage("--since %q: use a day (2026-01-31), a time (2026-01-31T12:00:00Z) or how long ago (36h, 7d)", text)
	}
	return now.Add(-ago), nil
}
