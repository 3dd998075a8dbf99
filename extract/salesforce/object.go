package salesforce

import "waymark/schemas"

// object says how one Salesforce object is read. Values are immutable.
type object struct {
	name     string
	version  int            // of its export, see extract.Export
	entity   *schemas.Table // nil when the object gives events only
	kind     string         // of a customer
	bindings []binding      // to columns of entity; of two for one column the first that is not blank counts
	reads    []src          // further columns that events needs
	required []src          // besides Id
	ignored  string         // standard columns known and left alone
	derive   func(*decoder) // completes the entity
	events   func(*decoder) error
	stands   eventType // what a tombstone is an event of
	history  bool      // facts that never change
}

// binding puts a source column into a column of the entity.
type binding struct {
	from src
	col  int
}

// eventType is a journey event that Salesforce tells of.
type eventType uint8

const (
	noEvent eventType = iota
	leadCreated
	leadConverted
	opportunityCreated
	opportunityStageChanged
	opportunityWon
	opportunityLost
	ticketCreated
	ticketSolved
	ticketStatusChanged
	ticketAssigned
	ticketFieldChanged
	campaignMemberResponded
	callAnswered
	emailSent
	eventTypes
)

var eventNames = [eventTypes]string{
	"", "lead_created", "lead_converted", "opportunity_created", "opportunity_stage_changed", "opportunity_won", "opportunity_lost",
	"ticket_created", "ticket_solved", "ticket_status_changed", "ticket_assigned", "ticket_field_changed", "campaign_member_responded",
	"call_answered", "email_sent",
}

// known returns every column of o that is no news.
func (o *object) sources() []src {
	list := append([]src{}, common[:]...)
	for _, b := range o.bindings {
		list = append(list, b.from)
	}
	return append(list, o.reads...)
}

// tables are what o writes.
func (o *object) tables() []*schemas.Table {
	var list []*schemas.Table
	if o.events != nil {
		list = append(list, schemas.JourneyEvent)
	}
	if o.entity != nil {
		list = append(list, o.entity)
	}
	return list
}
