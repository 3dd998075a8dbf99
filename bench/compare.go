package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"waymark/internal/sampledata"
)

// converter turns an export into Parquet.
type converter interface {
	name() string
	convert(ctx context.Context, j *job, dir string) (usage, error)
}

var _ = []converter{(*waymark)(nil), (*duckDB)(nil), (*clickHouse)(nil)}

// once converts into a fresh directory that it returns; the caller removes it.
func (h *harness) once(ctx context.Context, c converter, j *job) (usage, string, error) {
	dir, err := os.MkdirTemp(h.work, c.name())
	if err != nil {
		return usage{}, "", err
	}
	u, err := c.convert(ctx, j, dir)
	if err != nil {
		return u, dir, fmt.Errorf("%s with %s: %w", j.kind, c.name(), err)
	}
	u.Bytes, err = parquetBytes(dir)
	return u, dir, err
}

func parquetBytes(dir string) (n int64, err error) {
	err = eachFile(dir, func(path string, info fs.FileInfo) error {
		if strings.HasSuffix(path, ".parquet") {
			n += info.Size()
		}
		return nil
	})
	return n, err
}

// sameRows converts once with each engine and proves that all hold the same rows. It is the warm-up, too.
func (h *harness) sameRows(ctx context.Context, j *job, engines []converter) (string, error) {
	dirs := map[string]string{}
	defer func() {
		for _, dir := range dirs {
			_ = os.RemoveAll(dir)
		}
	}()
	for _, e := range engines {
		u, dir, err := h.best(ctx, e, j)
		dirs[e.name()] = dir
		if err != nil {
			return "", err
		}
		h.log("%s warm-up %-10s %6.2f s  %6.2f CPU s  %4s MiB", j.kind, e.name(), u.Seconds, u.CPU, mib(rss(u)))
	}
	rows, err := prove(ctx, h.duck, j, dirs)
	if err != nil {
		return "", fmt.Errorf("%s: the outputs are not the same: %w", j.kind, err)
	}
	return rows, nil
}

// best converts once, or where files are days once over all and once file by file, and leaves the job with what was
// faster.
func (h *harness) best(ctx context.Context, e converter, j *job) (usage, string, error) {
	peer := strings.ToLower(e.name())
	if _, ok := shapes[peer]; !ok || j.byFile == nil {
		return h.once(ctx, e, j)
	}
	j.byFile[peer] = false
	whole, dir, err := h.once(ctx, e, j)
	if err != nil {
		return whole, dir, err
	}
	j.byFile[peer] = true
	file, other, err := h.once(ctx, e, j)
	h.log("%s %s: %.2f s over all files at once, %.2f s file by file", j.kind, e.name(), whole.Seconds, file.Seconds)
	if err == nil && file.Seconds > whole.Seconds {
		j.byFile[peer] = false
		whole, file, dir, other = file, whole, other, dir
	}
	return file, other, errors.Join(err, os.RemoveAll(dir))
}

// interleaved runs every engine once a round, in turning order, and returns the usages by engine.
func (h *harness) interleaved(ctx context.Context, j *job, engines []converter, rounds int) (map[string][]usage, error) {
	out := map[string][]usage{}
	for round := range rounds {
		for i := range engines {
			e := engines[(round+i)%len(engines)]
			u, err := h.timed(ctx, e, j, fmt.Sprintf("round %d", round+1))
			if err != nil {
				return nil, err
			}
			out[e.name()] = append(out[e.name()], u)
		}
	}
	return out, nil
}

// timed converts once and keeps nothing of it.
func (h *harness) timed(ctx context.Context, e converter, j *job, label string) (usage, error) {
	settle()
	u, dir, err := h.once(ctx, e, j)
	_ = os.RemoveAll(dir)
	if err == nil {
		h.log("%s %s %-10s %6.2f s  %6.2f CPU s  %4s MiB", j.kind, label, e.name(), u.Seconds, u.CPU, mib(rss(u)))
	}
	return u, err
}

// settle has the disk write what earlier steps left: a run that syncs its own files would wait for that as well.
func settle() { syscall.Sync() }

// wanted are the ratios of the issue.
var wanted = map[sampledata.Bulk]struct {
	work             string
	duck, clickHouse float64
}{
	sampledata.BulkWebEvents:    {"GA4 NDJSON → Parquet", 3, 6},
	sampledata.BulkTicketAudits: {"Zendesk audits → Parquet", 3, 5},
	sampledata.BulkContacts:     {"Salesforce CSV → Parquet", 2, 2.5},
}

// compare is the part of one export.
func (h *harness) compare(ctx context.Context, r *result, kind sampledata.Bulk) error {
	input, err := bulkExport(ctx, h.cache, kind, h.size)
	if err != nil {
		return err
	}
	if err := input.warm(); err != nil {
		return err
	}
	j, engines := jobOf(kind, input), []converter{h.waymark, h.duck, h.clickHouse}
	rows, err := h.sameRows(ctx, j, engines)
	if err != nil {
		return err
	}
	r.note("%s MiB in %d files become %s rows of %s. The three outputs hold the same rows: count and an order-independent hash of every column agree; "+
		"%s differ by nature and agree in how many values they have and in which rows share one.",
		mib(float64(input.Bytes)), len(input.Files), rows, j.table.Name, strings.Join(j.keyed, ", "))
	if len(j.hashed) > 0 {
		r.note("%s spreads the rows by each engine's own hash, into equally many.", strings.Join(j.hashed, ", "))
	}
	for _, e := range engines {
		if byFile, ok := j.byFile[strings.ToLower(e.name())]; ok {
			r.note("%s's faster formulation here: %s.", e.name(), map[bool]string{true: "a statement for each file, which is a day", false: "one statement over all files, partitioned by day"}[byFile])
		}
	}
	runs, err := h.interleaved(ctx, j, engines, h.rounds)
	if err != nil {
		return err
	}
	r.Figures, r.Machine.DuckDB = runs, h.duck.version
	base := runs[h.waymark.name()]
	t := r.table("engine", "seconds", "CPU seconds", "peak RSS MiB", "output MiB", "seconds ÷ Waymark's, pair by pair")
	for _, e := range engines {
		list := runs[e.name()]
		ratio := "1"
		if e != converter(h.waymark) {
			ratio = ratios(each(list, seconds), each(base, seconds)).String()
		}
		t.row(e.name(), fmt.Sprintf("%.2f", median(each(list, seconds))), fmt.Sprintf("%.2f", median(each(list, cpu))), mib(median(each(list, rss))),
			fmt.Sprintf("%.1f", float64(list[0].Bytes)/(1<<20)), ratio)
	}
	w := wanted[kind]
	for _, peer := range []struct {
		name string
		want float64
	}{{h.duck.name(), w.duck}, {h.clickHouse.name(), w.clickHouse}} {
		s := ratios(each(runs[peer.name], seconds), each(base, seconds))
		r.target(w.work, fmt.Sprintf("≥ %.1f× %s", peer.want, peer.name), s.String(), s.Median >= peer.want)
	}
	mine, duck := median(each(base, rss)), median(each(runs[h.duck.name()], rss))
	r.target(w.work+", peak RSS", "≤ half of DuckDB's and ≤ 384 MiB", fmt.Sprintf("%s MiB, %.2f of DuckDB's", mib(mine), mine/duck), mine <= duck/2 && mine <= 384<<20)
	return nil
}
