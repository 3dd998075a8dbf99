package sampledata

import "strconv"

// request is a case of a business customer in the CRM.
type request struct {
	n        int
	account  int
	created  int64
	spans    []span // by Salesforce's own names of the statuses
	priority string
	origin   string
	deleted  bool
}

// canonical names what a status of a case means.
var canonical = map[string]string{"New": "new", "Working": "open", "Waiting on Customer": "pending", "On Hold": "hold", "Closed": "closed"}

// request returns the nth case, always the same.
func (g *generator) request(n int) *request {
	d := roll(g.opt.Seed, "case", n)
	r := &request{
		n: n, account: d.IntN(g.size.accounts), priority: one(d, []string{"Low", "Medium", "High"}),
		origin: one(d, []string{"Email", "Phone", "Web"}), deleted: d.chance(0.03),
	}
	r.created = min(g.office(d, g.midnight(d.IntN(g.opt.Days))), g.end-3600)
	r.spans = []span{{status: "New", from: r.created}}
	status := "New"
	for turns := 0; turns < 9; turns++ {
		next := ""
		switch status {
		case "New":
			next = "Working"
		case "Working":
			next = []string{"Closed", "Waiting on Customer", "On Hold"}[d.weighted(3, func(i int) float64 { return []float64{5, 3, 1}[i] })]
		case "Closed":
			if turns > 4 || !d.chance(0.15) {
				return r
			}
			next = "Working"
		default:
			next = "Working"
		}
		at := r.spans[len(r.spans)-1].from + d.seconds(14*3600)
		if at >= g.end {
			return r
		}
		r.spans[len(r.spans)-1].to = at
		r.spans = append(r.spans, span{status: next, from: at})
		status = next
	}
	return r
}

func (r *request) status() string { return r.spans[len(r.spans)-1].status }

const caseColumns = `Id IsDeleted CaseNumber ContactId AccountId Type Status Reason Origin Subject Priority Description IsClosed ClosedDate IsEscalated OwnerId
	CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp ContactPhone ContactEmail`

func (g *generator) fillCases(t *table, s *SourceTruth) {
	for n := range g.size.cases {
		r := g.request(n)
		head, last := g.person(r.account), r.spans[len(r.spans)-1].from
		deleted := ""
		if r.deleted {
			deleted = "1"
		}
		t.record(s, salesforceID(idCase, n), g.owner(r.account), r.created, last, deleted)
		t.set("CaseNumber", strconv.Itoa(1000+n), "ContactId", contactID(r.account), "AccountId", salesforceID(idAccount, r.account), "Type", "Bulk order",
			"Status", r.status(), "Reason", "Delivery", "Origin", r.origin, "Subject", "Regarding the bulk order", "Priority", r.priority,
			"Description", "We need it by Friday.\n\n"+head.first+" "+head.last, "OwnerId", g.owner(r.account), "ContactEmail", head.email)
		if r.status() == "Closed" {
			t.set("IsClosed", "1", "ClosedDate", stamp(last))
		}
		t.end()
		if !r.deleted {
			g.identify(r.account, crmID(contactID(r.account)), emailID(head.email))
			g.countCase(r)
		}
	}
}

// countCase adds the case to the tickets. The CRM exports neither comments nor working hours.
func (g *generator) countCase(r *request) {
	owner := g.owner(r.account)
	row := &TicketTruth{
		System: "salesforce", TicketID: salesforceID(idCase, r.n), CreatedAt: instant(r.created), Priority: r.priority,
		Channel:       map[string]string{"Email": "email", "Phone": "phone", "Web": "web"}[r.origin],
		FirstAssignee: owner, LastAssignee: owner, UniqueAssignees: 1,
	}
	spans := make([]span, len(r.spans))
	solved := int64(0)
	for i, s := range r.spans {
		spans[i] = span{canonical[s.status], s.from, s.to}
		if s.status == "Closed" {
			solved = s.from
		}
	}
	g.countSpans(row, spans, r.created, nil)
	if len(spans) == 1 { // no change was exported
		row.RequesterWaitCalendar, row.AgentWaitCalendar, row.OnHoldCalendar = nil, nil, nil
	}
	g.addTicket(row, spans, r.created, solved)
	g.lastTicket = max(g.lastTicket, r.spans[len(r.spans)-1].from)
	g.asked = append(g.asked, contact{r.account, crmID(contactID(r.account)), "Delivery", r.created, row.TicketID, solved, row})
}

const historyColumns = `Id IsDeleted CaseId CreatedById CreatedDate Field DataType OldValue NewValue`

func (g *generator) fillCaseHistory(t *table, s *SourceTruth) {
	row := 0
	write := func(r *request, at int64, field, from, to string) {
		s.Records++
		s.Distinct++
		row++
		t.set("Id", salesforceID(idStage, 500_000+row), "IsDeleted", "false", "CaseId", salesforceID(idCase, r.n), "CreatedById", g.owner(r.account),
			"CreatedDate", stamp(at), "Field", field, "DataType", "Text", "OldValue", from, "NewValue", to)
		t.end()
	}
	for n := range g.size.cases {
		r := g.request(n)
		write(r, r.created, "created", "", "")
		for i, x := range r.spans {
			if i > 0 {
				write(r, x.from, "Status", r.spans[i-1].status, x.status)
			}
		}
	}
}
