// Package email reads what became of e-mails: HubSpot's email events (pages of the Email Events API, or one event per line), and any CSV or
// JSON whose fields the configuration maps to the names below.
//
//	occurred_at   required (HubSpot: created, in milliseconds)
//	type          required: sent, opened, clicked, bounced, unsubscribed, in the usual spellings
//	event_id      the tool's number of the event; without it address, type, time and campaign together are one event
//	email, customer_id, contact_id   at least one of them
//	campaign, source, medium, content, url (its host and path are kept), device_category, country, city, language
//	segment       kept as an attribute
//	subject       known and never read
//	attributes.NAME, and any column of journey_event that a source may set
//
// Each event gives email_sent, email_opened, email_clicked, email_bounced or email_unsubscribed. Steps of the delivery that say nothing of
// the customer (processed, delivered, deferred, dropped, spam reports …) are known and give none, and neither do events that HubSpot
// itself filters (opens and clicks of machines). An unknown type is rejected. Events never change.
package email
