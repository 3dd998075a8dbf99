package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// harness is what every part works with.
type harness struct {
	cache      string // generated exports
	work       string // scratch, removed at the end
	results    string
	size       float64
	rounds     int
	waymark    *waymark
	duck       *duckDB
	clickHouse *clickHouse
	versitygw  string // the S3 server
	progress   io.Writer
}

func (h *harness) log(format string, args ...any) { fmt.Fprintf(h.progress, format+"\n", args...) }

// measure runs one part and keeps what it found.
func (h *harness) measure(ctx context.Context, p part) error {
	version, err := versionOf(ctx, h.waymark.binary)
	if err != nil {
		return fmt.Errorf("ask %s for its version: %w", h.waymark.binary, err)
	}
	began := time.Now()
	r := &result{Part: p.name, Date: began.UTC().Format("2006-01-02 15:04"), Version: version, Machine: describe()}
	r.Machine.Engine = h.clickHouse.version
	if err := p.run(h, ctx, r); err != nil {
		return fmt.Errorf("part %s: %w", p.name, err)
	}
	r.Minutes = time.Since(began).Minutes()
	return r.save(h.results)
}
