package salesforce

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/extract/exporttest"
	"waymark/internal/fault"
	"waymark/schemas"
)

func export(t testing.TB, name string) extract.Export {
	t.Helper()
	for _, e := range Exports() {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("no export %s", name)
	return extract.Export{}
}

func read(t *testing.T, name, text string, opt extract.Options) *exporttest.Result {
	t.Helper()
	got, err := exporttest.Read(t, export(t, name), []byte(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func same(t *testing.T, got []exporttest.Row, want ...exporttest.Row) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAccount(t *testing.T) {
	got := read(t, "Account", "\ufeffId,IsDeleted,Name,Type,ParentId,BillingStreet,BillingCity,BillingCountry,Industry,AnnualRevenue,NumberOfEmployees,OwnerId,CreatedDate,SystemModstamp,Tier__c\n"+
		"001A00000000001AAA,,Acme,Customer,001A00000000002AAA,\"1, Road\n2nd\",Oslo,Norway,Finance,6.75956E6,577,005A00000000001AAA,2024-01-22T14:49:34.000+0000,2024-01-23T17:49:49.000+0000,gold\n",
		extract.Options{Currency: "NOK", Fields: map[string]string{"tier__c": "segment"}})
	same(t, got.Tables["account"], exporttest.Row{
		"account_id": "001A00000000001", "parent_account_id": "001A00000000002", "type": "Customer", "industry": "Finance", "segment": "gold", "country": "Norway", "city": "Oslo",
		"owner_id": "005A00000000001AAA", "annual_revenue": "6759560.0000", "currency": "NOK", "employees": "577", "created_at": "2024-01-22T14:49:34Z",
		"is_deleted": "0", "record_version": "1706032189000000", "@phone": "NO",
	})
	if len(got.Tables) != 1 || got.News.Columns != nil {
		t.Errorf("tables %v, new columns %v", got.Tables, got.News.Columns)
	}
}

func TestContact(t *testing.T) {
	got := read(t, "Contact", "Id;IsDeleted;AccountId;LastName;Email;Phone;MobilePhone;MailingCountry;MailingCity;LeadSource;Birthdate;CreatedDate;SystemModstamp;Number__c;Level\n"+
		"003A00000000001AAA;false;001A00000000002AAA;Doe;Jo@Example.com;22 111 22 33;;PL;Gdynia;Web;1980-01-01;2024-01-22T14:49:34Z;;K-17;9\n"+
		"003A00000000003AAA;1;;;;;;;;;;2024-01-22T14:49:34Z;2024-02-01T00:00:00Z;;\n",
		extract.Options{Country: "SE", Fields: map[string]string{"Number__c": "user_id", "LeadSource": "attributes.origin"}})
	same(t, got.Tables["customer"], exporttest.Row{
		"contact_id": "003A00000000001", "account_id": "001A00000000002", "email_id": "Jo@Example.com", "phone_id": "22 111 22 33", "user_id": "K-17", "kind": "contact",
		"country": "PL", "city": "Gdynia", "lead_source": "Web", "created_at": "2024-01-22T14:49:34Z", "is_deleted": "0", "record_version": "1705934974000000", "@phone": "PL",
		"attributes.origin": "Web",
	}, exporttest.Row{
		"contact_id": "003A00000000003", "kind": "contact", "created_at": "2024-01-22T14:49:34Z", "is_deleted": "1", "record_version": "1706745600000000", "@phone": "SE",
	})
	if d := cmp.Diff([]string{"Level"}, got.News.Columns); d != "" {
		t.Error(d)
	}
}

func TestLead(t *testing.T) {
	got := read(t, "Lead", "Id,IsDeleted,Email,Phone,Country,LeadSource,Status,OwnerId,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId,ConvertedOpportunityId,CreatedDate,SystemModstamp\n"+
		"00QA00000000001AAA,false,a@x.pl,600100200,Poland,Web,Qualified,005A00000000001AAA,true,2024-02-03,001A00000000001AAA,003A00000000001AAA,006A00000000001AAA,2024-01-22T14:00:00Z,2024-02-04T00:00:00Z\n"+
		"00QA00000000002AAA,false,,,,,New,,false,,,,,2024-01-22T14:00:00Z,2024-02-04T00:00:00Z\n"+
		"00QA00000000003AAA,true,b@x.pl,,,,New,,false,,,,,2024-01-22T14:00:00Z,2024-02-04T00:00:00Z\n",
		extract.Options{TimeZone: "Europe/Warsaw"})
	who := exporttest.Row{"contact_id": "00QA00000000001", "email_id": "a@x.pl", "phone_id": "600100200", "account_id": "001A00000000001", "country": "Poland", "source": "Web", "@phone": "PL"}
	same(t, got.Tables["journey_event"],
		with(who, event("00QA00000000001", "lead_created", "2024-01-22T14:00:00Z"), exporttest.Row{"agent_id": "005A00000000001AAA"}),
		with(who, event("00QA00000000001", "lead_converted", "2024-02-02T23:00:00Z"), exporttest.Row{"agent_id": "005A00000000001AAA", "opportunity_id": "006A00000000001AAA"}),
		with(event("00QA00000000002", "lead_created", "2024-01-22T14:00:00Z"), exporttest.Row{"contact_id": "00QA00000000002"}),
		with(event("00QA00000000003", "lead_created", "2024-02-04T00:00:00Z"), exporttest.Row{"is_deleted": "1"}),
	)
	leads := got.Tables["customer"]
	if len(leads) != 3 || leads[0]["is_converted"] != "1" || leads[0]["converted_at"] != "2024-02-02T23:00:00Z" || leads[0]["converted_contact_id"] != "003A00000000001" || leads[2]["is_deleted"] != "1" {
		t.Errorf("leads: %v", leads)
	}
}

// event is what every snapshot event of the tests' version has.
func event(key, kind, at string) exporttest.Row {
	return exporttest.Row{"@key": key, "@snapshot": "true", "event_type": kind, "occurred_at": at, "record_version": "1707004800000000"}
}

func with(rows ...exporttest.Row) exporttest.Row {
	all := exporttest.Row{}
	for _, r := range rows {
		for k, v := range r {
			all[k] = v
		}
	}
	return all
}

const stamped = "CreatedDate,LastModifiedDate,SystemModstamp\n"
const stamps = ",2024-01-22T14:00:00Z,2024-02-03T00:00:00Z,2024-02-04T00:00:00Z\n"

func TestOpportunity(t *testing.T) {
	got := read(t, "Opportunity", "Id,AccountId,StageName,Amount,Probability,CloseDate,LeadSource,IsClosed,IsWon,ForecastCategoryName,CampaignId,OwnerId,"+stamped+
		"006A00000000001AAA,001A00000000001AAA,Closed Won,1000.5,100,2024-02-01,Web,1,1,Closed,701A00000000001AAA,005A00000000001AAA"+stamps+
		"006A00000000002AAA,,Closed Lost,,0,2024-03-02,,1,,Omitted,,"+stamps+
		"006A00000000003AAA,,Proposal,7,10,2024-03-03,,,,Pipeline,,"+stamps,
		extract.Options{Currency: "EUR", TimeZone: "America/New_York"})
	same(t, got.Tables["opportunity"],
		exporttest.Row{"opportunity_id": "006A00000000001AAA", "account_id": "001A00000000001", "owner_id": "005A00000000001AAA", "stage": "Closed Won", "source": "Web", "forecast_category": "Closed",
			"campaign_id": "701A00000000001AAA", "is_closed": "1", "is_won": "1", "amount": "1000.5000", "currency": "EUR", "probability": "1", "created_at": "2024-01-22T14:00:00Z",
			"close_date": "2024-02-01", "is_deleted": "0", "record_version": "1707004800000000"},
		exporttest.Row{"opportunity_id": "006A00000000002AAA", "stage": "Closed Lost", "forecast_category": "Omitted", "is_closed": "1", "is_won": "0", "probability": "0",
			"created_at": "2024-01-22T14:00:00Z", "close_date": "2024-03-02", "is_deleted": "0", "record_version": "1707004800000000"},
		exporttest.Row{"opportunity_id": "006A00000000003AAA", "stage": "Proposal", "forecast_category": "Pipeline", "is_closed": "0", "is_won": "0", "amount": "7.0000", "currency": "EUR",
			"probability": "0.1", "created_at": "2024-01-22T14:00:00Z", "close_date": "2024-03-03", "is_deleted": "0", "record_version": "1707004800000000"},
	)
	deal := exporttest.Row{"opportunity_id": "006A00000000001AAA", "account_id": "001A00000000001", "agent_id": "005A00000000001AAA", "source": "Web", "campaign": "701A00000000001AAA", "amount": "1000.5000", "currency": "EUR"}
	same(t, got.Tables["journey_event"],
		with(deal, event("006A00000000001", "opportunity_created", "2024-01-22T14:00:00Z")),
		with(deal, event("006A00000000001", "opportunity_won", "2024-02-01T05:00:00Z"), exporttest.Row{"state_to": "Closed Won"}),
		with(event("006A00000000002", "opportunity_created", "2024-01-22T14:00:00Z"), exporttest.Row{"opportunity_id": "006A00000000002AAA"}),
		with(event("006A00000000002", "opportunity_lost", "2024-02-04T00:00:00Z"), exporttest.Row{"opportunity_id": "006A00000000002AAA", "state_to": "Closed Lost"}),
		with(event("006A00000000003", "opportunity_created", "2024-01-22T14:00:00Z"), exporttest.Row{"opportunity_id": "006A00000000003AAA", "amount": "7.0000", "currency": "EUR"}),
	)
}

func TestOpportunityWithoutFlags(t *testing.T) {
	got := read(t, "Opportunity", "Id,StageName,CloseDate,CurrencyIsoCode,Amount,CreatedDate\n1,Closed Won,2024-03-01,CHF,5,2024-01-01\n2,closed lost,2024-03-01,,,2024-01-01\n3,Open,2024-03-01,,,2024-01-01\n", extract.Options{Currency: "EUR"})
	if n := len(got.Events("opportunity_won")); n != 1 {
		t.Errorf("%d won", n)
	}
	if n := len(got.Events("opportunity_lost")); n != 1 {
		t.Errorf("%d lost", n)
	}
	if c := got.Events("opportunity_won")[0]["currency"]; c != "CHF" {
		t.Errorf("currency %s", c)
	}
}

func TestCase(t *testing.T) {
	got := read(t, "Case", "Id,ContactId,AccountId,SuppliedEmail,ContactEmail,ContactPhone,Type,Status,Reason,Origin,Priority,IsClosed,ClosedDate,OwnerId,Subject,Team,Opened__c,"+stamped+
		"500A00000000001AAA,003A00000000001AAA,001A00000000001AAA,s@x.pl,c@x.pl,123,Billing,Closed,Late,Phone,High,1,2024-01-25T10:00:00Z,005A00000000001AAA,Secret,Blue,2023-12-31"+stamps+
		"500A00000000002AAA,,,s@x.pl,,,,New,,,,,,00GA00000000001AAA,Secret,Blue,"+stamps,
		extract.Options{Fields: map[string]string{"Opened__c": "created_at", "Team": "attributes.team"}})
	same(t, got.Tables["ticket"],
		exporttest.Row{"ticket_id": "500A00000000001AAA", "contact_id": "003A00000000001", "account_id": "001A00000000001", "email_id": "c@x.pl", "phone_id": "123", "status": "Closed",
			"priority": "High", "type": "Billing", "channel": "Phone", "reason": "Late", "agent_id": "005A00000000001AAA", "is_closed": "1", "created_at": "2023-12-31T00:00:00Z",
			"updated_at": "2024-02-03T00:00:00Z", "closed_at": "2024-01-25T10:00:00Z", "is_deleted": "0", "record_version": "1707004800000000", "attributes.team": "Blue"},
		exporttest.Row{"ticket_id": "500A00000000002AAA", "email_id": "s@x.pl", "status": "New", "agent_group": "00GA00000000001AAA", "created_at": "2024-01-22T14:00:00Z",
			"updated_at": "2024-02-03T00:00:00Z", "is_deleted": "0", "record_version": "1707004800000000", "attributes.team": "Blue"},
	)
	caller := exporttest.Row{"ticket_id": "500A00000000001AAA", "contact_id": "003A00000000001", "account_id": "001A00000000001", "email_id": "c@x.pl", "phone_id": "123", "channel": "Phone",
		"agent_id": "005A00000000001AAA", "attributes.team": "Blue"}
	same(t, got.Tables["journey_event"],
		with(caller, event("500A00000000001", "ticket_created", "2023-12-31T00:00:00Z")),
		with(caller, event("500A00000000001", "ticket_solved", "2024-01-25T10:00:00Z"), exporttest.Row{"state_to": "Closed"}),
		with(event("500A00000000002", "ticket_created", "2024-01-22T14:00:00Z"), exporttest.Row{"ticket_id": "500A00000000002AAA", "email_id": "s@x.pl", "attributes.team": "Blue"}),
	)
}

func TestCampaign(t *testing.T) {
	got := read(t, "Campaign", "Id,Name,ParentId,Type,Status,StartDate,EndDate,BudgetedCost,ActualCost,IsActive,OwnerId,Description,"+stamped+
		"701A00000000001AAA,Spring,,Email,Planned,2024-03-01,,1000,,true,005A00000000001AAA,long"+stamps, extract.Options{Currency: "PLN"})
	same(t, got.Tables["campaign"], exporttest.Row{"campaign_id": "701A00000000001AAA", "name": "Spring", "type": "Email", "status": "Planned", "start_date": "2024-03-01", "budgeted_cost": "1000.0000",
		"currency": "PLN", "is_active": "1", "owner_id": "005A00000000001AAA", "created_at": "2024-01-22T14:00:00Z", "is_deleted": "0", "record_version": "1707004800000000"})
}

func TestCampaignMember(t *testing.T) {
	got := read(t, "CampaignMember", "Id,CampaignId,LeadId,ContactId,Status,HasResponded,FirstRespondedDate,Email,Phone,Country,LeadSource,"+stamped+
		"00vA00000000001AAA,701A00000000001AAA,,003A00000000001AAA,Responded,1,2024-01-30,a@x.us,555,United States,"+stamps+
		"00vA00000000002AAA,701A00000000001AAA,00QA00000000001AAA,,Responded,true,,,,,Web"+stamps+
		"00vA00000000003AAA,701A00000000001AAA,00QA00000000002AAA,,Sent,,,b@x.us,,,"+stamps, extract.Options{})
	same(t, got.Tables["journey_event"],
		with(event("00vA00000000001", "campaign_member_responded", "2024-01-30T00:00:00Z"), exporttest.Row{"contact_id": "003A00000000001", "email_id": "a@x.us", "phone_id": "555",
			"country": "United States", "campaign": "701A00000000001AAA", "state_to": "Responded", "@phone": "US"}),
		with(event("00vA00000000002", "campaign_member_responded", "2024-02-03T00:00:00Z"), exporttest.Row{"contact_id": "00QA00000000001", "campaign": "701A00000000001AAA", "source": "Web", "state_to": "Responded"}),
		with(event("00vA00000000003", "campaign_member_responded", "2024-02-04T00:00:00Z"), exporttest.Row{"is_deleted": "1"}),
	)
}

func TestTask(t *testing.T) {
	got := read(t, "Task", "Id,WhoId,WhatId,AccountId,Status,IsClosed,TaskSubtype,CallType,Type,CallDurationInSeconds,ActivityDate,CompletedDateTime,IsRecurrence,OwnerId,"+stamped+
		"00TA00000000001AAA,003A00000000001AAA,006A00000000001AAA,001A00000000001AAA,Completed,1,Call,Inbound,,90,2024-01-22,,,005A00000000001AAA"+stamps+
		"00TA00000000002AAA,00QA00000000001AAA,500A00000000001AAA,,Completed,1,Email,,,,2024-01-20,,,"+stamps+
		"00TA00000000003AAA,,,,Completed,1,Task,,Call,,,2024-01-21T08:00:00Z,,"+stamps+
		"00TA00000000004AAA,,,,Not Started,,Call,,,,2024-01-20,,,"+stamps+
		"00TA00000000005AAA,,,,Completed,1,Task,,Meeting,,2024-01-20,,,"+stamps+
		"00TA00000000006AAA,,,,Completed,1,Call,,,,2024-01-20,,1,"+stamps+
		"00TA00000000007AAA,,,,Completed,1,Call,Internal,,,2024-01-20,,,"+stamps+
		"00TA00000000008AAA,,,,Completed,1,Call,,,,2024-06-30,,,"+stamps, extract.Options{}) // done before it was due
	none := exporttest.Row{"is_deleted": "1"}
	same(t, got.Tables["journey_event"],
		with(event("00TA00000000001", "call_answered", "2024-01-22T14:00:00Z"), exporttest.Row{"source_event": "Call", "contact_id": "003A00000000001", "account_id": "001A00000000001",
			"opportunity_id": "006A00000000001AAA", "agent_id": "005A00000000001AAA", "duration_ms": "90000"}),
		with(event("00TA00000000002", "email_sent", "2024-01-20T00:00:00Z"), exporttest.Row{"source_event": "Email", "contact_id": "00QA00000000001", "ticket_id": "500A00000000001AAA"}),
		with(event("00TA00000000003", "call_answered", "2024-01-21T08:00:00Z"), exporttest.Row{"source_event": "Call"}),
		with(event("00TA00000000004", "call_answered", "2024-02-04T00:00:00Z"), none),
		with(event("00TA00000000005", "call_answered", "2024-02-04T00:00:00Z"), none),
		with(event("00TA00000000006", "call_answered", "2024-02-04T00:00:00Z"), none),
		with(event("00TA00000000007", "call_answered", "2024-02-04T00:00:00Z"), none),
		with(event("00TA00000000008", "call_answered", "2024-02-04T00:00:00Z"), exporttest.Row{"source_event": "Call"}),
	)
	got = read(t, "Task", "Id,Status,TaskSubtype,Type__c,CreatedDate\n1,Completed,Task,Call,2024-01-22\n2,Completed,Task,Email,2024-01-22\n3,Open,Task,Call,2024-01-22\n",
		extract.Options{Fields: map[string]string{"Type__c": "source_event"}})
	if len(got.Events("email_sent")) != 1 || got.Events("call_answered")[0]["source_event"] != "Call" {
		t.Errorf("a custom type gives %v", got.Tables["journey_event"])
	}
}

func fact(key, kind string, more exporttest.Row) exporttest.Row {
	return with(exporttest.Row{"@key": key, "@snapshot": "false", "event_type": kind, "occurred_at": "2024-01-22T14:00:00Z", "record_version": "1705932000000000", "is_deleted": "0"}, more)
}

func TestHistories(t *testing.T) {
	got := read(t, "OpportunityHistory", "Id,OpportunityId,StageName,Amount,CreatedById,CreatedDate\n008A00000000001AAA,006A00000000001AAA,Proposal,12.5,005A00000000001AAA,2024-01-22T14:00:00Z\n", extract.Options{Currency: "EUR"})
	same(t, got.Tables["journey_event"], fact("008A00000000001", "opportunity_stage_changed", exporttest.Row{"opportunity_id": "006A00000000001AAA", "state_to": "Proposal", "amount": "12.5000", "currency": "EUR", "agent_id": "005A00000000001AAA"}))

	got = read(t, "OpportunityFieldHistory", "Id,OpportunityId,Field,OldValue,NewValue,CreatedById,CreatedDate\n"+
		"017A00000000001AAA,006A00000000001AAA,StageName,New,Proposal,005A00000000001AAA,2024-01-22T14:00:00Z\n017A00000000002AAA,006A00000000001AAA,Amount,1,2,,2024-01-22T14:00:00Z\n", extract.Options{})
	same(t, got.Tables["journey_event"], fact("017A00000000001", "opportunity_stage_changed", exporttest.Row{"opportunity_id": "006A00000000001AAA", "state_from": "New", "state_to": "Proposal", "agent_id": "005A00000000001AAA"}))

	got = read(t, "CaseHistory", "Id,CaseId,Field,OldValue,NewValue,CreatedById,CreatedDate,IsDeleted\n"+
		"017A00000000001AAA,500A00000000001AAA,Status,New,Closed,005A00000000001AAA,2024-01-22T14:00:00Z,\n"+
		"017A00000000002AAA,500A00000000001AAA,Owner,005A00000000001AAA,005A00000000002AAA,,2024-01-22T14:00:00Z,\n"+
		"017A00000000003AAA,500A00000000001AAA,Owner,Jo Doe,Al Roe,,2024-01-22T14:00:00Z,\n"+
		"017A00000000004AAA,500A00000000001AAA,SuppliedEmail,a@x.pl,b@x.pl,,2024-01-22T14:00:00Z,1\n"+
		"017A00000000005AAA,500A00000000001AAA,created,,,,2024-01-22T14:00:00Z,\n", extract.Options{})
	of := exporttest.Row{"ticket_id": "500A00000000001AAA"}
	same(t, got.Tables["journey_event"],
		fact("017A00000000001", "ticket_status_changed", with(of, exporttest.Row{"field_name": "Status", "state_from": "New", "state_to": "Closed", "agent_id": "005A00000000001AAA"})),
		fact("017A00000000002", "ticket_assigned", with(of, exporttest.Row{"field_name": "Owner", "agent_id": "005A00000000002AAA"})),
		fact("017A00000000003", "ticket_field_changed", with(of, exporttest.Row{"field_name": "Owner"})),
		fact("017A00000000004", "ticket_field_changed", with(of, exporttest.Row{"field_name": "SuppliedEmail", "is_deleted": "1"})),
	)
	if got.Records != 5 || len(got.Rejects) != 0 {
		t.Errorf("%d records, rejects %v", got.Records, got.Rejects)
	}
}

func TestRejects(t *testing.T) {
	got := read(t, "Opportunity", "Id,StageName,Amount,Probability,CloseDate,IsClosed,CreatedDate,SystemModstamp\n"+
		",New,1,1,2024-01-01,,2024-01-01,\n"+
		"2,New,many,1,2024-01-01,,2024-01-01,\n"+
		"3,New,1e20,1,2024-01-01,,2024-01-01,\n"+
		"4,New,1,101,2024-01-01,,2024-01-01,\n"+
		"5,New,1,1,soon,,2024-01-01,\n"+
		"6,New,1,1,2024-01-01,perhaps,2024-01-01,\n"+
		"7,New,1,1,2024-01-01,,2024-01-01,now\n"+
		"8,New,1\n"+
		"9,New,1,1,2024-01-01,,2024-01-01,\n", extract.Options{})
	var why []string
	for _, r := range got.Rejects {
		why = append(why, string(r.Reason)+" "+r.Field)
		if r.Line < 2 || len(r.Record) == 0 || r.Message == "" {
			t.Errorf("incomplete reject %+v", r)
		}
	}
	if d := cmp.Diff([]string{"missing_required Id", "wrong_type Amount", "out_of_range Amount", "out_of_range Probability", "wrong_type CloseDate", "wrong_type IsClosed", "wrong_type SystemModstamp", "malformed "}, why); d != "" {
		t.Error(d)
	}
	if len(got.Tables["opportunity"]) != 1 || got.Records != 9 {
		t.Errorf("%d rows of %d records", len(got.Tables["opportunity"]), got.Records)
	}
	got = read(t, "CaseHistory", "Id,CaseId,Field,OldValue,NewValue,CreatedDate\n1,,Status,a,b,2024-01-01\n2,5,Status,a,b,\n", extract.Options{})
	if len(got.Rejects) != 2 || got.Rejects[0].Field != "CaseId" || got.Rejects[1].Field != "CreatedDate" || len(got.Tables) != 0 {
		t.Errorf("history: %+v", got.Rejects)
	}
}

func TestQuarantine(t *testing.T) {
	for _, c := range []struct {
		export, text string
		fields       map[string]string
		field, hint  string
	}{
		{"Opportunity", "Id,Stage Name,CloseDate\n", nil, "StageName", "Stage Name"},
		{"Account", "Identifier\n", nil, "Id", ""},
		{"Case", "Id,Status,CreatedDate,Openend__c\n", map[string]string{"Opened__c": "created_at"}, "Opened__c", "Openend__c"},
	} {
		_, err := exporttest.Read(t, export(t, c.export), []byte(c.text), extract.Options{Fields: c.fields})
		var q *extract.Quarantine
		if !errors.As(err, &q) || q.Reason != schemas.MissingRequired || q.Field != c.field || !strings.Contains(q.Message, c.hint) {
			t.Errorf("%s: %v", c.export, err)
		}
	}
	_, err := exporttest.Read(t, export(t, "Account"), []byte("Id,X\n"), extract.Options{Fields: map[string]string{"X": "no_such_column"}})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a mapping to nowhere: %v", err)
	}
	_, err = exporttest.Read(t, export(t, "Case"), []byte("Id,Status,CreatedDate,Subject\n"), extract.Options{Fields: map[string]string{"Subject": "attributes.subject"}})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a personal column in the attributes: %v", err)
	}
	if _, err := exporttest.Read(t, export(t, "Account"), nil, extract.Options{TimeZone: "Mars/Base"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown zone: %v", err)
	}
}

func TestEmptyIsValid(t *testing.T) {
	for _, e := range Exports() {
		for _, text := range []string{"", "\ufeff", "\n\n"} {
			got, err := exporttest.Read(t, e, []byte(text), extract.Options{Fields: map[string]string{"A": "attributes.a"}})
			if err != nil || got.Records != 0 {
				t.Errorf("%s of %q: %v", e.Name, text, err)
			}
		}
	}
	if got := read(t, "Account", "Id,Name\n", extract.Options{}); got.Records != 0 || len(got.Tables) != 0 {
		t.Errorf("a header alone gives %v", got)
	}
}
