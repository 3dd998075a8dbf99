package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/rs/zerolog"

	"waymark/load/engine"
)

// engineChild is the verb of the process that serves the ClickHouse engine.
const engineChild = "engine-child"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := start(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == engineChild {
		return engine.Child(ctx, os.Stdin, os.Stdout, zerolog.New(os.Stderr))
	}
	h := &harness{progress: os.Stderr}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "parts to measure, separated by commas; default all")
	cache := flags.String("cache", os.Getenv("WAYMARK_CACHE"), "Waymark's cache directory, where components and generated exports are")
	check := flags.Bool("check", false, "only check, in a minute, that Waymark keeps its distance to DuckDB; writes nothing")
	dir := flags.String("dir", "bench", "where RESULTS.md and results/ are")
	binary := flags.String("waymark", "bin/waymark", "the binary to measure")
	flags.Float64Var(&h.size, "size", 1, "size of the exports; 1 is a million records each")
	flags.IntVar(&h.rounds, "rounds", 5, "counted runs")
	flags.Usage = func() { usageText(flags) }
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	if err := h.prepare(*cache, *dir, *binary); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(h.work) }()
	if *check {
		return h.check(ctx)
	}
	for _, p := range chosen {
		if err := h.measure(ctx, p); err != nil {
			return err
		}
		if err := report(h.results, filepath.Join(*dir, "RESULTS.md")); err != nil {
			return err
		}
	}
	return nil
}

// prepare finds the engines and makes the directories.
func (h *harness) prepare(cache, dir, binary string) (err error) {
	if cache == "" {
		if cache, err = os.UserCacheDir(); err != nil {
			return err
		}
		cache = filepath.Join(cache, "waymark")
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return err
	}
	h.cache, h.results = filepath.Join(cache, "bench"), filepath.Join(dir, "results")
	if err := os.MkdirAll(h.cache, 0o755); err != nil {
		return err
	}
	if h.work, err = os.MkdirTemp(h.cache, "work"); err != nil {
		return err
	}
	status := engine.Inspect(cache)
	h.waymark = &waymark{binary: binary}
	h.duck = &duckDB{modules: filepath.Join(cache, "node", "node_modules")}
	h.clickHouse = &clickHouse{library: status.Path, version: status.Version}
	h.versitygw = filepath.Join(cache, "bin", "versitygw")
	for _, need := range []string{binary, status.Path, h.versitygw, filepath.Join(h.duck.modules, "@duckdb", "node-api")} {
		if _, err := os.Stat(need); err != nil {
			return fmt.Errorf("%w; run: make release engine test-components", err)
		}
	}
	return nil
}

func choose(only string) ([]part, error) {
	all := parts()
	if only == "" {
		return all, nil
	}
	var chosen []part
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(all, func(p part) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no part %q; see bench -help", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func usageText(flags *flag.FlagSet) {
	w := flags.Output()
	fmt.Fprintln(w, "usage: go run ./bench [flags]; the parts are")
	for _, p := range parts() {
		fmt.Fprintf(w, "  %-12s %s: %s\n", p.name, p.title, p.about)
	}
	flags.PrintDefaults()
	_, _ = io.WriteString(w, "Run it from the root of the repository.\n")
}
