package sampledata

import "strconv"

const campaignColumns = `Id IsDeleted Name ParentId Type Status StartDate EndDate ExpectedRevenue BudgetedCost ActualCost NumberSent IsActive Description OwnerId
	CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp`

const campaigns = 9

func (g *generator) fillCampaigns(t *table, s *SourceTruth) {
	for n := range campaigns {
		d := roll(g.opt.Seed, "campaign", n)
		from := n * g.opt.Days / campaigns
		deleted := ""
		if n == campaigns-1 {
			deleted = "1"
		}
		created := g.midnight(from) - 10*86_400 + 9*3600
		t.record(s, salesforceID(idCampaign, n), g.owner(n), created, created+3600, deleted)
		t.set("Name", "Campaign "+strconv.Itoa(n+1)+": "+one(d, []string{"Winter sale", "Spring boots", "Clubs & schools"}), "Type", one(d, []string{"Email", "Trade Show", "Web"}),
			"Status", "In Progress", "StartDate", g.date(from), "EndDate", g.date(from+14), "BudgetedCost", strconv.Itoa(d.between(2, 30)*1000)+".00",
			"ActualCost", strconv.Itoa(d.between(2, 30)*1000)+".5", "NumberSent", "500", "IsActive", "1", "OwnerId", g.owner(n))
		t.end()
		if deleted == "" {
			g.truth.Campaigns.Campaigns++
		}
	}
}

const memberColumns = `Id IsDeleted CampaignId LeadId ContactId Status HasResponded CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp
	FirstRespondedDate Name FirstName LastName City Country Email Phone LeadSource Type LeadOrContactId`

func (g *generator) fillMembers(t *table, s *SourceTruth) {
	for n := range g.size.members {
		d := roll(g.opt.Seed, "member", n)
		campaign := d.IntN(campaigns - 1)
		created := g.midnight(campaign*g.opt.Days/campaigns) + 9*3600
		p, lead := g.person(n%g.size.customers), n%4 == 0 && n/4 < g.size.leads
		if lead {
			p = g.leadPerson(n / 4)
		}
		deleted := ""
		if d.chance(0.02) {
			deleted = "1"
		}
		t.record(s, salesforceID(idMember, n), g.owner(n), created, created+2*86_400, deleted)
		t.set("CampaignId", salesforceID(idCampaign, campaign), "Status", "Sent", "Name", p.first+" "+p.last, "FirstName", p.first, "LastName", p.last,
			"City", p.city.name, "Country", p.place.name, "Email", p.email, "LeadSource", one(d, leadSources()))
		if lead {
			t.set("LeadId", salesforceID(idLead, n/4), "Type", "Lead", "LeadOrContactId", salesforceID(idLead, n/4))
		} else {
			t.set("ContactId", contactID(p.n), "Type", "Contact", "LeadOrContactId", contactID(p.n))
		}
		responded := d.chance(0.18)
		if responded {
			t.set("Status", "Responded", "HasResponded", "1", "FirstRespondedDate", g.localDate(min(created+int64(d.between(0, 4))*86_400, g.end-1)))
		}
		t.end()
		if deleted == "" {
			id := contactID(p.n)
			if lead {
				id = salesforceID(idLead, n/4)
			}
			if responded { // else nothing happened
				g.identify(p.n, crmID(id), emailID(p.email))
			}
			g.truth.Campaigns.Members++
			g.truth.Campaigns.Responses += int64(boolInt(responded))
		}
	}
}

const taskColumns = `Id WhoId WhatId Subject ActivityDate Status Priority IsHighPriority OwnerId Description IsDeleted AccountId IsClosed CreatedDate CreatedById
	LastModifiedDate LastModifiedById SystemModstamp CallDurationInSeconds CallType TaskSubtype CompletedDateTime`

// fillTasks writes what the sales people did, and what they plan.
func (g *generator) fillTasks(t *table, s *SourceTruth) {
	for n := range g.size.tasks {
		d := roll(g.opt.Seed, "task", n)
		account := d.IntN(g.size.accounts)
		at := min(g.office(d, g.midnight(d.IntN(g.opt.Days))), g.end-3600)
		deleted := "false"
		if d.chance(0.01) {
			deleted = "true"
		}
		kind := one(d, []string{"Call", "Email", "Task"})
		done := d.chance(0.7)
		t.record(s, salesforceID(idTask, n), g.owner(account), at, at+1800, deleted)
		t.set("WhoId", contactID(account), "WhatId", salesforceID(idDeal, n%g.size.deals), "Subject", kind+" about the offer", "ActivityDate", g.localDate(at),
			"Status", "Not Started", "Priority", "Normal", "OwnerId", g.owner(account), "AccountId", salesforceID(idAccount, account), "IsClosed", "false", "TaskSubtype", kind)
		if done {
			t.set("Status", "Completed", "IsClosed", "true", "CompletedDateTime", stamp(at+900))
		}
		if kind == "Call" {
			t.set("CallType", "Outbound", "CallDurationInSeconds", strconv.Itoa(d.between(20, 1500)))
		}
		t.end()
		if deleted == "false" && done && kind == "Call" {
			g.truth.Campaigns.Calls++
		}
	}
}
