package salesforce

import (
	"waymark/extract/field"
	"waymark/schemas"
)

func leadEvents(d *decoder) error {
	v := d.entity.Vals
	owner := d.text(srcOwnerID)
	if d.entity.Has(schemas.CuCreatedAt) {
		row := d.event(leadCreated, v[schemas.CuCreatedAt].Num)
		row.SetBytes(schemas.EvAgentID, owner)
		if err := d.send(row); err != nil {
			return err
		}
	}
	if v[schemas.CuIsConverted].Num == 0 {
		return nil
	}
	at := d.version // the record does not say when
	if d.entity.Has(schemas.CuConvertedAt) {
		at = v[schemas.CuConvertedAt].Num
	}
	row := d.event(leadConverted, at)
	row.SetBytes(schemas.EvAgentID, owner)
	row.SetBytes(schemas.EvOpportunityID, v[schemas.CuConvertedOpportunityID].Bytes)
	return d.send(row)
}

// deriveOpportunity makes the probability a fraction, and tells the state from the stage where the export has no flags.
func deriveOpportunity(d *decoder) {
	v := d.entity.Vals
	if b := d.text(srcProbability); b != nil && !d.entity.Has(schemas.OpProbability) {
		p, why := field.Percent(b, d.s.opt.DecimalComma)
		if why == "" && (p < 0 || p > 1) {
			why = schemas.OutOfRange
		}
		if why != "" {
			d.bad(srcNames[srcProbability], why)
		}
		d.entity.SetFloat(schemas.OpProbability, p)
	}
	stage := v[schemas.OpStage].Bytes
	won := v[schemas.OpIsWon].Num == 1 || d.s.cols[srcIsWon] < 0 && field.Is(stage, "closed won")
	closed := won || v[schemas.OpIsClosed].Num == 1 || d.s.cols[srcIsClosed] < 0 && field.Is(stage, "closed lost")
	d.entity.SetBool(schemas.OpIsWon, won)
	d.entity.SetBool(schemas.OpIsClosed, closed)
}

func opportunityEvents(d *decoder) error {
	v := d.entity.Vals
	if d.entity.Has(schemas.OpCreatedAt) {
		if err := d.send(d.event(opportunityCreated, v[schemas.OpCreatedAt].Num)); err != nil {
			return err
		}
	}
	if v[schemas.OpIsClosed].Num == 0 {
		return nil
	}
	outcome := opportunityLost
	if v[schemas.OpIsWon].Num == 1 {
		outcome = opportunityWon
	}
	at := d.version // closed without a close date
	if d.entity.Has(schemas.OpCloseDate) {
		at = d.done(field.Midnight(v[schemas.OpCloseDate].Num, d.s.format.Location))
	}
	row := d.event(outcome, at)
	row.SetBytes(schemas.EvStateTo, v[schemas.OpStage].Bytes)
	return d.send(row)
}

// deriveTicket tells the assignee, who is a user or a queue.
func deriveTicket(d *decoder) {
	owner, col := d.text(srcOwnerID), schemas.TiAgentID
	if isID(owner, "00G") {
		col = schemas.TiAgentGroup
	}
	if !d.entity.Has(col) {
		d.entity.SetBytes(col, owner)
	}
}

func ticketEvents(d *decoder) error {
	v := d.entity.Vals
	if d.entity.Has(schemas.TiCreatedAt) {
		if err := d.send(d.event(ticketCreated, v[schemas.TiCreatedAt].Num)); err != nil {
			return err
		}
	}
	if v[schemas.TiIsClosed].Num == 0 {
		return nil
	}
	at := d.version // the record does not say when
	if d.entity.Has(schemas.TiClosedAt) {
		at = v[schemas.TiClosedAt].Num
	}
	row := d.event(ticketSolved, at)
	row.SetBytes(schemas.EvStateTo, v[schemas.TiStatus].Bytes)
	return d.send(row)
}

func campaignMemberEvents(d *decoder) error {
	responded := d.boolean(srcHasResponded)
	at, dated := d.time(srcFirstRespondedDate)
	changed, known := d.time(srcLastModifiedDate)
	if d.wrong != "" || !responded && !dated {
		return nil
	}
	if !dated {
		if at = d.version; known {
			at = changed
		}
	}
	row := d.event(campaignMemberResponded, at)
	d.person(row, d.first(srcContactID, srcLeadID, srcLeadOrContactID), d.text(srcEmail), d.first(srcMobilePhone, srcPhone))
	row.PhoneCountry = d.country(d.first(srcCountry, srcCountryCode))
	row.SetBytes(schemas.EvCountry, d.first(srcCountry, srcCountryCode))
	row.SetBytes(schemas.EvCity, d.text(srcCity))
	row.SetBytes(schemas.EvCampaign, d.text(srcCampaignID))
	row.SetBytes(schemas.EvSource, d.text(srcLeadSource))
	row.SetBytes(schemas.EvStateTo, d.text(srcStatus))
	return d.send(row)
}
