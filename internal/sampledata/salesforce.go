package sampledata

import (
	"context"
	"io"
	"strconv"
	"time"
)

// Names of the Salesforce sources in the configuration.
const (
	accountSource = "accounts"
	contactSource = "contacts"
	leadSource    = "leads"
	dealSource    = "opportunities"
	stageSource   = "opportunity-history"
	caseSource    = "cases"
	historySource = "case-history"
	campaignSrc   = "campaigns"
	memberSource  = "campaign-members"
	taskSource    = "tasks"
)

// sold are the tables of a Salesforce Data Export, in the order in which they are written.
func (g *generator) writeSales(ctx context.Context) error {
	for _, t := range []struct {
		source, object string
		mark           bool
		columns        string
		fill           func(*table, *SourceTruth)
	}{
		{accountSource, "Account", true, accountColumns, g.fillAccounts},
		{contactSource, "Contact", true, contactColumns, g.fillContacts},
		{leadSource, "Lead", false, leadColumns, g.fillLeads},
		{dealSource, "Opportunity", true, dealColumns, g.fillDeals},
		{stageSource, "OpportunityFieldHistory", false, stageColumns, g.fillStages},
		{caseSource, "Case", true, caseColumns, g.fillCases},
		{historySource, "CaseHistory", false, historyColumns, g.fillCaseHistory},
		{campaignSrc, "Campaign", true, campaignColumns, g.fillCampaigns},
		{memberSource, "CampaignMember", true, memberColumns, g.fillMembers},
		{taskSource, "Task", false, taskColumns, g.fillTasks},
	} {
		s := g.source(t.source)
		err := g.file(ctx, t.source, "salesforce/"+t.object+".csv", func(w io.Writer) error {
			out := newTable(w, t.mark, t.columns)
			t.fill(out, s)
			return out.err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// record counts a row and writes the columns that every object has.
func (t *table) record(s *SourceTruth, id, owner string, created, modified int64, deleted string) {
	s.Records++
	s.Distinct++
	if deleted != "" && deleted != "false" {
		s.Deleted++
	}
	t.set("Id", id, "IsDeleted", deleted, "CreatedDate", stamp(created), "CreatedById", owner,
		"LastModifiedDate", stamp(modified), "LastModifiedById", owner, "SystemModstamp", stamp(modified))
}

// stamp formats an instant as Salesforce does.
func stamp(at int64) string { return time.Unix(at, 0).UTC().Format("2006-01-02T15:04:05.000+0000") }

// Prefixes of Salesforce ids, by what they name.
const (
	idUser, idAccount, idContact, idLead, idDeal  = "005", "001", "003", "00Q", "006"
	idCase, idCampaign, idMember, idTask, idStage = "500", "701", "00v", "00T", "017"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// salesforceID returns the nth id of a kind: fifteen characters that tell small letters from capitals, and three that
// carry the capitals along where that is lost.
func salesforceID(prefix string, n int) string {
	b := []byte(prefix + "Tn00000000X0")
	for i, v := len(b)-1, uint64(n)*0x5851f42d4c957f2d>>20<<20|uint64(n); i > 6; i-- {
		b[i] = base62[v%62]
		v /= 62
	}
	for i := 0; i < 15; i += 5 {
		bits := 0
		for j := range 5 {
			if c := b[i+j]; c >= 'A' && c <= 'Z' {
				bits |= 1 << j
			}
		}
		b = append(b, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits])
	}
	return string(b)
}

func (g *generator) owner(n int) string { return salesforceID(idUser, 1+n%5) }

// contactID is the CRM's id of a customer.
func contactID(n int) string { return salesforceID(idContact, n) }

// office moves an instant into a weekday's office hours, where the day is the same by every clock involved.
func (g *generator) office(d dice, at int64) int64 {
	t := time.Unix(at, 0).In(g.zone)
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, 1)
	}
	y, m, day := t.Date()
	return time.Date(y, m, day, d.between(9, 16), d.IntN(60), d.IntN(60), 0, g.zone).Unix()
}

const accountColumns = `Id IsDeleted MasterRecordId Name Type ParentId BillingStreet BillingCity BillingState BillingPostalCode BillingCountry BillingAddress
	Phone Website Industry AnnualRevenue NumberOfEmployees Description OwnerId CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp AccountSource`

func (g *generator) fillAccounts(t *table, s *SourceTruth) {
	for n := range g.size.accounts {
		d, head := roll(g.opt.Seed, "account", n), g.person(n)
		kind := one(d, []string{"Mountain club", "School", "Rental shop", "Guide office"})
		t.record(s, salesforceID(idAccount, n), g.owner(n), head.created, head.created+86_400, "")
		t.set("Name", kind+` "`+head.last+`"`, "Type", "Customer", "BillingStreet", "ul. Długa "+strconv.Itoa(n+1)+"\n\"Dom Turysty\"",
			"BillingCity", head.city.name, "BillingPostalCode", "34-500", "BillingCountry", head.place.name, "Industry", kind, "OwnerId", g.owner(n),
			"AnnualRevenue", strconv.Itoa(d.between(50, 4000)*1000), "NumberOfEmployees", strconv.Itoa(d.between(2, 80)), "AccountSource", one(d, leadSources()))
		t.end()
		g.truth.Accounts++
	}
}

func leadSources() []string {
	return []string{"Web", "Trade Show", "Partner Referral", "Phone Inquiry"}
}

const contactColumns = `Id IsDeleted MasterRecordId AccountId LastName FirstName Salutation Name MailingStreet MailingCity MailingPostalCode MailingCountry
	Phone MobilePhone Email Title LeadSource Birthdate Description OwnerId HasOptedOutOfEmail CreatedDate CreatedById LastModifiedDate LastModifiedById
	SystemModstamp Customer_Number__c`

// fillContacts writes every registered customer, and the duplicates that somebody merged into them.
func (g *generator) fillContacts(t *table, s *SourceTruth) {
	for n := range g.size.customers {
		p := g.person(n)
		g.writeContact(t, s, p, contactID(n), "", "")
		g.truth.Contacts++
		if n%50 == 7 {
			g.writeContact(t, s, p, contactID(g.size.customers+n), "1", contactID(n))
		}
	}
	for n := range g.opt.Malformed {
		s.Records++
		s.Rejected++
		t.set("Id", contactID(2*g.size.customers+n), "LastName", "Broken", "CreatedDate", "yesterday", "SystemModstamp", stamp(g.end-60), "Email", "broken@mail.example")
		t.end()
	}
}

func (g *generator) writeContact(t *table, s *SourceTruth, p person, id, deleted, master string) {
	d := roll(g.opt.Seed, "contact", p.n)
	t.record(s, id, g.owner(p.n), p.created, max(p.created, g.start-int64(d.IntN(3600)))+3600, deleted)
	source := one(d, leadSources())
	t.set("MasterRecordId", master, "LastName", p.last, "FirstName", p.first, "Name", p.first+" "+p.last, "MailingStreet", "Słoneczna "+strconv.Itoa(p.n%90+1),
		"MailingCity", p.city.name, "MailingCountry", p.place.name, "Email", shouted(p.email), "LeadSource", source, "OwnerId", g.owner(p.n))
	if p.hasPhone {
		t.set("MobilePhone", spaced(p.phone))
	}
	if deleted == "" { // what is deleted has no identifiers
		ids := []string{crmID(id), emailID(p.email), userID(p.number)}
		if p.hasPhone {
			ids = append(ids, phoneID(p))
		}
		g.identify(p.n, ids...)
		g.won = append(g.won, won{p.n, crmID(id), p.created, source})
	}
	if p.optedOut {
		t.set("HasOptedOutOfEmail", "1")
	}
	if p.businessHead >= 0 {
		t.set("AccountId", salesforceID(idAccount, p.businessHead), "Title", "Purchasing")
	}
	if master == "" {
		t.set("Customer_Number__c", p.number)
	}
	if d.chance(0.04) {
		t.set("Description", "Called twice.\n\"Wants the red one\", size 42")
	}
	t.end()
}
