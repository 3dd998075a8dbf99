package main

import (
	"fmt"
	"os"
	"strings"
)

// report makes RESULTS.md of the parts that were measured.
func report(results, path string) error {
	var found []*result
	titles := map[string]string{}
	for _, p := range parts() {
		r, err := readResult(results, p.name)
		if err != nil {
			return err
		}
		if r != nil {
			found, titles[p.name] = append(found, r), p.title
		}
	}
	var b strings.Builder
	b.WriteString("# Results\n\nMade by `make bench` from `bench/results/*.json`; do not edit. [README.md](README.md) says how.\n\n## Targets\n\n")
	targets := table{Head: []string{"work", "target", "reached", ""}}
	for _, r := range found {
		for _, v := range r.Verdict {
			met := "**not met**"
			if v.Met {
				met = "met"
			}
			targets.row(v.Work, v.Target, v.Reached, met)
		}
	}
	targets.markdown(&b)
	for _, r := range found {
		fmt.Fprintf(&b, "## %s\n\n", titles[r.Part])
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "%s\n\n", n)
		}
		for _, t := range r.Tables {
			t.markdown(&b)
		}
		fmt.Fprintf(&b, "`%s`, %s UTC, %.1f minutes; %s; %s; load before: %s.\n\n", r.Part, r.Date, r.Minutes, r.Version, r.Machine, r.Machine.Load)
	}
	return os.WriteFile(path, []byte(strings.TrimRight(b.String(), "\n")+"\n"), 0o644)
}
