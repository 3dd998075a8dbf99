package schemas

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waymark/internal/fault"
)

var update = flag.Bool("update", false, "rewrite generated files")

func TestKPIs(t *testing.T) {
	kpis, err := KPIs()
	if err != nil {
		t.Fatal(err)
	}
	if len(kpis) < 30 {
		t.Errorf("only %d KPIs", len(kpis))
	}
	for _, k := range kpis {
		if strings.ContainsAny(k.Name.PL, "абвгд") || !strings.ContainsAny(strings.ToLower(k.Name.RU), "аеиоу") {
			t.Errorf("%s: name in the wrong language", k.ID)
		}
	}
}

func TestParseKPIsRefuses(t *testing.T) {
	good := "kpis:\n  - {id: a, name: {en: e, pl: p, ru: r}, question: q, formula: f, unit: count, direction: up, indicator: leading, numerator: n, " +
		"denominator: '', dimensions: [all], date_rule: d, aggregation: sum, caveats: c, source: s}\n"
	if _, err := ParseKPIs("k.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{"unit: count", "unit: kilo", "unit is none of"},
		{"unit: count", "unti: count", "unti"},
		{"direction: up", "direction: sideways", "direction is none of"},
		{"dimensions: [all]", "dimensions: [channel]", "begin with all"},
		{"dimensions: [all]", "dimensions: [all, chanel]", `"chanel" is none of`},
		{"denominator: ''", "denominator: x", "a ratio has a denominator"},
		{"pl: p,", "", "name.pl is missing"},
		{"  - {id: a", good[6:] + "  - {id: a", "is there twice"},
		{good, "kpis: []", "empty"},
		{good, "kpis: [", "k.yaml"},
	} {
		_, err := ParseKPIs("k.yaml", []byte(strings.Replace(good, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want %q of kind Invalid", c.to, err, c.want)
		}
	}
}

func FuzzParseKPIs(f *testing.F) {
	f.Add([]byte("kpis:\n  - id: a\n"))
	f.Add([]byte("kpis: [{id: 1, dimensions: [all, x]}]"))
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = ParseKPIs("k.yaml", text) })
}

// TestDocs holds docs/kpis.md to the catalogue; -update rewrites it.
func TestDocs(t *testing.T) {
	kpis, err := KPIs()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("..", "docs", "kpis.md")
	want := kpiDocs(kpis)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the catalogue gives (%v); run: make generate", file, err)
	}
}

func kpiDocs(kpis []KPI) string {
	var b strings.Builder
	b.WriteString("# KPIs\n\nGenerated from `schemas/kpis.yaml` by `make generate`. `cx_bi.kpi_daily` and `cx_bi.kpi_period` hold the values, `cx_bi.kpi_definition` this list.\n")
	for _, k := range kpis {
		fmt.Fprintf(&b, "\n## %s\n\n%s · %s · %s\n\n%s\n\n", k.ID, k.Name.EN, k.Name.PL, k.Name.RU, k.Question)
		fmt.Fprintf(&b, "- Formula: %s\n- Unit: %s; good is %s; %s indicator\n", k.Formula, k.Unit, k.Direction, k.Indicator)
		if k.Denominator != "" {
			fmt.Fprintf(&b, "- Parts: %s / %s\n", k.Numerator, k.Denominator)
		}
		fmt.Fprintf(&b, "- Counts on: %s\n- Over periods: %s\n- Dimensions: %s\n- Mind: %s\n- Source: %s\n", k.DateRule, k.Aggregation,
			strings.Join(k.Dimensions, ", "), k.Caveats, k.Source)
	}
	return b.String()
}
