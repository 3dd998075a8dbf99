package sampledata

import (
	"context"
	"io"
	"strconv"
)

const bulkContactColumns = `Id IsDeleted MasterRecordId AccountId LastName FirstName Salutation Name OtherStreet OtherCity OtherPostalCode OtherCountry
	MailingStreet MailingCity MailingState MailingPostalCode MailingCountry MailingAddress Phone Fax MobilePhone HomePhone ReportsToId Email Title
	Department LeadSource Birthdate Description OwnerId HasOptedOutOfEmail DoNotCall CreatedDate CreatedById LastModifiedDate LastModifiedById
	SystemModstamp LastActivityDate PhotoUrl Customer_Number__c`

// bulkContacts writes the contacts of a CRM with compound addresses, which are quoted JSON, and descriptions of several
// lines.
func (g *generator) bulkContacts(ctx context.Context, size float64) error {
	contacts := max(int(bulkContacts*size), 1)
	return g.file(ctx, contactSource, "salesforce/Contact.csv", func(w io.Writer) error {
		t, s := newTable(w, true, bulkContactColumns), g.source(contactSource)
		for n := range contacts {
			if n%4096 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			g.bulkContact(t, s, n)
			if t.err != nil {
				return t.err
			}
		}
		return nil
	})
}

func (g *generator) bulkContact(t *table, s *SourceTruth, n int) {
	p, d := g.person(n), roll(g.opt.Seed, "bulk contact", n)
	street, code := "Słoneczna "+strconv.Itoa(n%190+1)+", m. "+strconv.Itoa(n%40+1), strconv.Itoa(10_000+n%80_000)
	t.record(s, contactID(n), g.owner(n), p.created, p.created+int64(d.IntN(40_000_000)), one(d, []string{"", "", "false", "false", "1"}))
	t.set("AccountId", salesforceID(idAccount, n/3), "LastName", p.last, "FirstName", p.first, "Salutation", one(d, []string{"Ms.", "Mr.", ""}),
		"Name", p.first+" "+p.last, "MailingStreet", street, "MailingCity", p.city.name, "MailingState", p.city.region,
		"MailingPostalCode", code, "MailingCountry", p.place.name, "Email", shouted(p.email), "LeadSource", one(d, leadSources()),
		"OwnerId", g.owner(n), "PhotoUrl", "/services/images/photo/"+contactID(n), "Customer_Number__c", p.number,
		"MailingAddress", `{"city":"`+p.city.name+`","country":"`+p.place.name+`","geocodeAccuracy":null,"latitude":null,"longitude":null,"postalCode":"`+
			code+`","state":"`+p.city.region+`","street":"`+street+`"}`)
	if p.hasPhone {
		t.set("MobilePhone", spaced(p.phone))
	}
	if d.chance(0.2) {
		t.set("Phone", spaced(p.phone))
	}
	if p.optedOut {
		t.set("HasOptedOutOfEmail", "1", "DoNotCall", "1")
	}
	if d.chance(0.3) {
		t.set("Title", one(d, []string{"Purchasing", "Owner", `Guide, "UIAGM"`}), "Department", one(d, []string{"Sales", "Courses, trips", "Rental"}),
			"Birthdate", g.date(-8000-d.IntN(12_000)), "LastActivityDate", g.date(-d.IntN(300)))
	}
	if d.chance(0.15) {
		t.set("Description", "Called twice.\n\"Wants the red one\", size 42,\nwill come by on Friday")
	}
	t.end()
}
