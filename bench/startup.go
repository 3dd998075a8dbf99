package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"waymark/internal/sampledata"
)

// startup measures the commands that people and probes call all the time.
func (h *harness) startup(ctx context.Context, r *result) error {
	config := filepath.Join(h.work, "startup.yaml")
	text := sampledata.Config(sampledata.ConfigOptions{Exports: h.work, Lake: filepath.Join(h.work, "lake"), Warehouse: "embedded:" + h.work})
	if err := os.WriteFile(config, text, 0o600); err != nil {
		return err
	}
	// No memory: what the kernel notes for a process begins with that of the one that started it, and these end too soon to be watched.
	t := r.table("command", "median ms", "least", "most")
	figures := map[string][]usage{}
	for _, c := range []struct {
		name  string
		args  []string
		limit float64 // ms
	}{
		{"waymark version", []string{"version"}, 20}, {"waymark check", []string{"check", "--config", config}, 150},
	} {
		const runs = 25
		var list []usage
		for i := range runs {
			u, _, err := h.waymark.do(ctx, c.args...)
			if err != nil {
				return err
			}
			if i > 0 { // the first one reads the binary from disk
				list = append(list, u)
			}
		}
		s := spreadOf(each(list, func(u usage) float64 { return u.Seconds * 1000 }))
		t.row(c.name, fmt.Sprintf("%.1f", s.Median), fmt.Sprintf("%.1f", s.Least), fmt.Sprintf("%.1f", s.Most))
		r.target("`"+c.name+"` offline", fmt.Sprintf("≤ %.0f ms", c.limit), fmt.Sprintf("%.1f ms", s.Median), s.Median <= c.limit)
		figures[c.name] = list
	}
	r.Figures = figures
	return nil
}
