package billing

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

// read shows rows as "id from start renewed end mrr currency …", events as "type at amount …" and rejects as "line reason field".
func read(t *testing.T, text string, opt extract.Options) (rows, events, rejects []string) {
	t.Helper()
	got, err := exporttest.Read(t, Exports()[0], []byte(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	join := func(r exporttest.Row, columns string) string {
		var cells []string
		for _, c := range strings.Fields(columns) {
			if v := r[c]; v != "" {
				cells = append(cells, v)
			} else {
				cells = append(cells, "-")
			}
		}
		return strings.TrimRight(strings.Join(cells, " "), " -")
	}
	for _, r := range got.Tables["contract"] {
		rows = append(rows, join(r, "contract_id valid_from started_on renewed_on ended_on mrr currency account_id email_id plan is_deleted"))
	}
	for _, r := range got.Tables["journey_event"] {
		events = append(events, join(r, "@key event_type occurred_at amount currency account_id email_id attributes.contract_id is_deleted"))
	}
	for _, r := range got.Rejects {
		rejects = append(rejects, fmt.Sprint(r.Line, " ", r.Reason, " ", r.Field))
	}
	return rows, events, rejects
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: want -, got +:\n%s", what, d)
	}
}

const history = "contract_id,account_id,started_at,changed_at,renewed_at,ended_at,mrr,currency,plan\n" +
	"C1,A,2025-01-10,,,,100,EUR,s\n" +
	"C1,A,,2025-03-01,,,150,EUR,m\n" +
	"C1,A,,2025-06-01,,,120,,\n" +
	"C1,A,,,2026-01-10,2026-02-01,,,\n" +
	"C2,B,2025-02-01,,,2031-01-01,10,EUR,s\n" +
	"C3,B,2031-05-01,,,,10,EUR,s\n" // is to start: a contract, and nothing that happened

func TestHistory(t *testing.T) {
	for _, size := range []int{1, 100, 1 << 20} {
		rows, events, rejects := read(t, history, extract.Options{ChunkBytes: size})
		same(t, "rows", rows, []string{
			"C1 2025-01-10 2025-01-10 - 2026-02-01 100.0000 EUR A - s", "C1 2025-03-01 2025-01-10 - 2026-02-01 150.0000 EUR A - s",
			"C1 2025-06-01 2025-01-10 - 2026-02-01 120.0000 EUR A - s", "C1 2026-01-10 2025-01-10 2026-01-10 2026-02-01 120.0000 EUR A - s",
			"C2 2025-02-01 2025-02-01 - 2031-01-01 10.0000 EUR B - s", "C3 2031-05-01 2031-05-01 - - 10.0000 EUR B - s",
		})
		same(t, "events", events, []string{
			"C1 contract_started 2025-01-10T00:00:00Z 100.0000 EUR A - C1", "C1 contract_expanded 2025-03-01T00:00:00Z 50.0000 EUR A - C1",
			"C1 contract_contracted 2025-06-01T00:00:00Z -30.0000 EUR A - C1", "C1 contract_renewed 2026-01-10T00:00:00Z 120.0000 EUR A - C1",
			"C1 contract_ended 2026-02-01T00:00:00Z 120.0000 EUR A - C1", "C2 contract_started 2025-02-01T00:00:00Z 10.0000 EUR B - C2", "C3 contract_started 2031-05-01T00:00:00Z - - - - - 1",
		})
		same(t, "rejects", rejects, nil)
	}
}

// The value of a month is exact, and rounded once.
func TestMonthlyValue(t *testing.T) {
	rows, _, rejects := read(t, "Umowa;Od;ARR;Kwota;Okres;Mail;usunięta\nA;01.01.2026;1.000,00;;;a@x;\nB;01.01.2026;;100,00;3;;\nC;01.01.2026;;0,0001;2;;\nD;01.01.2026;5;;;;1\n",
		extract.Options{DecimalComma: true, Currency: "PLN", TimeZone: "Europe/Warsaw", Fields: map[string]string{"Umowa": "contract_id", "Od": "started_at", "Kwota": "amount", "Okres": "billing_months",
			"Mail": "email", "usunięta": "is_deleted"}})
	same(t, "rows", rows, []string{"A 2026-01-01 2026-01-01 - - 83.3333 PLN - a@x", "B 2026-01-01 2026-01-01 - - 33.3333 PLN", "C 2026-01-01 2026-01-01 - - 0.0001 PLN",
		"D 2026-01-01 2026-01-01 - - 0.4167 PLN - - - 1"})
	same(t, "rejects", rejects, nil)
}

func TestRejects(t *testing.T) {
	head := "contract_id,started_at,changed_at,ended_at,mrr,amount,billing_months,currency\n"
	rows, events, rejects := read(t, head+
		"A,2025-01-01,,,10,,,EUR\nA,,2025-02-01,,11,,,USD\n"+ // two currencies
		"B,2025-01-01,,,10,,,EUR\nB,,2025-01-01,,11,,,\n"+ // no later day
		"C,2025-01-01,,,10,,,EUR\nC,2025-01-02,2025-02-01,,11,,,\n"+ // two starts
		"D,2025-01-01,,2024-12-31,10,,,EUR\n"+
		"E,2025-01-01,,,-10,,,EUR\n"+
		"F,2025-01-01,,,,10,,EUR\n"+
		"G,2025-01-01,,,,10,0,EUR\n"+
		"H,,,,10,,,EUR\n"+
		",2025-01-01,,,10,,,EUR\n"+
		"I,2025-01-01,,,10,,,EUR\nI,,,,11,,,EUR\n"+ // no day
		"J,2025-01-01,,2025-02-01,10,,,EUR\nJ,,2025-03-01,,11,,,EUR\n"+ // after the end
		"K,2025-01-01,,2025-02-01,10,,,EUR\nK,,2025-01-05,2025-02-02,11,,,EUR\n"+ // two ends
		"L,2025-01-01,,,,,,EUR\n"+
		"M,2025-01-01,,,10,,,zł\n", extract.Options{})
	same(t, "rows", rows, nil)
	same(t, "events", events, nil)
	same(t, "rejects", rejects, []string{"3 contradiction currency", "5 contradiction changed_at", "7 contradiction started_at", "8 out_of_range ended_at", "9 out_of_range mrr",
		"10 missing_required billing_months", "11 out_of_range billing_months", "12 missing_required started_at", "13 missing_required contract_id", "15 missing_required changed_at",
		"17 out_of_range changed_at", "19 contradiction ended_at", "20 missing_required mrr", "21 wrong_type currency"})
	for _, text := range []string{"contract_id,started_at\n", "contract_id,mrr\n", "started_at,mrr\n"} {
		_, err := exporttest.Read(t, Exports()[0], []byte(text), extract.Options{})
		var q *extract.Quarantine
		if !errors.As(err, &q) || q.Reason != schemas.MissingRequired {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := exporttest.Read(t, Exports()[0], nil, extract.Options{Fields: map[string]string{"a": "valid_from"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("valid_from is accepted: %v", err)
	}
}

// Whatever the text: no panic, and no row twice of one contract and day within a group.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(history), 40)
	f.Add([]byte(`[{"contract_id":1,"started_at":"2025-01-01","arr":12},{"contract_id":1,"changed_at":"2025-02-01","mrr":2}]`), 8)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		got, err := exporttest.Read(t, Exports()[0], data, extract.Options{MaxRecord: 1 << 12, ChunkBytes: min(max(size, 1), 1<<12)})
		var q *extract.Quarantine
		if err != nil && !errors.As(err, &q) {
			t.Fatal(err)
		}
		if got == nil {
			return
		}
		last := ""
		for _, r := range got.Tables["contract"] {
			if day := r["contract_id"] + " " + r["valid_from"]; day == last && r["valid_from"] != r["started_on"] {
				t.Fatalf("%s comes twice", day)
			} else {
				last = day
			}
			if strings.HasPrefix(r["mrr"], "-") {
				t.Fatalf("mrr %s", r["mrr"])
			}
		}
	})
}
