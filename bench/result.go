package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// result is what one part found, as results/PART.json keeps it.
type result struct {
	Part    string    `json:"part"`
	Date    string    `json:"date"`
	Version string    `json:"version"` // of Waymark
	Machine machine   `json:"machine"`
	Minutes float64   `json:"minutes"` // that the part took
	Notes   []string  `json:"notes,omitempty"`
	Tables  []table   `json:"tables"`
	Verdict []verdict `json:"verdicts,omitempty"`
	Figures any       `json:"figures,omitempty"` // every single run
}

type table struct {
	Head []string   `json:"head"`
	Rows [][]string `json:"rows"`
}

// verdict is a target of the issue beside what was reached.
type verdict struct {
	Work    string `json:"work"`
	Target  string `json:"target"`
	Reached string `json:"reached"`
	Met     bool   `json:"met"`
}

func (r *result) table(head ...string) *table {
	r.Tables = append(r.Tables, table{Head: head})
	return &r.Tables[len(r.Tables)-1]
}

func (t *table) row(cells ...string) { t.Rows = append(t.Rows, cells) }

func (r *result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *result) target(work, target, reached string, met bool) {
	r.Verdict = append(r.Verdict, verdict{work, target, reached, met})
}

func (r *result) save(dir string) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, r.Part+".json"), append(b, '\n'), 0o644)
}

func readResult(dir, part string) (*result, error) {
	b, err := os.ReadFile(filepath.Join(dir, part+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var r result
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		return nil, fmt.Errorf("read the result of part %s: %w", part, err)
	}
	return &r, nil
}

// markdown writes a table of Markdown.
func (t table) markdown(b *strings.Builder) {
	line := func(cells []string) { fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.Head)
	line(strings.Split(strings.Repeat("---,", len(t.Head)-1)+"---", ","))
	for _, row := range t.Rows {
		line(row)
	}
	b.WriteByte('\n')
}
