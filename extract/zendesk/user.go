package zendesk

import (
	"waymark/extract/field"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// user is one record of the user export: an end user, an agent or an administrator.
type user struct {
	id, email, phone, external, organisation, role, locale, zone, group []byte
	created, updated                                                    moment
	inactive, suspended, sharedPhone, gone                              bool
}

type users struct {
	*base
	u    user
	read func(key []byte)
}

func newUsers(b *base) func(*jsonscan.Record, schemas.Sink) error {
	d := &users{base: b}
	d.read = d.member
	return d.record
}

func (d *users) record(rec *jsonscan.Record, sink schemas.Sink) error {
	d.u = user{}
	ok, err := d.begin(rec, sink, d.read)
	if !ok || err != nil {
		return err
	}
	if len(d.u.id) == 0 {
		return missing(rec, sink, "id")
	}
	d.among("role", d.u.role, roles...)
	if err := d.emit(d.customer(rec, sink), rec, sink); err != nil {
		return err
	}
	if !field.Is(d.u.role, "agent") && !field.Is(d.u.role, "admin") {
		return nil
	}
	return d.emit(d.agent(rec, sink), rec, sink)
}

func (d *users) member(key []byte) {
	u := &d.u
	switch string(key) {
	case "id":
		u.id = d.id()
	case "email":
		u.email = d.text()
	case "phone":
		u.phone = d.text()
	case "external_id":
		u.external = d.text()
	case "organization_id":
		u.organisation = d.id()
	case "role":
		u.role = d.text()
	case "locale":
		u.locale = d.text()
	case "iana_time_zone":
		if zone := d.text(); len(zone) > 0 {
			u.zone = zone
		}
	case "time_zone":
		if zone := d.text(); len(u.zone) == 0 {
			u.zone = ianaZone(zone)
		}
	case "default_group_id":
		u.group = d.id()
	case "created_at":
		u.created = d.time()
	case "updated_at":
		u.updated = d.time()
	case "active":
		active, known := d.cur.Bool()
		u.inactive = known && !active
	case "suspended":
		u.suspended = d.flag()
	case "shared_phone_number":
		u.sharedPhone = d.flag()
	case "permanently_deleted":
		u.gone = d.flag()
	default:
		d.pass(key)
	}
}

// customer is the person, whatever the role. A deactivated user stays: events still refer to the person.
func (d *users) customer(rec *jsonscan.Record, sink schemas.Sink) *schemas.Row {
	u, r := &d.u, d.row(schemas.Customer, rec, sink)
	r.SetBytes(schemas.CuContactID, u.id)
	r.SetBytes(schemas.CuEmailID, u.email)
	if !u.sharedPhone {
		r.SetBytes(schemas.CuPhoneID, u.phone)
	}
	r.SetBytes(schemas.CuUserID, u.external)
	r.SetBytes(schemas.CuAccountID, u.organisation)
	r.SetBytes(schemas.CuKind, person)
	r.SetBytes(schemas.CuLanguage, u.locale)
	r.SetBytes(schemas.CuTimeZone, u.zone)
	setTime(r, schemas.CuCreatedAt, u.created)
	r.SetBool(schemas.CuDeleted, u.gone)
	setTime(r, schemas.CuVersion, u.updated)
	return r
}

func (d *users) agent(rec *jsonscan.Record, sink schemas.Sink) *schemas.Row {
	u, r := &d.u, d.row(schemas.Agent, rec, sink)
	r.SetBytes(schemas.AgAgentID, u.id)
	r.SetBytes(schemas.AgContactID, u.id)
	r.SetBytes(schemas.AgRole, u.role)
	r.SetBytes(schemas.AgAgentGroup, u.group)
	r.SetBool(schemas.AgIsActive, !u.inactive && !u.suspended && !u.gone)
	r.SetBytes(schemas.AgTimeZone, u.zone)
	setTime(r, schemas.AgCreatedAt, u.created)
	setTime(r, schemas.AgVersion, u.updated)
	return r
}
