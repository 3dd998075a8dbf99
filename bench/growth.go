package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"waymark/internal/sampledata"
)

// growthSizes are the inputs of the growth part, as multiples of the size that the others use. The last is for memory
// alone.
var growthSizes = []float64{0.25, 1, 4, 8}

// growth measures Waymark alone on inputs of several sizes: seconds per byte and memory must not grow.
func (h *harness) growth(ctx context.Context, r *result) error {
	t := r.table("export", "size", "input MiB", "seconds", "seconds per GiB", "÷ that at size 1", "peak RSS MiB", "÷ that at size 1")
	figures := map[string][]usage{}
	for _, kind := range sampledata.Bulks() {
		perByte, memory := map[float64]float64{}, map[float64]float64{}
		var rows [][]string
		for _, size := range growthSizes {
			bytes, list, err := h.grow(ctx, kind, size)
			if err != nil {
				return err
			}
			perByte[size], memory[size] = median(each(list, seconds))/float64(bytes), median(each(list, rss))
			figures[fmt.Sprintf("%s size %g", kind, size*h.size)] = list
			rows = append(rows, []string{wanted[kind].work, fmt.Sprintf("%g", size*h.size), mib(float64(bytes)), fmt.Sprintf("%.2f", median(each(list, seconds)))})
		}
		for i, size := range growthSizes {
			t.row(append(rows[i], fmt.Sprintf("%.2f", perByte[size]*(1<<30)), fmt.Sprintf("%.2f", perByte[size]/perByte[1]), mib(memory[size]),
				fmt.Sprintf("%.2f", memory[size]/memory[1]))...)
		}
		ratios := []float64{perByte[0.25] / perByte[1], perByte[4] / perByte[1]}
		r.target(wanted[kind].work+", seconds per byte at 0.25× and 4× ÷ that at 1×", "0.85–1.15", fmt.Sprintf("%.2f, %.2f", ratios[0], ratios[1]),
			slices.Min(ratios) >= 0.85 && slices.Max(ratios) <= 1.15)
		eight := memory[8] / memory[1]
		r.target(wanted[kind].work+", peak RSS at 8× ÷ that at 1×", "0.90–1.10", fmt.Sprintf("%.2f (%s MiB, %s MiB)", eight, mib(memory[1]), mib(memory[8])), eight >= 0.9 && eight <= 1.1)
	}
	r.note("Waymark alone, medians of %d runs (3 of the inputs above size 1).", h.rounds)
	r.Figures = figures
	return nil
}

// grow measures one size. Exports above size 1 are deleted again.
func (h *harness) grow(ctx context.Context, kind sampledata.Bulk, size float64) (int64, []usage, error) {
	input, err := bulkExport(ctx, h.cache, kind, size*h.size)
	if err != nil {
		return 0, nil, err
	}
	rounds := h.rounds
	if size > 1 {
		rounds = min(rounds, 3)
		defer func() { _ = os.RemoveAll(input.Dir) }()
	}
	if err := input.warm(); err != nil {
		return 0, nil, err
	}
	runs, err := h.interleaved(ctx, jobOf(kind, input), []converter{h.waymark}, rounds)
	return input.Bytes, runs[h.waymark.name()], err
}
