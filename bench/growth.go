package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"waymark/internal/sampledata"
)

// growthSizes are inputs that are converted in turn, as multiples of the size that the other parts use, and memorySize one that is
// for memory alone and comes by itself: beside the others it would not stay in the page cache.
var growthSizes = []float64{0.25, 1, 4}

const memorySize = 8

// grown is Waymark at one size.
type grown struct {
	size  float64
	input export
	runs  []usage
}

func (g *grown) perByte() []float64 {
	return each(g.runs, func(u usage) float64 { return u.Seconds / float64(g.input.Bytes) })
}

// growth measures Waymark alone on inputs of several sizes: seconds per byte and memory must not grow.
func (h *harness) growth(ctx context.Context, r *result) error {
	t := r.table("export", "size", "input MiB", "seconds", "seconds per GiB", "÷ that at size 1, round by round", "peak RSS MiB", "÷ that at size 1")
	figures, few := map[string][]usage{}, min(h.rounds, 3)
	for _, kind := range sampledata.Bulks() {
		list, err := h.grow(ctx, kind, h.rounds, growthSizes...)
		if err != nil {
			return err
		}
		large, err := h.grow(ctx, kind, few, memorySize)
		if err != nil {
			return err
		}
		one := list[slices.Index(growthSizes, 1)]
		work, memory := wanted[kind].work, median(each(one.runs, rss))
		var growths []float64
		for _, g := range append(list, large...) {
			figures[fmt.Sprintf("%s size %g", kind, g.size*h.size)] = g.runs
			growth := "–" // not in turn with the others
			if g.size != memorySize {
				ratio := ratios(g.perByte(), one.perByte())
				growths, growth = append(growths, ratio.Median), ratio.String()
			}
			peak := median(each(g.runs, rss))
			t.row(work, fmt.Sprintf("%g", g.size*h.size), mib(float64(g.input.Bytes)), fmt.Sprintf("%.2f", median(each(g.runs, seconds))),
				fmt.Sprintf("%.2f", median(g.perByte())*(1<<30)), growth, mib(peak), fmt.Sprintf("%.2f", peak/memory))
		}
		r.target(work+", seconds per byte at 0.25× and 4× ÷ that at 1×", "0.85–1.15", fmt.Sprintf("%.2f, %.2f", growths[0], growths[2]),
			slices.Min(growths) >= 0.85 && slices.Max(growths) <= 1.15)
		eight := median(each(large[0].runs, rss))
		r.target(work+", peak RSS at 8× ÷ that at 1×", "0.90–1.10", fmt.Sprintf("%.2f (%s MiB, %s MiB)", eight/memory, mib(memory), mib(eight)),
			eight >= 0.9*memory && eight <= 1.1*memory)
	}
	r.note("Waymark alone, in turn; medians of %d rounds (%d of the largest input).", h.rounds, few)
	r.Figures = figures
	return nil
}

// grow measures sizes in turn, so that a machine that is slower for a while is so for all. Exports above size 1 are deleted again.
func (h *harness) grow(ctx context.Context, kind sampledata.Bulk, rounds int, sizes ...float64) ([]grown, error) {
	list := make([]grown, len(sizes))
	for i, size := range sizes {
		input, err := bulkExport(ctx, h.cache, kind, size*h.size)
		if err != nil {
			return nil, err
		}
		if size > 1 {
			defer func() { _ = os.RemoveAll(input.Dir) }()
		}
		if err := input.warm(); err != nil {
			return nil, err
		}
		list[i] = grown{size: size, input: input}
	}
	for round := range rounds {
		for i := range list {
			g := &list[i]
			u, err := h.timed(ctx, h.waymark, jobOf(kind, g.input), fmt.Sprintf("size %g round %d", g.size*h.size, round+1))
			if err != nil {
				return nil, err
			}
			g.runs = append(g.runs, u)
		}
	}
	return list, nil
}
