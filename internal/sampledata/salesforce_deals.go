package sampledata

import (
	"slices"
	"strconv"
)

// deal is one opportunity: a club, school or rental shop that buys in bulk.
type deal struct {
	n       int
	account int
	source  string
	amount  *Money
	created int64
	moves   []move // from the second stage on, as far as the export knows
	expect  int64  // when it should close
	deleted bool
}

// move is a change of stage.
type move struct {
	at       int64
	from, to string
}

type stage struct {
	name, forecast string
	probability    int
}

func stages() []stage {
	return []stage{
		{"Qualification", "Pipeline", 10}, {"Proposal/Quote", "BestCase", 45}, {"Negotiation", "BestCase", 70},
		{"Closed Won", "Closed", 100}, {"Closed Lost", "Omitted", 0},
	}
}

func (d *deal) stage() stage {
	name := "Qualification"
	if n := len(d.moves); n > 0 {
		name = d.moves[n-1].to
	}
	all := stages()
	return all[slices.IndexFunc(all, func(s stage) bool { return s.name == name })]
}

// closed returns when the deal was closed, 0 when it is open.
func (d *deal) closed() int64 {
	if s := d.stage(); s.name == "Closed Won" || s.name == "Closed Lost" {
		return d.moves[len(d.moves)-1].at
	}
	return 0
}

// deal returns the nth opportunity, always the same.
func (g *generator) deal(n int) *deal {
	d := roll(g.opt.Seed, "deal", n)
	x := &deal{n: n, account: n % g.size.accounts, source: one(d, leadSources()), deleted: d.chance(0.02)}
	x.created = g.office(d, g.midnight(0)+int64(d.between(-60, max(g.opt.Days-6, 1)))*86_400)
	x.created = min(x.created, g.end-7200)
	amount := Money(d.between(3_000, 90_000)*100 + d.between(0, 99))
	x.amount = &amount
	x.expect = g.office(d, x.created+60*86_400)
	now, from := x.created, "Qualification"
	names := []string{"Proposal/Quote", "Negotiation", "Closed Won"}
	if !d.chance(0.52) {
		names[2] = "Closed Lost"
	}
	if d.chance(0.2) {
		names = names[2:] // straight to the end
	}
	for _, to := range names {
		now = g.office(d, now+86_400+d.seconds(9*86_400))
		if now >= g.end {
			break
		}
		x.moves = append(x.moves, move{now, from, to})
		from = to
	}
	if x.closed() == 0 && d.chance(0.1) {
		x.amount = nil
	}
	return x
}

const dealColumns = `Id IsDeleted AccountId Name Description StageName Amount Probability CloseDate Type NextStep LeadSource IsClosed IsWon ForecastCategory
	ForecastCategoryName CampaignId OwnerId CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp Product__c`

func (g *generator) fillDeals(t *table, s *SourceTruth) {
	for n := range g.size.deals {
		x := g.deal(n)
		st, modified, close := x.stage(), x.created, x.expect
		if m := len(x.moves); m > 0 {
			modified = x.moves[m-1].at
		}
		if at := x.closed(); at > 0 {
			close = at
		}
		deleted := ""
		if x.deleted {
			deleted = "1"
		}
		t.record(s, salesforceID(idDeal, n), g.owner(x.account), x.created, modified, deleted)
		t.set("AccountId", salesforceID(idAccount, x.account), "Name", "Bulk order "+strconv.Itoa(n+1), "StageName", st.name,
			"Probability", strconv.Itoa(st.probability), "CloseDate", g.localDate(close), "Type", "New Business", "LeadSource", x.source,
			"ForecastCategory", st.forecast, "ForecastCategoryName", st.forecast, "OwnerId", g.owner(x.account), "Product__c", "Rental tents")
		if x.amount != nil {
			t.set("Amount", x.amount.String())
		}
		if x.closed() > 0 {
			t.set("IsClosed", "1")
		}
		if st.name == "Closed Won" {
			t.set("IsWon", "1")
		}
		t.end()
		if !x.deleted {
			g.countDeal(x, g.localDate(close))
		}
	}
}

