//go:build linux

package chaos

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"waymark/internal/sampledata"
)

// share says how many lines of an export come first and in all; 0 is none, -1 is the whole file. A run builds every
// mart however small the exports are, so they are as small as they can be without being trivial.
type share struct {
	name       string
	first, all int
}

func shares() []share {
	return []share{
		{"ga4/events_20260105.json.gz", 40, 40},
		{"ga4/events_20260106.json.gz", 30, 40},
		{"ga4/events_20260107.json.gz", 0, 40},
		{"salesforce/Account.csv", -1, -1},
		{"salesforce/Opportunity.csv", 7, -1},
		{"survey/ankiety.csv", 0, -1},
		{"survey/responses.csv", 8, 14},
		{"zendesk/tickets/part-000.ndjson", 4, 6},
		{"zendesk/ticket_audits/part-000.ndjson", 0, 20},
	}
}

// sources are the configured ones: those of the exports above.
func sources() []string {
	return []string{"web", "accounts", "opportunities", "store-surveys", "surveys", "tickets", "ticket-audits"}
}

// makeExports writes the first delivery and all exports: some files grow, some are still to come.
func makeExports(ctx context.Context, seed uint64, waves [2]string) error {
	dir := filepath.Join(filepath.Dir(waves[0]), "shop")
	if _, err := sampledata.Generate(ctx, sampledata.Options{Seed: seed, Scale: 0.001, Days: 3}, sampledata.Directory(dir)); err != nil {
		return fmt.Errorf("make exports: %w", err)
	}
	for _, s := range shares() {
		for i, n := range []int{s.first, s.all} {
			data, err := os.ReadFile(filepath.Join(dir, s.name))
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			if n > 0 {
				if data, err = head(data, n); err != nil {
					return fmt.Errorf("shorten %s: %w", s.name, err)
				}
			}
			if err := writeFile(filepath.Join(waves[i], s.name), data); err != nil {
				return err
			}
		}
	}
	return nil
}

// head keeps the first n lines and adds none within quotes; an archive stays one.
func head(data []byte, n int) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return lines(data, n), nil
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	return compress(lines(plain, n))
}

func compress(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(plain); err != nil {
		return nil, err
	}
	err := z.Close()
	return b.Bytes(), err
}

func lines(data []byte, n int) []byte {
	all := strings.SplitAfter(string(data), "\n")
	n = min(n, len(all))
	for n < len(all) && strings.Count(strings.Join(all[:n], ""), `"`)%2 != 0 {
		n++ // a quoted line break
	}
	return []byte(strings.Join(all[:n], ""))
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// exportNames lists the exports below dir, sorted.
func exportNames(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	slices.Sort(names)
	return names, err
}
