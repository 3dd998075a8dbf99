package main

import (
	"context"
	"errors"
	"fmt"

	"waymark/internal/sampledata"
)

// checkSize makes exports that convert in a second or so.
const checkSize = 0.04

// floors are the ratios to DuckDB below which a build has lost what was won. They lie well under what RESULTS.md shows,
// because the exports of the check are small and its machine is not quiet.
var floors = map[sampledata.Bulk]float64{sampledata.BulkWebEvents: 1.7, sampledata.BulkTicketAudits: 1.2, sampledata.BulkContacts: 1.2}

// check guards the ratios to DuckDB, never times: rows must be the same, and of seconds and CPU seconds one must reach
// the floor. A ratio below it is measured twice more before it counts, so that a busy machine alone cannot fail it.
func (h *harness) check(ctx context.Context) error {
	var failed []error
	engines := []converter{h.waymark, h.duck}
	for _, kind := range sampledata.Bulks() {
		input, err := bulkExport(ctx, h.cache, kind, checkSize)
		if err != nil {
			return err
		}
		j := jobOf(kind, input)
		rows, err := h.sameRows(ctx, j, engines)
		if err != nil {
			return err
		}
		runs := map[string][]usage{}
		wall, work := spread{}, spread{}
		for try := 0; try < 3 && max(wall.Median, work.Median) < floors[kind]; try++ {
			more, err := h.interleaved(ctx, j, engines, 3)
			if err != nil {
				return err
			}
			for name, list := range more {
				runs[name] = append(runs[name], list...)
			}
			mine, duck := runs[h.waymark.name()], runs[h.duck.name()]
			wall, work = ratios(each(duck, seconds), each(mine, seconds)), ratios(each(duck, cpu), each(mine, cpu))
		}
		h.log("%-10s same %s rows; DuckDB ÷ Waymark: seconds %s, CPU seconds %s; at least %.1f", kind, rows, wall, work, floors[kind])
		if max(wall.Median, work.Median) < floors[kind] {
			failed = append(failed, fmt.Errorf("%s: DuckDB's seconds are %s of Waymark's, CPU seconds %s; at least %.1f is wanted", kind, wall, work, floors[kind]))
		}
	}
	return errors.Join(failed...)
}
