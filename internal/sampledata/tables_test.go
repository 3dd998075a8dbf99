package sampledata

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// table returns the rows of a CSV file by the names of its columns.
func (m made) table(t *testing.T, name string, comma rune) []map[string]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(m.files[name], []byte("\ufeff"))))
	r.Comma = comma
	all, err := r.ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatalf("%s: %d lines, %v", name, len(all), err)
	}
	var rows []map[string]string
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, c := range line {
			row[all[0][i]] = c
		}
		rows = append(rows, row)
	}
	return rows
}

func TestSalesTruthAgreesWithTheFiles(t *testing.T) {
	m := small(t)
	var got SalesTruth
	for _, r := range m.table(t, "salesforce/Opportunity.csv", ',') {
		if r["IsDeleted"] == "1" {
			continue
		}
		amount := Money(0)
		if r["Amount"] != "" {
			amount = Money(parseCents(t, r["Amount"]))
		}
		created, err := time.Parse("2006-01-02T15:04:05.000-0700", r["CreatedDate"])
		closing, err2 := time.Parse(time.DateOnly, r["CloseDate"])
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		switch {
		case r["IsWon"] == "1":
			got.Won++
			got.WonAmount += amount
			got.WonCycleDays += int64(closing.Sub(created.Truncate(day)) / day)
		case r["IsClosed"] == "1":
			got.Lost++
			got.LostAmount += amount
		default:
			got.Open++
			got.OpenAmount += amount
		}
	}
	want := *m.truth.Sales.All
	if got.Won != want.Won || got.Lost != want.Lost || got.Open != want.Open || got.WonAmount != want.WonAmount || got.LostAmount != want.LostAmount ||
		got.OpenAmount != want.OpenAmount || got.WonCycleDays != want.WonCycleDays {
		t.Errorf("files %+v\ntruth %+v", got, want)
	}
	var leads LeadTruth
	for _, r := range m.table(t, "salesforce/Lead.csv", ',') {
		if r["IsDeleted"] == "false" {
			leads.Created++
			leads.Converted += int64(boolInt(r["IsConverted"] == "true"))
		}
	}
	if leads.Created != m.truth.Leads.Created || leads.Converted != m.truth.Leads.Converted || leads.Converted == 0 {
		t.Errorf("files %+v\ntruth %+v", leads, m.truth.Leads)
	}
}

func TestSalesforceIdentifiers(t *testing.T) {
	m := small(t)
	for name, prefix := range map[string]string{
		"Account": idAccount, "Contact": idContact, "Lead": idLead, "Opportunity": idDeal, "Case": idCase, "Campaign": idCampaign,
		"CampaignMember": idMember, "Task": idTask, "OpportunityFieldHistory": idStage, "CaseHistory": idStage,
	} {
		seen := map[string]bool{}
		for _, r := range m.table(t, "salesforce/"+name+".csv", ',') {
			id := r["Id"]
			if len(id) != 18 || !strings.HasPrefix(id, prefix) || seen[id[:15]] {
				t.Fatalf("%s: id %s is malformed or repeated", name, id)
			}
			seen[id[:15]] = true
		}
	}
	if got := salesforceID("001", 0); len(got) != 18 {
		t.Errorf("id %s", got)
	}
	// The suffix of a real-looking id, by Salesforce's published algorithm: one bit per capital, five at a time.
	id := salesforceID(idUser, 12345)
	for i := range 3 {
		bits := 0
		for j, c := range id[5*i : 5*i+5] {
			bits |= boolInt(c >= 'A' && c <= 'Z') << j
		}
		if id[15+i] != "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits] {
			t.Errorf("%s: suffix character %d is wrong", id, i)
		}
	}
}

func TestSurveyTruthAgreesWithTheFiles(t *testing.T) {
	m := small(t)
	got := map[string]*ScoreTruth{"nps": {}, "csat": {}, "ces": {}}
	invitations := int64(0)
	for _, r := range m.table(t, "survey/responses.csv", ',') {
		invitations += int64(boolInt(r["Sent"] != ""))
		if r["Score"] == "" {
			continue
		}
		score, err := strconv.Atoi(r["Score"])
		if err != nil {
			t.Fatal(err)
		}
		got[r["Survey"]].add(r["Survey"], score)
	}
	text, err := charmap.Windows1250.NewDecoder().Bytes(m.files["survey/ankiety.csv"])
	if err != nil {
		t.Fatal(err)
	}
	decoded := made{files: map[string][]byte{"ankiety": text}}
	for _, r := range decoded.table(t, "ankiety", ';') {
		score, err := strconv.Atoi(strings.TrimSuffix(r["Ocena"], ",0"))
		if err != nil {
			t.Fatal(err)
		}
		got["csat"].add("csat", score)
	}
	for kind, s := range got {
		s.finish()
		want := *m.truth.Surveys[kind].All
		if s.Answers != want.Answers || s.Sum != want.Sum || s.Promoters != want.Promoters || s.Detractors != want.Detractors || s.Positive != want.Positive || s.Answers == 0 {
			t.Errorf("%s: files %+v\ntruth %+v", kind, *s, want)
		}
	}
	if invitations != m.truth.Invitations {
		t.Errorf("%d invitations, truth says %d", invitations, m.truth.Invitations)
	}
}

// TestOnePersonInEverySystem follows a customer number and an address through the files.
func TestOnePersonInEverySystem(t *testing.T) {
	m := small(t)
	numbers := map[string]map[string]bool{"Contact": {}, "web": {}, "zendesk": {}, "survey": {}}
	for _, r := range m.table(t, "salesforce/Contact.csv", ',') {
		numbers["Contact"][r["Customer_Number__c"]] = true
	}
	for _, r := range m.table(t, "survey/responses.csv", ',') {
		numbers["survey"][r["Customer No"]] = true
	}
	find := func(system, prefix, before string) {
		m.lines(prefix, func(_ string, line []byte) {
			if _, rest, ok := strings.Cut(string(line), before); ok {
				number, _, _ := strings.Cut(rest, `"`)
				numbers[system][number] = true
			}
		})
	}
	find("web", "ga4/", `"user_id":"`)
	find("zendesk", "zendesk/users/", `"external_id":"`)
	everywhere := 0
	for n := range numbers["Contact"] {
		if n != "" && numbers["web"][n] && numbers["zendesk"][n] && numbers["survey"][n] {
			everywhere++
		}
	}
	if everywhere < 5 {
		t.Errorf("%d customers appear in every system, want some", everywhere)
	}
	for system, list := range numbers {
		for n := range list {
			if n != "" && !strings.HasPrefix(n, "W") && !numbers["Contact"][n] { // accounts that only the site has begin with W
				t.Errorf("%s knows customer %s, the CRM does not", system, n)
			}
		}
	}
}
