package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"waymark/extract/store"
	"waymark/internal/object"
	"waymark/internal/sampledata"
	"waymark/internal/testenv"
)

// idleObjects is the number of exports that are all loaded already, at size 1, and idleAudits how many records each has.
const (
	idleObjects = 100_000
	idleAudits  = 2
)

// idle measures runs that find nothing new among many objects of an S3 server. The bucket, the lake in it and the
// warehouse stay in the cache: what takes long is loading them the first time, and again when a build reads otherwise.
func (h *harness) idle(ctx context.Context, r *result) error {
	objects := max(int(idleObjects*h.size), 1)
	dir := filepath.Join(h.cache, fmt.Sprintf("idle-seed%d-objects%d", seed, objects))
	s3, stop, err := testenv.ServeS3(h.versitygw, filepath.Join(dir, "s3"))
	if err != nil {
		return err
	}
	defer stop()
	for _, pair := range s3.Environment() {
		name, value, _ := bytes.Cut([]byte(pair), []byte("="))
		if err := os.Setenv(string(name), string(value)); err != nil {
			return err
		}
	}
	if err := h.uploadAudits(ctx, s3, dir, objects); err != nil {
		return err
	}
	d, err := deploy(dir, func(_, warehouse string) []byte { return idleConfig(s3, warehouse) })
	if err != nil {
		return err
	}
	began := time.Now()
	for n := 0; ; n++ {
		o, err := h.run(ctx, d)
		if err != nil {
			return err
		}
		if o.Report.Idle() {
			break
		}
		h.log("idle: the run that loads %d objects took %.0f s, %s MiB (%v)", objects, o.Seconds, mib(rss(o.usage)), o.Report.Stages)
		r.note("A run before, for what the cache of %d objects lacked or a newer build makes otherwise, took %.0f s with %s MiB (Waymark alone %s).", objects, o.Seconds, mib(rss(o.usage)), mib(own(o.usage)))
		if n == 3 {
			return errors.New("the run does not come to rest")
		}
	}
	h.log("idle: ready after %.0f s", time.Since(began).Seconds())
	var list []outcome
	for range h.rounds {
		o, err := h.run(ctx, d)
		if err != nil {
			return err
		}
		if !o.Report.Idle() {
			return errors.New("a run with nothing new did something")
		}
		h.log("idle: %.2f s, %s MiB, Waymark alone %s MiB", o.Seconds, mib(rss(o.usage)), mib(own(o.usage)))
		list = append(list, o)
	}
	return h.idleResult(r, list, objects)
}

func (h *harness) idleResult(r *result, list []outcome, objects int) error {
	head := []string{"objects", "seconds", "CPU seconds", "peak RSS MiB, with the engine", "Waymark alone"}
	figure := func(f func(usage) float64) float64 {
		return median(eachOutcome(list, func(o outcome) float64 { return f(o.usage) }))
	}
	cells := []string{fmt.Sprint(objects), fmt.Sprintf("%.2f", figure(seconds)), fmt.Sprintf("%.2f", figure(cpu)), mib(figure(rss)), mib(figure(own))}
	for _, s := range stages {
		head, cells = append(head, s), append(cells, fmt.Sprintf("%.2f", median(eachOutcome(list, func(o outcome) float64 { return o.stage(s) }))))
	}
	r.table(head...).row(cells...)
	r.note("Exports and lake are on a local S3 server (versitygw), whose processor time is not counted and whose processors are shared. Medians of %d runs.", len(list))
	work := fmt.Sprintf("nothing-new run over %d objects", objects)
	r.target(work, "≤ 10 s", fmt.Sprintf("%.2f s", figure(seconds)), figure(seconds) <= 10)
	for _, m := range []struct {
		of    string
		bytes float64
	}{{"Waymark", figure(own)}, {"Waymark and the embedded engine", figure(rss)}} {
		r.target(work+", peak RSS of "+m.of, "≤ 300 MiB", mib(m.bytes)+" MiB", m.bytes <= 300<<20)
	}
	r.Figures = list
	return nil
}

func idleConfig(s testenv.S3Server, warehouse string) []byte {
	return fmt.Appendf(nil, `lake: "s3://%[1]s/lake"
warehouse: %[2]q
privacy: { key: "${env:WAYMARK_KEY}" }
s3: { endpoint: %[3]q, region: %[4]s, path_style: true }
sources:
  - { name: audits, system: zendesk, export: ticket_audits, location: "s3://%[1]s/audits/**.ndjson" }
`, s.Bucket, warehouse, s.Endpoint, s.Region)
}

// uploadAudits cuts a bulk export into small objects, unless they are there.
func (h *harness) uploadAudits(ctx context.Context, s testenv.S3Server, dir string, objects int) error {
	done := filepath.Join(dir, "uploaded")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	input, err := bulkExport(ctx, h.cache, sampledata.BulkTicketAudits, 1.1*float64(objects*idleAudits)/1_000_000)
	if err != nil {
		return err
	}
	f, err := os.Open(input.Files[0])
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	st, err := store.OpenRoot(ctx, "s3://"+s.Bucket, store.S3Options{Region: s.Region, Endpoint: s.Endpoint, PathStyle: true})
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	lines := bufio.NewReaderSize(f, 1<<20)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i := range objects {
		var body []byte
		for range idleAudits {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return fmt.Errorf("cut object %d off %s: %w", i, input.Files[0], err)
			}
			body = append(body, line...)
		}
		key := fmt.Sprintf("audits/%03d/%06d.ndjson", i/1000, i)
		group.Go(func() error {
			_, err := st.Put(ctx, key, bytes.NewReader(body), int64(len(body)), object.Condition{})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("upload the objects: %w", err)
	}
	return os.WriteFile(done, nil, 0o600)
}
