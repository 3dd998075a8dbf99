package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// machine describes where figures come from.
type machine struct {
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	MemoryGiB int    `json:"memory_gib"`
	System    string `json:"system"`
	Go        string `json:"go"`
	DuckDB    string `json:"duckdb,omitempty"`
	Engine    string `json:"clickhouse,omitempty"`
	Load      string `json:"load"` // of the machine before the part, over the last minute
}

func describe() machine {
	m := machine{Processor: runtime.GOARCH, Cores: runtime.NumCPU(), System: runtime.GOOS, Go: runtime.Version()}
	m.Processor = procField("/proc/cpuinfo", "model name")
	var kib int
	if _, err := fmt.Sscan(procField("/proc/meminfo", "MemTotal"), &kib); err == nil {
		m.MemoryGiB = (kib + 1<<19) >> 20
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.System += " " + strings.TrimSpace(string(release))
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(load), " ")
	}
	return m
}

// procField returns the value of the first line that begins with name.
func procField(file, name string) string {
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (m machine) String() string {
	s := fmt.Sprintf("%s, %d cores, %d GiB, %s, %s", m.Processor, m.Cores, m.MemoryGiB, m.System, m.Go)
	if m.DuckDB != "" {
		s += ", DuckDB " + m.DuckDB
	}
	if m.Engine != "" {
		s += ", ClickHouse " + m.Engine
	}
	return s
}

// versionOf asks the binary.
func versionOf(ctx context.Context, binary string) (string, error) {
	out, err := exec.CommandContext(ctx, binary, "version").Output()
	return strings.TrimSpace(string(out)), err
}
