package main

import (
	"bytes"
	"context"
	_ "embed" // duckdb.mjs
	"encoding/json"
	"fmt"
	"os/exec"
)

//go:embed duckdb.mjs
var duckScript string

// duckDB is the peer from npm. Its seconds are those of the statements alone, and what Node took before DuckDB was loaded
// is taken off, so that the host does not count against it.
type duckDB struct {
	modules string // node_modules
	version string
}

func (*duckDB) name() string { return "DuckDB" }

type duckJob struct {
	Threads    int      `json:"threads"`
	Setup      []string `json:"setup,omitempty"`
	Statements []string `json:"statements"`
	Rows       bool     `json:"rows"`
}

type duckAnswer struct {
	Seconds float64    `json:"seconds"`
	CPU     float64    `json:"cpu"`
	RSS     int64      `json:"rss"`
	Version string     `json:"version"`
	Rows    [][]string `json:"rows"`
}

func (d *duckDB) do(ctx context.Context, j duckJob) (usage, duckAnswer, error) {
	j.Threads = threads
	input, err := json.Marshal(j)
	if err != nil {
		return usage{}, duckAnswer{}, err
	}
	cmd := exec.CommandContext(ctx, "node", "--input-type=module", "-e", duckScript, d.modules)
	cmd.Stdin = bytes.NewReader(input)
	u, out, err := run(ctx, pinned(cmd))
	if err != nil {
		return usage{}, duckAnswer{}, err
	}
	var a duckAnswer
	if err := json.Unmarshal(out, &a); err != nil {
		return usage{}, duckAnswer{}, fmt.Errorf("read DuckDB's answer: %w", err)
	}
	d.version = a.Version
	return usage{Seconds: a.Seconds, CPU: u.CPU - a.CPU, RSS: u.RSS - a.RSS}, a, nil
}

func (d *duckDB) convert(ctx context.Context, j *job, dir string) (usage, error) {
	sql, err := j.statements("duckdb", dir)
	if err != nil {
		return usage{}, err
	}
	u, _, err := d.do(ctx, duckJob{Setup: duckSettings(), Statements: sql})
	return u, err
}

// duckSettings are what made DuckDB faster; README.md lists what was tried.
func duckSettings() []string {
	return []string{"SET preserve_insertion_order = false", "SET TimeZone = 'UTC'"}
}

// query returns the rows of one statement.
func (d *duckDB) query(ctx context.Context, sql string) ([][]string, error) {
	_, a, err := d.do(ctx, duckJob{Setup: duckSettings(), Statements: []string{sql}, Rows: true})
	return a.Rows, err
}
