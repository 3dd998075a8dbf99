package schemas

// EventTypes is the vocabulary of journey events, in the order of a customer's life with the company.
var EventTypes = [...]string{
	"page_viewed", "session_started", "user_engaged", "product_viewed", "product_list_viewed", "promotion_viewed",
	"cart_added", "cart_removed", "checkout_started", "shipping_info_added", "payment_info_added", "order_placed",
	"order_refunded", "searched", "form_submitted", "signed_up", "help_viewed", "web_other",
	"email_sent", "email_opened", "email_clicked", "email_bounced", "email_unsubscribed",
	"lead_created", "lead_converted", "opportunity_created", "opportunity_stage_changed", "opportunity_won",
	"opportunity_lost", "contract_started", "contract_renewed", "contract_expanded", "contract_contracted",
	"contract_ended", "campaign_member_responded",
	"ticket_created", "ticket_replied", "ticket_noted", "ticket_status_changed", "ticket_assigned",
	"ticket_field_changed", "ticket_solved", "ticket_reopened", "ticket_rated",
	"survey_sent", "survey_answered", "review_posted", "mention_posted", "chat_started", "chat_ended",
	"call_answered", "loyalty_earned", "loyalty_redeemed", "training_completed",
}

// Stages are the stages of the customer journey, in order.
var Stages = [...]string{"awareness", "consideration", "purchase", "onboarding", "use", "service", "loyalty", "advocacy"}

// IsEventType reports whether name is in the vocabulary.
func IsEventType(name string) bool {
	for _, t := range EventTypes {
		if t == name {
			return true
		}
	}
	return false
}
