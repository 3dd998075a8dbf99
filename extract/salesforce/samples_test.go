package salesforce

import (
	"bytes"
	"encoding/csv"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"waymark/extract"
	"waymark/internal/testenv"

	"waymark/extract/exporttest"
)

// sample reads a real export twice: through the package, and by encoding/csv as maps.
func sample(t *testing.T, object string, opt extract.Options) (*exporttest.Result, []map[string]string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testenv.Samples(t), "salesforce", object+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, object, string(data), opt)
	records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var plain []map[string]string
	for _, r := range records[1:] {
		m := map[string]string{}
		for i, name := range records[0] {
			m[name] = r[i]
		}
		plain = append(plain, m)
	}
	if len(got.Rejects) > 0 || got.Records != int64(len(plain)) {
		t.Fatalf("%s: %d records of %d, rejects %+v", object, got.Records, len(plain), got.Rejects)
	}
	return got, plain
}

func TestSamplesEntities(t *testing.T) {
	for object, table := range map[string]string{"Account": "account", "Contact": "customer", "Lead": "customer", "Opportunity": "opportunity", "Case": "ticket", "Campaign": "campaign"} {
		got, plain := sample(t, object, extract.Options{})
		rows := got.Tables[table]
		if len(rows) != len(plain) {
			t.Errorf("%s: %d rows of %d records", object, len(rows), len(plain))
			continue
		}
		for i, r := range rows {
			at, err := time.Parse("2006-01-02T15:04:05.000-0700", plain[i]["CreatedDate"])
			if err != nil || r["created_at"] != at.UTC().Format(time.RFC3339) {
				t.Errorf("%s record %d: created at %s", object, i+1, r["created_at"])
			}
		}
		t.Logf("%s: %d, new columns %v", object, len(rows), got.News.Columns)
	}
}

// Amounts of won, lost and open opportunities, against an independent sum of the file.
func TestSamplesOpportunities(t *testing.T) {
	got, plain := sample(t, "Opportunity", extract.Options{Currency: "USD"})
	count := map[string]int{}
	want := map[string]*big.Rat{"won": new(big.Rat), "lost": new(big.Rat), "open": new(big.Rat)}
	sums := map[string]*big.Rat{"won": new(big.Rat), "lost": new(big.Rat), "open": new(big.Rat)}
	for _, r := range plain {
		state := "open"
		if r["IsClosed"] == "1" {
			state = "lost"
			if r["IsWon"] == "1" {
				state = "won"
			}
		}
		count[state]++
		add(t, want[state], r["Amount"])
	}
	for _, r := range got.Tables["opportunity"] {
		state := "open"
		if r["is_closed"] == "1" {
			state = map[string]string{"1": "won", "0": "lost"}[r["is_won"]]
		}
		add(t, sums[state], r["amount"])
	}
	for state := range want {
		if want[state].Cmp(sums[state]) != 0 {
			t.Errorf("%s: %s, want %s", state, sums[state].FloatString(4), want[state].FloatString(4))
		}
		t.Logf("%s: %d opportunities, %s", state, count[state], sums[state].FloatString(2))
	}
	for event, n := range map[string]int{"opportunity_created": len(plain), "opportunity_won": count["won"], "opportunity_lost": count["lost"]} {
		if len(got.Events(event)) != n {
			t.Errorf("%d %s, want %d", len(got.Events(event)), event, n)
		}
	}
	for i, r := range got.Tables["opportunity"] {
		percent, fraction := new(big.Rat), new(big.Rat)
		percent.SetString(plain[i]["Probability"])
		fraction.SetString(r["probability"])
		if diff := percent.Sub(percent, fraction.Mul(fraction, big.NewRat(100, 1))); diff.Abs(diff).Cmp(big.NewRat(1, 100_000)) > 0 {
			t.Errorf("record %d: probability %s of %s", i+1, r["probability"], plain[i]["Probability"])
		}
	}
}

func add(t *testing.T, sum *big.Rat, amount string) {
	t.Helper()
	if amount == "" {
		return
	}
	r, ok := new(big.Rat).SetString(amount)
	if !ok {
		t.Fatal("an amount is no number")
	}
	sum.Add(sum, r)
}

func TestSamplesEvents(t *testing.T) {
	leads, plain := sample(t, "Lead", extract.Options{})
	if n := len(leads.Events("lead_created")); n != len(plain) || len(leads.Events("lead_converted")) != 0 {
		t.Errorf("%d leads created of %d", n, len(plain))
	}
	cases, plain := sample(t, "Case", extract.Options{})
	closed := 0
	for _, r := range plain {
		if r["IsClosed"] == "1" {
			closed++
		}
	}
	if n := len(cases.Events("ticket_solved")); n != closed || len(cases.Events("ticket_created")) != len(plain) {
		t.Errorf("%d solved, want %d", n, closed)
	}
	members, plain := sample(t, "CampaignMember", extract.Options{})
	for _, e := range members.Tables["journey_event"] {
		if e["is_deleted"] != "1" { // nobody in the sample responded
			t.Errorf("a response that is none: %v", e)
		}
	}
	if len(members.Tables["journey_event"]) != len(plain) {
		t.Error("a member without tombstone")
	}
	tasks, plain := sample(t, "Task", extract.Options{})
	if len(tasks.Tables["journey_event"]) != len(plain) {
		t.Error("a task without tombstone")
	}
}

// Nothing of a person's name, street or subject is in any row.
func TestSamplesKeepNoNames(t *testing.T) {
	for object, columns := range map[string][]string{
		"Contact": {"LastName", "FirstName", "MailingStreet", "MailingPostalCode", "Birthdate", "Description"},
		"Lead":    {"LastName", "FirstName", "Street", "PostalCode", "Company"},
		"Case":    {"Subject", "Description", "SuppliedName"},
		"Account": {"Name", "BillingStreet", "BillingPostalCode", "Website"},
		"Task":    {"Subject", "Description"}, "CampaignMember": {"LastName", "FirstName", "Street", "PostalCode"},
	} {
		got, plain := sample(t, object, extract.Options{})
		secret := map[string]bool{}
		for _, r := range plain {
			for _, c := range columns {
				secret[r[c]] = r[c] != ""
			}
		}
		for table, rows := range got.Tables {
			for _, r := range rows {
				for column, v := range r {
					if secret[v] && column != "city" { // a city may be somebody's name
						t.Errorf("%s: %s.%s holds a personal value", object, table, column)
					}
				}
			}
		}
	}
}
