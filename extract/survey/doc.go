// Package survey reads responses to surveys from a generic CSV or JSON: one line or object per response, columns as the survey tool
// names them, mapped by the source's `fields:` to the names below. A header that already is one of the names (case,
// spaces, underscores and hyphens aside) needs no mapping.
//
//	response_id   required; what identifies the response
//	answered_at   required; when it was answered (source time zone where it carries none)
//	score, kind   the score and its kind: nps, csat, ces or rating
//	score.nps, score.csat, score.ces, score.rating   scores of one kind each; a line may have several, or with `kind` none
//	sent_at       when the invitation went out; a line with sent_at alone is an invitation without answer
//	updated_at    version of the response; without it the newer object wins
//	email, phone, customer_id, contact_id, ticket_id, order_id, agent_id, channel, country, language, campaign
//	segment, touchpoint   kept as attributes of these names
//	comment       known and never read
//	is_deleted    the response was withdrawn
//	attributes.NAME, and any column of journey_event that a source may set
//
// Each answered response gives one survey_answered per score, each line with sent_at a survey_sent. What is known of its text
// (sentiment, theme) is on the first survey_answered only, so that a text counts once. Events are
// snapshots of the response: a corrected line in a later object replaces all of the earlier one's.
//
// A score must be on the scale of its kind (schemas.ScaleOf); `good` and `bad` are csat scores. The text of a comment
// never reaches a row.
package survey
