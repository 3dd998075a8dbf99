package salesforce

import (
	"waymark/extract/field"
	"waymark/schemas"
)

// taskEvents tells of completed calls and e-mails; a planned task, or the pattern of a recurring one, did not happen.
func taskEvents(d *decoder) error {
	kind, event := d.taskKind()
	done := d.boolean(srcIsClosed) || d.s.cols[srcIsClosed] < 0 && field.Is(d.text(srcStatus), "completed")
	at, known := d.taskTime()
	series := d.boolean(srcIsRecurrence)
	duration := int64(0)
	if b := d.text(srcCallDuration); b != nil {
		seconds, why := field.Int32(b, d.s.opt.DecimalComma)
		if why == "" && seconds < 0 {
			why = schemas.OutOfRange
		}
		if why != "" {
			d.bad(srcNames[srcCallDuration], why)
		}
		duration = seconds * 1000
	}
	if d.wrong != "" || event == noEvent || !done || series || !known {
		return nil
	}
	row := d.event(event, at)
	row.SetBytes(schemas.EvSourceEvent, kind)
	if who := d.text(srcWhoID); isID(who, "003") || isID(who, "00Q") {
		d.person(row, who, nil, nil)
	}
	row.SetBytes(schemas.EvAccountID, identity(d.text(srcAccountID)))
	row.SetBytes(schemas.EvAgentID, d.text(srcOwnerID))
	switch what := d.text(srcWhatID); {
	case isID(what, "006"):
		row.SetBytes(schemas.EvOpportunityID, what)
	case isID(what, "500"):
		row.SetBytes(schemas.EvTicketID, what)
	case isID(what, "701"):
		row.SetBytes(schemas.EvCampaign, what)
	}
	if duration > 0 {
		row.SetInt(schemas.EvDurationMs, duration)
	}
	return d.send(row)
}

// taskKind returns what the task calls itself and the event that it is.
func (d *decoder) taskKind() (kind []byte, event eventType) {
	kind = d.mapped.Vals[schemas.EvSourceEvent].Bytes
	if sub := d.text(srcTaskSubtype); kind == nil && !field.Is(sub, "task") && !field.Is(sub, "cadence") {
		kind = sub
	}
	if call := d.text(srcCallType); field.Is(call, "internal") {
		return call, noEvent
	} else if kind == nil && call != nil {
		return call, callAnswered
	}
	if kind == nil {
		kind = d.text(srcType)
	}
	switch {
	case field.Is(kind, "call"):
		return kind, callAnswered
	case field.Is(kind, "email"), field.Is(kind, "listemail"):
		return kind, emailSent
	}
	return kind, noEvent
}

// taskTime returns when a task was done: its completion; else its day (see done), at the moment of creation when it was created
// on that day; else its creation.
func (d *decoder) taskTime() (us int64, known bool) {
	if us, known = d.time(srcCompleted); known {
		return us, true
	}
	loc := d.s.format.Location
	if b := d.text(srcActivityDate); b != nil {
		day, why := field.Day(b, loc)
		if why != "" {
			d.bad(srcNames[srcActivityDate], why)
			return 0, false
		}
		if d.created == 0 || field.LocalDay(d.created, loc) != day {
			return d.done(field.Midnight(day, loc)), true
		}
	}
	return d.created, d.created != 0
}
