package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// key is the key of every pseudonym here; the persons are invented.
const key = "the persons of the benchmark do not exist"

// waymark is the real binary. Its seconds are those of the whole process.
type waymark struct {
	binary string
}

func (*waymark) name() string { return "Waymark" }

// convert runs one shard of one, which commits files and manifests and publishes nothing, into a fresh lake.
func (w *waymark) convert(ctx context.Context, j *job, dir string) (usage, error) {
	config := filepath.Join(dir, "waymark.yaml")
	if err := os.WriteFile(config, j.config(filepath.Join(dir, "lake")), 0o600); err != nil {
		return usage{}, err
	}
	u, _, err := w.do(ctx, "run", "--shard", "0/1", "--config", config)
	return u, err
}

func (w *waymark) do(ctx context.Context, args ...string) (usage, []byte, error) {
	return w.with(ctx, nil, args...)
}

// with runs the binary in an environment with more variables.
func (w *waymark) with(ctx context.Context, env []string, args ...string) (usage, []byte, error) {
	return run(ctx, w.command(ctx, env, args...))
}

func (w *waymark) command(ctx context.Context, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, w.binary, args...)
	cmd.Env = append(append(os.Environ(), "WAYMARK_KEY="+key), env...)
	return pinned(cmd)
}

// config is a waymark.yaml with the one source of the job.
func (j *job) config(lake string) []byte { return j.configOf(lake, "embedded:"+lake) }

func (j *job) configOf(lake, warehouse string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "lake: %q\nwarehouse: %q\ntimezone: %s\ncurrency: PLN\ncountry: PL\nprivacy: { key: \"${env:WAYMARK_KEY}\" }\n", lake, warehouse, j.timezone)
	fmt.Fprintf(&b, "resources: { workers: %d }\nsources:\n", threads)
	fmt.Fprintf(&b, "  - { name: bench, system: %s, export: %s, location: %q, currency: PLN%s }\n", j.system, j.exportName, filepath.Join(j.input.Dir, j.pattern), j.more)
	return b.Bytes()
}
