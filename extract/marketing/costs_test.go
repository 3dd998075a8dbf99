package marketing

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
	for _, r := range got.Tables["cost_line"] {
		rows = append(rows, strings.TrimSpace(fmt.Sprint(r["cost_date"], " ", r["campaign_day"], " ", r["cost_id"], " ", r["cost"], " ", r["currency"], " ", r["impressions"], " ", r["clicks"], " ", r["attributes.region"])))
	}
	for _, r := range got.Rejects {
		rejects = append(rejects, fmt.Sprint(r.Line, " ", r.Reason, " ", r.Field))
	}
	return rows, rejects
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: want -, got +:\n%s", what, d)
	}
}

func TestCosts(t *testing.T) {
	rows, rejects := read(t, "Day;Platform;Kampania;Koszt;Waluta;Clicks;Impressions;Region\n05.01.2026;google;\"tents; pl\";1.200,50;;12;3400;south\n05.01.2026;google;\"tents; pl\";1,5;usd;;;\n",
		extract.Options{DecimalComma: true, Currency: "PLN", Fields: map[string]string{"Platform": "source", "Kampania": "campaign", "Koszt": "cost", "Waluta": "currency", "Region": "attributes.region"}})
	same(t, "rows", rows, []string{
		"2026-01-05 20458||google||tents; pl line 2 1200.5000 PLN 3400 12 south",
		"2026-01-05 20458||google||tents; pl line 3 1.5000 usd",
	})
	same(t, "rejects", rejects, nil)
	rows, rejects = read(t, `[{"date":"2026-01-05","campaign":"a","cost_id":"ad-1","cost":3,"currency":"EUR"}]`, extract.Options{})
	same(t, "rows", rows, []string{"2026-01-05 20458||||a ad-1 3.0000 EUR"})
	same(t, "rejects", rejects, nil)
}

func TestRejects(t *testing.T) {
	rows, rejects := read(t, "cost_date,campaign,cost,currency,clicks,impressions\n,a,1,EUR,,\n2026-01-05,a,,EUR,,\n2026-01-05,a,-1,EUR,,\n2026-01-05,a,1,euro,,\n2026-01-05,a,1,EUR,-1,\n"+
		"2026-01-05,a,1,EUR,1.5,\n2026-01-05,a,1,EUR,,-7\nsoon,a,1,EUR,,\n2026-01-05,a,0,EUR,,\n", extract.Options{})
	same(t, "rows", rows, []string{"2026-01-05 20458||||a line 10 0.0000 EUR"})
	same(t, "rejects", rejects, []string{"2 missing_required cost_date", "3 missing_required cost", "4 out_of_range cost", "5 wrong_type currency", "6 out_of_range clicks",
		"7 wrong_type clicks", "8 out_of_range impressions", "9 wrong_type cost_date"})
	for _, text := range []string{"cost_date\n", "cost\n"} {
		_, err := exporttest.Read(t, Exports()[0], []byte(text), extract.Options{})
		var q *extract.Quarantine
		if !errors.As(err, &q) || q.Reason != schemas.MissingRequired {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := exporttest.Read(t, Exports()[0], nil, extract.Options{Fields: map[string]string{"a": "campaign_day"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("campaign_day is accepted: %v", err)
	}
}

// Whatever the text: no panic, and each record gives a row or a reject.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("cost_date,campaign,cost,currency,clicks\n2026-01-05,a,1,EUR,1\n,a,1,EUR,1\n2026-01-05,b,-1,EUR,x\n"))
	f.Add([]byte(`{"day":"2026-01-05","campaign":{"x":1},"cost":1e3}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := exporttest.Read(t, Exports()[0], data, extract.Options{MaxRecord: 1 << 12, ChunkBytes: 64})
		var q *extract.Quarantine
		if err != nil && !errors.As(err, &q) {
			t.Fatal(err)
		}
		if got != nil && int64(len(got.Tables["cost_line"])+len(got.Rejects)) != got.Records {
			t.Fatalf("%d records give %d rows and %d rejects", got.Records, len(got.Tables["cost_line"]), len(got.Rejects))
		}
	})
}
