package zendesk

import "strings"

// What Zendesk documents of its records beside what the decoders read: none of it is news.
const (
	ticketFields = "url external_id encoded_id subject raw_subject description recipient collaborator_ids collaborators follower_ids " +
		"email_cc_ids forum_topic_id problem_id incident_count has_incidents is_public due_at tags custom_fields fields " +
		"sharing_agreement_ids custom_status_id brand_id ticket_form_id allow_channelback allow_attachments from_messaging_channel " +
		"followup_ids via_followup_source_id via_id macro_id macro_ids attribute_value_ids satisfaction_probability support_type " +
		"comment comment_count metric_set metric_events slas dates sharing_agreements result_type updated_stamp safe_update"
	auditFields = "url metadata attachments ticket"
	userFields  = "url name alias details notes tags user_fields verified photo remote_photo_url signature custom_role_id role_type " +
		"moderator ticket_restriction only_private_comments restricted_agent report_csv shared shared_agent chat_only last_login_at " +
		"last_active two_factor_auth_enabled locale_id organization organizations groups identities abilities result_type updated_at"
	ratingFields   = "url group_id comment comment_id reason reason_id reason_code"
	scheduleFields = "url name created_at updated_at deleted_at"
)

// known lists the top-level fields that are no news although no decoder reads them: the documented and the configured ones.
func (s *stream) known() []string {
	known := strings.Fields(s.kind.fields)
	for _, m := range s.mappings {
		known = append(known, m.top)
	}
	return known
}

// The vocabularies that are Zendesk's own. Channels, groups and custom statuses are each company's.
var (
	statuses   = []string{"new", "open", "pending", "hold", "solved", "closed", "deleted"}
	priorities = []string{"low", "normal", "high", "urgent"}
	types      = []string{"question", "incident", "problem", "task"}
	roles      = []string{"end-user", "agent", "admin"}
)
