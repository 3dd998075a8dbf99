// Package zendesk reads Zendesk Support exports: tickets, ticket_audits, users, satisfaction_ratings and schedules, as
// pages of the API ({"tickets":[…]}), arrays, single documents or one object per line.
//
//	tickets               ─▶ ticket          and ticket_created (snapshot)
//	ticket_audits         ─▶                     ticket_status_changed, ticket_solved, ticket_reopened, ticket_assigned,
//	                                             ticket_field_changed, ticket_replied, ticket_noted, chat_*, call_answered
//	users                 ─▶ customer, agent
//	satisfaction_ratings  ─▶                     ticket_rated (snapshot)
//	schedules             ─▶ business_interval
//
// It promises:
//
//   - a person is contact_id, the pseudonym of the Zendesk user number, wherever the person appears: as requester, as
//     author of an audit (agents too: agent.contact_id tells which), as user; Zendesk's own system user (-1) is nobody;
//   - staff and tickets keep their numbers (agent_id, ticket_id); an identifier written 17.0 is 17;
//   - names, subjects, descriptions and comments are never read;
//   - statuses are new, open, pending, hold, solved, closed however they are spelt; custom statuses count by their
//     category where the record has it, else they stay as they are;
//   - several changes of one audit have the same time; record_version of an event of an audit is the number of that
//     event, which Zendesk counts upwards, so that ordering by (occurred_at, record_version) is the order of the changes.
//
// A ticket with status "deleted" and a rating that was only offered, or withdrawn, become tombstones.
package zendesk