func (g *generator) countDeal(x *deal, closeDate string) {
	st := x.stage()
	row := &DealTruth{
		ID: salesforceID(idDeal, x.n), State: "open", Amount: x.amount, CreatedDate: g.localDate(x.created), CloseDate: closeDate,
		Stage: st.name, Source: x.source, Owner: g.owner(x.account),
	}
	amount := Money(0)
	if x.amount != nil {
		amount = *x.amount
	}
	cycle := 0
	if at := x.closed(); at > 0 {
		cycle = g.index(at) - g.index(x.created)
		row.SalesCycleDays = &cycle
		row.State = map[string]string{"Closed Won": "won", "Closed Lost": "lost"}[st.name]
	}
	g.truth.Deals = append(g.truth.Deals, row)
	g.truth.Sales.each("", map[string]string{"source": x.source, "owner": row.Owner}, func(t *SalesTruth) {
		switch row.State {
		case "won":
			t.Won++
			t.WonAmount += amount
			t.WonCycleDays += int64(cycle)
		case "lost":
			t.Lost++
			t.LostAmount += amount
		default:
			t.Open++
			t.OpenAmount += amount
		}
	})
}

const stageColumns = `Id IsDeleted OpportunityId CreatedById CreatedDate Field DataType OldValue NewValue`

func (g *generator) fillStages(t *table, s *SourceTruth) {
	row := 0
	write := func(x *deal, at int64, field, kind, from, to string) {
		s.Records++
		s.Distinct++
		row++
		t.set("Id", salesforceID(idStage, row), "IsDeleted", "false", "OpportunityId", salesforceID(idDeal, x.n), "CreatedById", g.owner(x.account),
			"CreatedDate", stamp(at), "Field", field, "DataType", kind, "OldValue", from, "NewValue", to)
		t.end()
	}
	for n := range g.size.deals {
		x := g.deal(n)
		write(x, x.created, "created", "Text", "", "")
		for i, m := range x.moves {
			write(x, m.at, "StageName", "DynamicEnum", m.from, m.to)
			if i == 0 && x.amount != nil {
				write(x, m.at, "Amount", "Currency", "", x.amount.String())
			}
		}
	}
}

const leadColumns = `Id IsDeleted MasterRecordId LastName FirstName Name Title Company Street City PostalCode Country Phone Email LeadSource Status Rating
	OwnerId IsConverted ConvertedDate ConvertedAccountId ConvertedContactId ConvertedOpportunityId CreatedDate CreatedById LastModifiedDate LastModifiedById
	SystemModstamp`

func (g *generator) convertedLeads() int { return min(g.size.leads*35/100, g.size.deals) }

// leadPerson is who the nth lead is: of a converted one the head of the account that it became.
func (g *generator) leadPerson(n int) person {
	if n < g.convertedLeads() {
		return g.person(g.deal(n).account)
	}
	return g.person(g.size.customers + g.size.visitors + n)
}

// fillLeads writes leads; the first third became the first opportunities.
func (g *generator) fillLeads(t *table, s *SourceTruth) {
	g.truth.Leads.CreatedByDay = map[string]int64{}
	converted := g.convertedLeads()
	for n := range g.size.leads {
		d := roll(g.opt.Seed, "lead", n)
		deleted := "false"
		p := g.leadPerson(n)
		created := g.office(d, g.midnight(d.between(-20, max(g.opt.Days-3, 0))))
		var x *deal
		if n < converted {
			x = g.deal(n)
			created = g.office(d, x.created-int64(d.between(4, 12))*86_400)
		} else if d.chance(0.02) {
			deleted = "true"
		}
		modified := created + 3600
		if x != nil {
			modified = x.created
		}
		t.record(s, salesforceID(idLead, n), g.owner(n), created, modified, deleted)
		source := one(d, leadSources())
		t.set("LastName", p.last, "FirstName", p.first, "Name", p.first+" "+p.last, "Company", "Klub "+p.last, "City", p.city.name, "Country", p.place.name,
			"Email", p.email, "Phone", "+"+p.place.dial+" "+spaced(p.phone), "LeadSource", source, "Status", one(d, []string{"New", "Working", "Nurturing"}),
			"OwnerId", g.owner(n), "IsConverted", "false")
		if x != nil {
			t.set("Status", "Qualified", "IsConverted", "true", "ConvertedDate", g.localDate(x.created), "ConvertedAccountId", salesforceID(idAccount, x.account),
				"ConvertedContactId", contactID(x.account), "ConvertedOpportunityId", salesforceID(idDeal, x.n))
		}
		t.end()
		if deleted == "false" {
			ids := []string{crmID(salesforceID(idLead, n)), emailID(p.email), phoneID(p)}
			if x != nil {
				ids = append(ids, crmID(contactID(x.account)))
			}
			g.identify(p.n, ids...)
			g.won = append(g.won, won{p.n, crmID(salesforceID(idLead, n)), created, source})
			g.truth.Leads.Created++
			g.truth.Leads.Converted += int64(boolInt(x != nil))
			g.truth.Leads.CreatedByDay[g.localDate(created)]++
		}
	}
}
