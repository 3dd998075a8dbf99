package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"waymark/internal/pipeline"
	"waymark/internal/sampledata"
)

// modelsScale is that of the sample shop at size 1: about 10 million web events.
const modelsScale = 50

// models measures each model alone, from nothing and when one more hour of web events has come: seconds, and the most memory that
// the engine had meanwhile.
func (h *harness) models(ctx context.Context, r *result) error {
	cached, err := h.shopExports(ctx, sampledata.Options{Scale: modelsScale * h.size})
	if err != nil {
		return err
	}
	dir := filepath.Join(h.work, "models")
	defer func() { _ = os.RemoveAll(dir) }()
	exports := filepath.Join(dir, "exports")
	if err := os.CopyFS(exports, os.DirFS(cached.Dir)); err != nil {
		return err
	}
	late, err := holdBack(exports, 1)
	if err != nil {
		return err
	}
	d, err := shop(dir, exports)
	if err != nil {
		return err
	}
	whole, first, err := h.runModels(ctx, d)
	if err != nil {
		return err
	}
	rows, _ := whole.rows()
	h.log("models: %d rows in %.0f s, %s MiB", rows, whole.Seconds, mib(rss(whole.usage)))
	if err := os.WriteFile(late[0].path, late[0].body, 0o600); err != nil {
		return err
	}
	hour, then, err := h.runModels(ctx, d)
	if err != nil {
		return err
	}
	h.log("models: one more hour in %.0f s, %s MiB", hour.Seconds, mib(rss(hour.usage)))
	modelsTable(r, whole, hour, first, then)
	r.note("`waymark run` over the sample shop at scale %g, %d rows of all sources: from nothing %.0f s (the models %.0f s) with at most %s MiB, Waymark (%s) and engine together; "+
		"one more hour of the last day %.0f s with at most %s MiB. Memory is the engine's, the most of the time in which the model was built, tested and published, and so holds what the engine "+
		"keeps from before; the engine may take %d MiB. A dash: not built, as nothing that it is made of changed.",
		modelsScale*h.size, rows, whole.Seconds, whole.stage("model"), mib(rss(whole.usage)), mib(own(whole.usage)), hour.Seconds, mib(rss(hour.usage)), 4096)
	r.Figures = map[string]any{"from nothing": whole, "one more hour": hour, "memory": first, "memory, one more hour": then}
	return nil
}

// modelsTable lists the models, the slowest first.
func modelsTable(r *result, whole, hour outcome, first, then map[string]int64) {
	again := map[string]pipeline.ModelReport{}
	for _, m := range hour.Report.Models {
		again[m.Model] = m
	}
	t := r.table("model", "rows", "seconds", "peak MiB", "one more hour: built", "seconds", "peak MiB")
	for _, m := range slices.SortedFunc(slices.Values(whole.Report.Models), func(a, b pipeline.ModelReport) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.Model, b.Model))
	}) {
		cells := []string{m.Model, fmt.Sprint(m.Rows), fmt.Sprintf("%.2f", m.Seconds), mib(float64(first[m.Model])), "–", "–", "–"}
		if n, ok := again[m.Model]; ok && !n.Untouched {
			cells[4], cells[5], cells[6] = "whole", fmt.Sprintf("%.2f", n.Seconds), mib(float64(then[m.Model]))
			if n.ByKey {
				cells[4] = fmt.Sprintf("%d keys", n.Keys)
			}
		}
		t.row(cells...)
	}
}

// runModels is a run that also tells the engine's peak memory while each model was built, in bytes.
func (h *harness) runModels(ctx context.Context, d deployment) (outcome, map[string]int64, error) {
	peaks := map[string]int64{}
	cmd := h.waymark.command(ctx, d.env, "run", "--config", d.config, "--output", "json", "--log-level", "debug")
	u, out, err := runTelling(ctx, cmd, func(pid int, line []byte) {
		engine := children(pid)
		if len(engine) == 0 {
			return
		}
		var said struct{ Model, Message string }
		if json.Unmarshal(line, &said) == nil && said.Model != "" {
			peaks[said.Model] = peakSince(engine[0])
		}
	})
	if err != nil {
		return outcome{}, nil, err
	}
	o := outcome{usage: u, Report: &pipeline.Report{}}
	if err := json.Unmarshal(out, o.Report); err != nil {
		return o, nil, fmt.Errorf("read the run's report: %w", err)
	}
	return o, peaks, nil
}
