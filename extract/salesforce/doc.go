// Package salesforce reads Salesforce data exports: one CSV per object, header names as in the API.
//
//	Account                    → account
//	Contact                    → customer (contact)
//	Lead                       → customer (lead), lead_created, lead_converted
//	Opportunity                → opportunity, opportunity_created, opportunity_won or opportunity_lost
//	Case                       → ticket, ticket_created, ticket_solved
//	Campaign                   → campaign
//	CampaignMember             → campaign_member_responded, when the member responded
//	Task                       → call_answered, email_sent, for completed calls and e-mails
//	OpportunityHistory         → opportunity_stage_changed (the stage after each change of the opportunity)
//	OpportunityFieldHistory    → opportunity_stage_changed, for Field StageName
//	CaseHistory                → ticket_status_changed, ticket_assigned, ticket_field_changed
//
// Objects are snapshots: SystemModstamp (else LastModifiedDate, CreatedDate, the object's time) is the record's
// version, and every record of an object that can have events emits at least one, a tombstone where there is nothing to
// say, so that a newer version always replaces what an older one said. History objects are facts that never change.
//
// What the mapping decides: a won or lost opportunity happened at the beginning of its close date in the source's time
// zone, or at the record's own last change where that was earlier (people date ahead), and only Opportunity says so; the history objects give changes of stage. A task is a call when its TaskSubtype,
// CallType or Type (or the column mapped to source_event) says so, and counts when it is completed, dated like a deal. Of an Owner change
// Salesforce writes two history rows, one with ids and one with names: the one with ids is ticket_assigned, the other
// ticket_field_changed. Values of other changed fields are not kept, for they may be personal.
//
// It promises that names of people, subjects, descriptions, streets, postal codes, birthdates and comments never reach
// a row. Identity is the 15-character form of an id; opportunity, ticket and campaign keep theirs as exported.
package salesforce
