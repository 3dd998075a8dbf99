package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"waymark/load/engine"
)

// clickHouse is the engine that Waymark embeds, in a fresh process for each piece of work. Its seconds are those of the
// statements alone.
type clickHouse struct {
	library, version string
}

func (*clickHouse) name() string { return "ClickHouse" }

// start serves an engine over dir; threads bounds its workers.
func (c *clickHouse) start(ctx context.Context, dir string) (*engine.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return engine.Start(ctx, engine.StartOptions{Library: c.library, Dir: dir, Threads: threads, Log: zerolog.Nop(), Timeout: 2 * time.Minute,
		Command: pinnedCommand(self, engineChild)})
}

func (c *clickHouse) convert(ctx context.Context, j *job, dir string) (usage, error) {
	sql, err := j.statements("clickhouse", dir)
	if err != nil {
		return usage{}, err
	}
	temp, err := os.MkdirTemp(dir, "engine")
	if err != nil {
		return usage{}, err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	p, err := c.start(ctx, temp)
	if err != nil {
		return usage{}, err
	}
	defer func() { _ = p.Close() }()
	before, began := processCPU(p.PID()), time.Now()
	for _, statement := range sql {
		if _, err := ask(ctx, p, statement); err != nil {
			return usage{}, err
		}
	}
	return usage{Seconds: time.Since(began).Seconds(), CPU: processCPU(p.PID()) - before, RSS: statusField(p.PID(), "VmHWM:")}, nil
}

// ask runs one statement over HTTP and returns its result as text.
func ask(ctx context.Context, p *engine.Process, sql string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.Address()+"/", strings.NewReader(sql))
	if err != nil {
		return "", err
	}
	r.Header.Set("X-ClickHouse-Key", p.Secret())
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("ClickHouse: %s", lastLines(string(text)))
	}
	return strings.TrimSpace(string(text)), nil
}
