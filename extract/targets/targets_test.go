package targets

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/extract/exporttest"
	"waymark/internal/fault"
	"waymark/schemas"
)

func read(t *testing.T, text string, opt extract.Options) (rows, rejects []string) {
	t.Helper()
	got, err := exporttest.Read(t, Exports()[0], []byte(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range got.Tables["kpi_target"] {
		rows = append(rows, strings.Join([]string{r["kpi"], r["dimension"], r["member"], r["baseline"], r["target"], r["start_date"], r["due_date"], r["owner"]}, "|"))
	}
	for _, r := range got.Rejects {
		rejects = append(rejects, fmt.Sprint(r.Line, " ", r.Reason, " ", r.Field, " ", r.Message))
	}
	return rows, rejects
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: want -, got +:\n%s", what, d)
	}
}

const plan = `# what we want
targets:
  - kpi: nps
    baseline: 35
    target: 45
    start: 2026-01-01
    due: 2026-06-30
    owner: Service desk
  - { kpi: conversion_rate, dimension: channel, member: email, target: "4.5 %", start: 2026-01-01, due: 2026-03-31 }
`

func TestYAML(t *testing.T) {
	rows, rejects := read(t, plan, extract.Options{})
	same(t, "rows", rows, []string{"nps|all|all|35.0000|45.0000|2026-01-01|2026-06-30|Service desk", "conversion_rate|channel|email||0.0450|2026-01-01|2026-03-31|"})
	same(t, "rejects", rejects, nil)
	for _, text := range []string{"targets:\n", "targets: []\n", ""} {
		rows, rejects = read(t, text, extract.Options{})
		same(t, text, append(rows, rejects...), nil)
	}
}

func TestCSV(t *testing.T) {
	rows, rejects := read(t, "KPI;Ziel;Start;Due;Dimension;Member\nconversion_rate;0,045;01.01.2026;31.03.2026;;\nrevenue;1.000.000;01.01.2026;31.12.2026;channel;email\n",
		extract.Options{DecimalComma: true, Fields: map[string]string{"Ziel": "target"}})
	same(t, "rows", rows, []string{"conversion_rate|all|all||0.0450|2026-01-01|2026-03-31|", "revenue|channel|email||1000000.0000|2026-01-01|2026-12-31|"})
	same(t, "rejects", rejects, nil)
}

func TestRejects(t *testing.T) {
	const dates = ",2026-01-01,2026-12-31\n"
	rows, rejects := read(t, "kpi,dimension,member,target,baseline,start,due\n"+
		"npss,,,40,"+dates+
		"nps,chanel,email,40,"+dates+
		"nps,channel,,40,"+dates+
		"nps,,email,40,"+dates+
		"conversion_rate,,,-0.1,"+dates+
		"conversion_rate,,,45,"+dates+
		"nps,,,101,"+dates+
		"revenue,,,-1,"+dates+
		"nps,,,10 %,"+dates+
		"nps,,,,"+dates+
		"nps,,,40,,2026-12-31,2026-01-01\n"+
		"nps,,,40,,soon,2026-01-01\n"+
		"nps,,,40,"+dates+
		"nps,all,all,41,"+dates, extract.Options{})
	same(t, "rows", rows, []string{"nps|all|all||40.0000|2026-01-01|2026-12-31|"})
	same(t, "rejects", rejects, []string{
		`2 out_of_range kpi there is no such KPI; did you mean "nps"?`, `3 out_of_range dimension the KPI has no such dimension; did you mean "channel"?`,
		"4 missing_required member a dimension needs a member", "5 contradiction member a member without a dimension",
		"6 out_of_range target a value outside the KPI's unit: a share is from 0 to 1, points from -100 to 100, growth from -1, nothing else negative",
		"7 out_of_range target a value outside the KPI's unit: a share is from 0 to 1, points from -100 to 100, growth from -1, nothing else negative",
		"8 out_of_range target a value outside the KPI's unit: a share is from 0 to 1, points from -100 to 100, growth from -1, nothing else negative",
		"9 out_of_range target a value outside the KPI's unit: a share is from 0 to 1, points from -100 to 100, growth from -1, nothing else negative",
		"10 wrong_type target the KPI is no share", "11 missing_required target the field is empty", "12 out_of_range due the due date is not after the start",
		"13 wrong_type start the value is not of this field's type", "15 contradiction kpi there is a target of this KPI, dimension, member and due date already",
	})
	_, rejects = read(t, "- kpi: nps\n  targt: 3\n- nps\n- {kpi: [nps]}\n-\n  kpi: nps\n  target: 40\n  start: 2026-01-01\n", extract.Options{})
	same(t, "yaml", rejects, []string{`1 wrong_type  unknown key; did you mean "target"?`, "3 wrong_type  want a target with the keys kpi, dimension, member, baseline, target, start, due, owner",
		"4 wrong_type  want text or a number", "6 missing_required due the field is empty"})
	for _, text := range []string{"targets: 3\n", "targets: [\n", "targets:\n  a: b\n", "- a\n---\n- b\n"} {
		_, err := exporttest.Read(t, Exports()[0], []byte(text), extract.Options{})
		var q *extract.Quarantine
		if !errors.As(err, &q) || q.Reason != schemas.Malformed {
			t.Errorf("%q: %v", text, err)
		}
	}
	// What is named as YAML is read as YAML, however it begins, and says where it ends to be.
	for name, want := range map[string]bool{"s3://b/plan.yaml": true, "plan.YML.gz": true, "plan.csv": false, "yaml": false, "": false} {
		if namedYAML(name) != want {
			t.Errorf("namedYAML(%q) is %t", name, !want)
		}
	}
	_, err := entries([]byte("plan:\n  - kpi: nps\n    owner: \"me\n"))
	if q := (*extract.Quarantine)(nil); !errors.As(err, &q) || q.Line != 3 {
		t.Errorf("%v, want line 3", err)
	}
	if _, err := exporttest.Read(t, Exports()[0], []byte(plan), extract.Options{Fields: map[string]string{"a": "kpi"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("fields of YAML: %v", err)
	}
}

// Whatever the text: no panic, and each record gives a row or a reject.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(plan))
	f.Add([]byte("- kpi: &a nps\n  target: !!str 3\n- *a\n- |\n  x\n"))
	f.Add([]byte("kpi,target,start,due\nnps,40,2026-01-01,2026-02-01\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := exporttest.Read(t, Exports()[0], data, extract.Options{MaxRecord: 1 << 12})
		var q *extract.Quarantine
		if err != nil && !errors.As(err, &q) {
			t.Fatal(err)
		}
		if got != nil && int64(len(got.Tables["kpi_target"])+len(got.Rejects)) != got.Records {
			t.Fatalf("%d records give %d rows and %d rejects", got.Records, len(got.Tables["kpi_target"]), len(got.Rejects))
		}
	})
}
