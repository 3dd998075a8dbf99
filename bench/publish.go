package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"waymark/internal/sampledata"
)

// publish measures Parquet → ClickHouse: the publish stage of a run over a lake that is there, beside the engine's own
// INSERT … SELECT FROM file() of the same files into a table of the same definition. Waymark's seconds also pay for the
// audits, the merge to one part, the swap and the verification.
func (h *harness) publish(ctx context.Context, r *result) error {
	input, err := bulkExport(ctx, h.cache, sampledata.BulkWebEvents, h.size)
	if err != nil {
		return err
	}
	j := jobOf(sampledata.BulkWebEvents, input)
	_, base, err := h.once(ctx, h.waymark, j)
	defer func() { _ = os.RemoveAll(base) }()
	if err != nil {
		return err
	}
	var waymarks, engines []float64
	var figures []outcome
	rows := int64(0)
	for round := range h.rounds + 1 {
		o, insert, err := h.publishOnce(ctx, j, filepath.Join(base, "lake"))
		if err != nil {
			return err
		}
		h.log("publish round %d  Waymark %.2f s (prepare %.2f s), INSERT %.2f s", round, o.stage("publish"), o.stage("prepare"), insert)
		if round == 0 { // warm-up
			continue
		}
		for _, t := range o.Report.Tables {
			if t.Table == j.table.Name {
				rows = t.Rows
			}
		}
		waymarks, engines, figures = append(waymarks, o.stage("publish")), append(engines, insert), append(figures, o)
	}
	if rows == 0 {
		return errors.New("nothing was published")
	}
	ratio := ratios(engines, waymarks)
	r.note("%d rows of %s; the stage publish of `waymark run`, after a shard wrote the lake. Medians of %d interleaved rounds, each into an empty warehouse.", rows, j.table.Name, h.rounds)
	t := r.table("way", "seconds", "rows/s", "rows/s ÷ INSERT's, pair by pair")
	rate := func(seconds float64) string { return fmt.Sprintf("%.0f", float64(rows)/seconds) }
	t.row("Waymark's publish", fmt.Sprintf("%.2f", median(waymarks)), rate(median(waymarks)), ratio.String())
	t.row("INSERT … SELECT FROM file()", fmt.Sprintf("%.2f", median(engines)), rate(median(engines)), "1")
	r.target("publish, rows/s", "≥ 0.8× of the engine's own insert", ratio.String(), ratio.Median >= 0.8)
	r.Figures = map[string]any{"waymark": figures, "insert_seconds": engines}
	return nil
}

// publishOnce publishes a copy of the lake into an empty warehouse and inserts the same files beside it.
func (h *harness) publishOnce(ctx context.Context, j *job, lake string) (o outcome, insert float64, err error) {
	dir, err := os.MkdirTemp(h.work, "publish")
	if err != nil {
		return o, 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.CopyFS(filepath.Join(dir, "lake"), os.DirFS(lake)); err != nil {
		return o, 0, err
	}
	d, err := deploy(dir, func(lake, warehouse string) []byte { return j.configOf(lake, warehouse) })
	if err != nil {
		return o, 0, err
	}
	settle()
	if o, err = h.run(ctx, d); err != nil {
		return o, 0, err
	}
	settle()
	insert, err = h.insertSelf(ctx, filepath.Join(dir, "warehouse"), filepath.Join(dir, "lake", "data", j.table.Name, "*", "*.parquet"), j.table.Name)
	return o, insert, err
}

// insertSelf times the engine's own insert of files into a second table like the published one.
func (h *harness) insertSelf(ctx context.Context, warehouse, files, name string) (float64, error) {
	p, err := h.clickHouse.start(ctx, warehouse)
	if err != nil {
		return 0, err
	}
	defer func() { _ = p.Close() }()
	structure, err := ask(ctx, p, "SELECT arrayStringConcat(groupArray(concat('`', name, '` ', type)), ', ') FROM (SELECT name, type FROM system.columns "+
		"WHERE database = 'waymark_raw' AND table = '"+name+"' AND default_kind = '' ORDER BY position) FORMAT TSVRaw")
	if err != nil {
		return 0, err
	}
	if _, err := ask(ctx, p, "CREATE TABLE waymark_raw.own_insert AS waymark_raw."+name); err != nil {
		return 0, err
	}
	began := time.Now()
	_, err = ask(ctx, p, fmt.Sprintf("INSERT INTO waymark_raw.own_insert SELECT * FROM file('%s', Parquet, $structure$%s$structure$) SETTINGS max_threads = %d, max_insert_threads = %d",
		files, structure, threads, threads))
	return time.Since(began).Seconds(), err
}
