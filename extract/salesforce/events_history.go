package salesforce

import (
	"waymark/extract/field"
	"waymark/schemas"
)

// when returns the moment of a history row, which has no other purpose.
func (d *decoder) when() (us int64, ok bool) {
	if d.created == 0 {
		d.bad(srcNames[srcCreatedDate], schemas.MissingRequired)
	}
	return d.created, d.wrong == ""
}

// subject returns the id of the record that changed.
func (d *decoder) subject(s src) []byte {
	id := d.text(s)
	if id == nil {
		d.bad(srcNames[s], schemas.MissingRequired)
	}
	return id
}

// opportunityHistoryEvents: a row says how the opportunity stood after a change, not what changed.
func opportunityHistoryEvents(d *decoder) error {
	id, stage := d.subject(srcOpportunityID), d.subject(srcStageName)
	at, ok := d.when()
	if !ok {
		return nil
	}
	row := d.event(opportunityStageChanged, at)
	row.SetBytes(schemas.EvOpportunityID, id)
	row.SetBytes(schemas.EvStateTo, stage)
	row.SetBytes(schemas.EvAgentID, d.text(srcCreatedByID))
	d.set(row, schemas.EvAmount, srcNames[srcAmount], d.reader.Fields[srcAmount])
	row.SetBytes(schemas.EvCurrency, d.text(srcCurrency))
	if d.wrong != "" {
		return nil
	}
	return d.send(row)
}

func opportunityFieldHistoryEvents(d *decoder) error {
	id := d.subject(srcOpportunityID)
	at, ok := d.when()
	if !ok || !field.Is(d.text(srcField), "stagename") {
		return nil
	}
	row := d.event(opportunityStageChanged, at)
	row.SetBytes(schemas.EvOpportunityID, id)
	row.SetBytes(schemas.EvAgentID, d.text(srcCreatedByID))
	d.states(row)
	return d.send(row)
}

func caseHistoryEvents(d *decoder) error {
	id, name := d.subject(srcCaseID), d.subject(srcField)
	at, ok := d.when()
	if !ok || field.Is(name, "created") {
		return nil // the case itself tells when it was created
	}
	event := ticketFieldChanged
	assignee := d.text(srcNewValue)
	switch {
	case field.Is(name, "status"):
		event = ticketStatusChanged
	case field.Is(name, "owner") && (isID(assignee, "005") || isID(assignee, "00G")):
		event = ticketAssigned
	}
	row := d.event(event, at)
	row.SetBytes(schemas.EvTicketID, id)
	row.SetBytes(schemas.EvFieldName, name)
	switch event {
	case ticketStatusChanged:
		row.SetBytes(schemas.EvAgentID, d.text(srcCreatedByID))
		d.states(row)
	case ticketAssigned:
		row.SetBytes(schemas.EvAgentID, assignee)
	}
	return d.send(row)
}

func (d *decoder) states(row *schemas.Row) {
	row.SetBytes(schemas.EvStateFrom, d.text(srcOldValue))
	row.SetBytes(schemas.EvStateTo, d.text(srcNewValue))
}
