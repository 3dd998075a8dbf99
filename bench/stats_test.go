package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRatiosArePairByPair(t *testing.T) {
	got := ratios([]float64{2, 9, 8}, []float64{1, 3, 2})
	if want := (spread{3, 2, 4}); got != want {
		t.Errorf("ratios are %v, want %v", got, want)
	}
	if m := median([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Errorf("median is %g, want 2.5", m)
	}
}

// A part that is measured anew leaves what the others found in RESULTS.md.
func TestReportKeepsOtherParts(t *testing.T) {
	dir := t.TempDir()
	for _, part := range []string{"startup", "ga4"} {
		r := &result{Part: part}
		r.target(part+" work", "≥ 2", "1.5", false)
		if err := r.save(dir); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "RESULTS.md")
	if err := report(dir, path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	if ga4, startup := strings.Index(text, "| ga4 work | ≥ 2 | 1.5 | **not met** |"), strings.Index(text, "| startup work |"); ga4 < 0 || startup < ga4 {
		t.Errorf("RESULTS.md is\n%s", text)
	}
}

// The peers' SQL has no placeholder left, whether it runs once or for each file.
func TestStatementsAreComplete(t *testing.T) {
	input := export{Dir: "/exports", Files: []string{"/exports/ga4/a.json", "/exports/ga4/b.json"}}
	for kind := range wanted {
		for peer := range shapes {
			for _, byFile := range []bool{false, true} {
				j := jobOf(kind, input)
				if j.byFile == nil && byFile {
					continue
				}
				if byFile {
					j.byFile[peer] = true
				}
				list, err := j.statements(peer, "/out")
				if err != nil {
					t.Fatal(err)
				}
				if want := map[bool]int{false: 1, true: 2}[byFile]; len(list) != want {
					t.Errorf("%s of %s: %d statements, want %d", kind, peer, len(list), want)
				}
				for _, sql := range list {
					if strings.Contains(sql, "{{") {
						t.Errorf("%s of %s: a placeholder is left in %s", kind, peer, sql)
					}
				}
			}
		}
	}
}
