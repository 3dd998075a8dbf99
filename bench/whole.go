package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"waymark/internal/sampledata"
)

// stages of a run in their order.
var stages = []string{"discover", "transform", "prepare", "publish", "model"}

// wholeScales are those of the sample shop; 1 is about 200,000 web events.
var wholeScales = []float64{1, 3, 10}

// whole measures runs from nothing over all sources, and the models in them.
func (h *harness) whole(ctx context.Context, r *result) error {
	head := append(append([]string{"scale", "input MiB", "rows"}, stages...), "seconds", "CPU seconds", "peak RSS MiB", "of it Waymark")
	t := table{Head: head}
	models, figures := map[string]map[float64]float64{}, map[string][]outcome{}
	for _, at := range wholeScales {
		scale := at * h.size
		list, err := h.fromNothing(ctx, scale)
		if err != nil {
			return err
		}
		rows, bytes := list[0].rows()
		cells := []string{fmt.Sprintf("%g", scale), mib(float64(bytes)), fmt.Sprint(rows)}
		for _, s := range stages {
			cells = append(cells, fmt.Sprintf("%.2f", median(eachOutcome(list, func(o outcome) float64 { return o.stage(s) }))))
		}
		figure := func(f func(usage) float64) float64 {
			return median(eachOutcome(list, func(o outcome) float64 { return f(o.usage) }))
		}
		t.row(append(cells, fmt.Sprintf("%.1f", figure(seconds)), fmt.Sprintf("%.1f", figure(cpu)), mib(figure(rss)), mib(figure(own)))...)
		for i, m := range list[0].Report.Models {
			if models[m.Model] == nil {
				models[m.Model] = map[float64]float64{}
			}
			models[m.Model][scale] = median(eachOutcome(list, func(o outcome) float64 { return o.Report.Models[i].Seconds }))
		}
		figures[fmt.Sprintf("scale %g", scale)] = list
	}
	r.Tables, r.Figures = append(r.Tables, t, h.modelTable(models)), figures
	r.note("`waymark run` from nothing: every source of the sample shop (compressed as the tools compress), empty lake, empty embedded warehouse; medians of %d runs. "+
		"Memory is that of Waymark and the engine's process together.", (h.rounds+1)/2)
	return nil
}

// modelTable lists the models, the slowest at the largest scale first.
func (h *harness) modelTable(models map[string]map[float64]float64) table {
	t := table{Head: []string{"model"}}
	for _, at := range wholeScales {
		t.Head = append(t.Head, fmt.Sprintf("seconds at scale %g", at*h.size))
	}
	largest := wholeScales[len(wholeScales)-1] * h.size
	names := slices.SortedFunc(maps.Keys(models), func(a, b string) int {
		return cmp.Or(cmp.Compare(models[b][largest], models[a][largest]), cmp.Compare(a, b))
	})
	for _, name := range names {
		cells := []string{name}
		for _, at := range wholeScales {
			cells = append(cells, fmt.Sprintf("%.2f", models[name][at*h.size]))
		}
		t.row(cells...)
	}
	return t
}

func (h *harness) fromNothing(ctx context.Context, scale float64) ([]outcome, error) {
	exports, err := h.shopExports(ctx, sampledata.Options{Scale: scale})
	if err != nil {
		return nil, err
	}
	if err := exports.warm(); err != nil {
		return nil, err
	}
	var list []outcome
	for round := range (h.rounds + 1) / 2 {
		dir := filepath.Join(h.work, "whole")
		d, err := shop(dir, exports.Dir)
		if err != nil {
			return nil, err
		}
		o, err := h.run(ctx, d)
		if err != nil {
			return nil, err
		}
		h.log("scale %g round %d %.1f s  %s MiB", scale, round+1, o.Seconds, mib(rss(o.usage)))
		list = append(list, o)
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func eachOutcome(list []outcome, figure func(outcome) float64) []float64 {
	out := make([]float64, len(list))
	for i, o := range list {
		out[i] = figure(o)
	}
	return out
}
