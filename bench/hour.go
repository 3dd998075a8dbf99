package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"waymark/internal/sampledata"
)

// hourDays are the histories that one new hour comes to, and hourScale what happens on a day: 2,000 events, at size 1.
var hourDays = []int{91, 365, 1096}

const hourScale = 2000.0 / 200_000

// hour measures a run that finds one new hour of web events, with little and with much history.
func (h *harness) hour(ctx context.Context, r *result) error {
	t := r.table("history, days", "partitions of it", "seconds", "CPU seconds", "peak RSS MiB", "partitions rebuilt: tables", "models", "prepare", "publish", "model")
	medians, figures := map[int]float64{}, map[string][]outcome{}
	tables := 0
	for _, days := range hourDays {
		history, list, err := h.newHours(ctx, days)
		if err != nil {
			return fmt.Errorf("%d days of history: %w", days, err)
		}
		figure := func(f func(outcome) float64) float64 { return median(eachOutcome(list, f)) }
		all, _ := history.partitions()
		rebuilt, models := list[0].partitions()
		medians[days], tables = figure(func(o outcome) float64 { return o.Seconds }), max(tables, rebuilt)
		t.row(fmt.Sprint(days), fmt.Sprint(all), fmt.Sprintf("%.2f", medians[days]), fmt.Sprintf("%.2f", figure(func(o outcome) float64 { return o.CPU })),
			mib(figure(func(o outcome) float64 { return rss(o.usage) })), fmt.Sprint(rebuilt), fmt.Sprint(models),
			fmt.Sprintf("%.2f", figure(func(o outcome) float64 { return o.stage("prepare") })), fmt.Sprintf("%.2f", figure(func(o outcome) float64 { return o.stage("publish") })),
			fmt.Sprintf("%.2f", figure(func(o outcome) float64 { return o.stage("model") })))
		figures[fmt.Sprintf("%d days", days)] = list
	}
	r.Figures = figures
	r.note("An hour of the last day's web events arrives as an object of its own after everything else was loaded. All sources of the sample shop, about %.0f web events a day.", hourScale*200_000*h.size)
	first, last := hourDays[0], hourDays[len(hourDays)-1]
	growth := medians[last] / medians[first]
	r.target("one new hour in a year of data", "rebuilds only its partitions", fmt.Sprintf("%d of the lake tables", tables), tables == 1)
	r.target("one new hour, history of 3 years ÷ 3 months", "0.80–1.20", fmt.Sprintf("%.2f (%.2f s, %.2f s)", growth, medians[first], medians[last]), growth >= 0.8 && growth <= 1.2)
	return nil
}

// newHours loads days of history without some hours of the last day, and then one of these hours a run.
func (h *harness) newHours(ctx context.Context, days int) (history outcome, list []outcome, err error) {
	cached, err := h.shopExports(ctx, sampledata.Options{Scale: hourScale * float64(days) * h.size, Days: days})
	if err != nil {
		return history, nil, err
	}
	dir := filepath.Join(h.work, "hour")
	defer func() { _ = os.RemoveAll(dir) }()
	exports := filepath.Join(dir, "exports")
	if err := os.CopyFS(exports, os.DirFS(cached.Dir)); err != nil {
		return history, nil, err
	}
	hours, err := holdBack(exports, h.rounds)
	if err != nil {
		return history, nil, err
	}
	d, err := shop(dir, exports)
	if err != nil {
		return history, nil, err
	}
	if history, err = h.run(ctx, d); err != nil {
		return history, nil, err
	}
	h.log("hour: %d days of history loaded in %.0f s", days, history.Seconds)
	for _, late := range hours {
		if err := os.WriteFile(late.path, late.body, 0o600); err != nil {
			return history, nil, err
		}
		o, err := h.run(ctx, d)
		if err != nil {
			return history, nil, err
		}
		h.log("hour: %d days, %.2f s %v", days, o.Seconds, o.Report.Stages)
		list = append(list, o)
	}
	return history, list, nil
}

// lateHour is an object that comes after the others.
type lateHour struct {
	path string
	body []byte
}

// holdBack takes the last n busy hours out of the last day's web events.
func holdBack(exports string, n int) ([]lateHour, error) {
	files, err := filepath.Glob(filepath.Join(exports, "ga4", "events_2*.json.gz"))
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, errors.New("the sample shop has no web events"))
	}
	last := slices.Max(files)
	byHour, err := hoursOf(last)
	if err != nil {
		return nil, err
	}
	var late []lateHour
	var rest bytes.Buffer
	for hour := 23; hour >= 0; hour-- {
		if len(byHour[hour]) == 0 || len(late) == n {
			rest.Write(byHour[hour])
			continue
		}
		late = append(late, lateHour{last[:len(last)-len(".json.gz")] + fmt.Sprintf("_h%02d.json.gz", hour), zipped(byHour[hour])})
	}
	if len(late) < n {
		return nil, fmt.Errorf("%s has events in %d hours only", last, len(late))
	}
	slices.Reverse(late)
	return late, os.WriteFile(last, zipped(rest.Bytes()), 0o600)
}

// hoursOf reads an export's lines by the hour (UTC) of their event_timestamp.
func hoursOf(path string) (out [24][]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return out, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return out, err
	}
	lines := bufio.NewReader(z)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		_, at, _ := bytes.Cut(line, []byte(`"event_timestamp":"`))
		var micros int64
		if _, err := fmt.Sscanf(string(at[:min(len(at), 16)]), "%d", &micros); err != nil {
			return out, fmt.Errorf("read the time of an event of %s: %w", path, err)
		}
		hour := time.UnixMicro(micros).UTC().Hour()
		out[hour] = append(out[hour], line...)
	}
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b) // a buffer takes everything
	_ = z.Close()
	return out.Bytes()
}
