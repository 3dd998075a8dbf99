package sampledata

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// ConfigOptions say where the exports are and where the results go, as locations of waymark.yaml.
type ConfigOptions struct {
	Exports   string // "./exports" or "s3://bucket/prefix"
	Lake      string
	Warehouse string
	Key       string // reference to the privacy key; default ${env:WAYMARK_KEY}
	// Only are the names of the sources to configure; none is all.
	Only []string
	// Extra is YAML that is put in front of the sources, such as an s3: section.
	Extra string
}

// configured is one source of the configuration.
type configured struct{ name, system, export, location, more string }

// Config returns a waymark.yaml for the exports that Generate makes.
func Config(o ConfigOptions) []byte {
	if o.Key == "" {
		o.Key = "${env:WAYMARK_KEY}"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# The exports of Turnia Outfitters, a shop that does not exist.\n")
	fmt.Fprintf(&b, "lake: %q\nwarehouse: %q\ntimezone: %s\ncurrency: %s\ncountry: %s\nprivacy: { key: %q }\n", o.Lake, o.Warehouse, TimeZone, Currency, Country, o.Key)
	fmt.Fprintf(&b, "customers: { active_days: %d, margin: %g } # a short history: a year's window would be empty\n", ActiveDays, float64(MarginPercent)/100)
	if o.Extra != "" {
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(o.Extra, "\n"))
	}
	b.WriteString("sources:\n")
	for _, s := range configuredSources() {
		if len(o.Only) > 0 && !slices.Contains(o.Only, s.name) {
			continue
		}
		fmt.Fprintf(&b, "  - name: %s\n    system: %s\n    export: %s\n    location: %q\n", s.name, s.system, s.export, strings.TrimRight(o.Exports, "/")+"/"+s.location)
		b.WriteString("    schedule: \"15 * * * *\"\n")
		for line := range strings.Lines(s.more) {
			b.WriteString("    " + line)
		}
	}
	return b.Bytes()
}

func configuredSources() []configured {
	list := []configured{
		{webSource, "ga4", "events", "ga4/events_*.json.gz", "currency: PLN\n"},
		{ticketSource, "zendesk", "tickets", "zendesk/tickets/*.ndjson", "mode: incremental\n"},
		{auditSource, "zendesk", "ticket_audits", "zendesk/ticket_audits/*.ndjson", ""},
		{userSource, "zendesk", "users", "zendesk/users/*.ndjson", ""},
		{ratingSource, "zendesk", "satisfaction_ratings", "zendesk/satisfaction_ratings*.ndjson", ""},
		{scheduleSource, "zendesk", "schedules", "zendesk/schedule*.json", ""},
		{surveySource, "survey", "responses", "survey/responses*.csv", `fields:
  "Response ID": response_id
  "Sent": sent_at
  "Date": answered_at
  "Survey": kind
  "Score": score
  "Comment": comment
  "E-mail": email
  "Customer No": customer_id
  "Ticket": ticket_id
  "Order": order_id
  "Channel": channel
  "Branch": attributes.branch
`},
		{storeSource, "survey", "responses", "survey/ankiety*.csv", `timezone: Europe/Warsaw
encoding: windows-1250
delimiter: ";"
decimal_comma: true
fields:
  "Nr ankiety": response_id
  "Data": answered_at
  "Ocena": score.csat
  "Komentarz": comment
  "E-mail klienta": email
  "Nr klienta": customer_id
  "Kanał": channel
  "Sklep": attributes.branch
`},
	}
	list = append(list, []configured{
		{ecbSource, "ecb", "rates", "rates/eurofxref-hist*.csv", ""},
		{nbpSource, "nbp", "table_a", "rates/archiwum_tab_a_*.csv", ""},
		{shopSource, "shopify", "orders", "orders/orders_export_*.csv", ""},
		{marketSource, "orders", "orders", "orders/marketplace*.ndjson", `fields:
  "order": order_id
  "placed": ordered_at
  "total": amount
  "pieces": quantity
  "refunded": refunded_amount
  "customer.email": email
  "marketplace": channel
`},
		{contractSource, "billing", "contracts", "contracts/contracts*.csv", `fields:
  "Contract": contract_id
  "Club e-mail": email
  "Start": started_at
  "Changed": changed_at
  "Renewed": renewed_at
  "End": ended_at
  "Note": comment
`},
		{costSource, "marketing", "costs", "costs/costs_*.csv", "decimal_comma: true\nfields:\n  \"Exported at\": updated_at\n"},
		{mailSource, "hubspot", "email_events", "hubspot/email_events_*.json", ""},
		{targetSource, "targets", "targets", "targets.yaml", ""},
	}...)
	for _, s := range []struct{ name, object, more string }{
		{accountSource, "Account", "currency: PLN\n"}, {contactSource, "Contact", "fields:\n  Customer_Number__c: user_id\n"}, {leadSource, "Lead", ""},
		{dealSource, "Opportunity", "currency: PLN\nfields:\n  Product__c: attributes.product\n"}, {stageSource, "OpportunityFieldHistory", ""},
		{caseSource, "Case", ""}, {historySource, "CaseHistory", ""}, {campaignSrc, "Campaign", "currency: PLN\n"},
		{memberSource, "CampaignMember", ""}, {taskSource, "Task", ""},
	} {
		list = append(list, configured{s.name, "salesforce", s.object, "salesforce/" + s.object + ".csv", s.more})
	}
	return list
}
