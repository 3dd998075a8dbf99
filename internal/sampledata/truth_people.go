package sampledata

import (
	"maps"
	"slices"
)

// PersonTruth is one person and the identifiers that the exports hold of that person: "email", "phone" and "user" in their
// plain form, "device" and "contact" with the system that issued them, each as "kind:system:value" (the system is empty
// where one name space serves the whole company). Each group was tied together by records that carry several of them;
// nothing in the exports ties one group to another.
type PersonTruth struct {
	Groups [][]string `json:"groups"`
}

// people collects which identifiers stood together on one record. It is no part of the pipeline: a person's identifiers
// are merged as they are written.
type people struct {
	groups map[int][][]string // by person
	shared map[string]bool
}

// identify notes a record that carries identifiers of a person; empty ones are none. Shared identifiers tie nobody.
func (g *generator) identify(who int, ids ...string) {
	var group []string
	for _, id := range ids {
		if id != "" && !g.people.shared[id] {
			group = append(group, id)
		}
	}
	if len(group) == 0 {
		return
	}
	var rest [][]string
	for _, old := range g.people.groups[who] {
		if slices.ContainsFunc(group, func(id string) bool { return slices.Contains(old, id) }) {
			group = append(group, old...)
		} else {
			rest = append(rest, old)
		}
	}
	slices.Sort(group)
	g.people.groups[who] = append(rest, slices.Compact(group))
}

func (p *people) truth() (out []*PersonTruth) {
	for _, who := range slices.Sorted(maps.Keys(p.groups)) {
		groups := p.groups[who]
		slices.SortFunc(groups, slices.Compare)
		out = append(out, &PersonTruth{Groups: groups})
	}
	return out
}

func emailID(address string) string {
	if address == "" {
		return ""
	}
	return "email::" + address
}

func userID(number string) string {
	if number == "" {
		return ""
	}
	return "user::" + number
}

// phoneID is the number as it is dialled from abroad.
func phoneID(p person) string { return "phone::+" + p.place.dial + p.phone }

func deviceID(pseudoID string) string { return "device:ga4:" + pseudoID }

// crmID and deskID are persons in Salesforce and Zendesk. Salesforce's last three characters only check the others.
func crmID(id string) string { return "contact:salesforce:" + id[:15] }

func deskID(id int64) string { return "contact:zendesk:" + itoa(id) }

// Identifiers that many people share: the tablet in the shop on which customers sign in, and the shop's own mailbox,
// which the till asks for when a customer has no address. There are none in a shop too small to have many users of them.
const (
	kioskVisits = 45
	mailbox     = "sklep@turnia.example"
	mailboxUses = 40
)

func (g *generator) hasShared() bool { return g.size.customers >= 150 && g.size.nps/2 >= 35 }

// kiosk is the tablet; it counts as one visitor more.
func (g *generator) kiosk() visitor {
	v := g.visitor(g.size.visitors)
	v.customer, v.kiosk = -1, true
	return v
}

// kioskUsers are the customers who sign in on day i.
func (g *generator) kioskUsers(i int) (who []int) {
	if !g.hasShared() {
		return nil
	}
	for k := i * kioskVisits / g.opt.Days; k < (i+1)*kioskVisits/g.opt.Days; k++ {
		who = append(who, (k*3+1)%g.size.customers)
	}
	return who
}

// kioskSession is a look at the home page by a customer who signed in.
func (p *page) kioskSession(d dice, i, who int) {
	at := p.g.midnight(i) + int64(d.between(10, 19))*3600 + int64(d.IntN(3600))
	if !p.g.registered(who, at) {
		return
	}
	s := p.begin(d, p.g.kiosk(), at)
	if s == nil {
		return
	}
	s.userID, s.signedIn = p.g.person(who).number, who
	s.from = p.g.sources[1]
	s.landing()
	s.leave()
	s.count(WebTruth{Sessions: 1})
}

// noteIdentity tells the truth whose device and customer number the events carry.
func (s *visit) noteIdentity() {
	if s.events > 0 && s.noted == s.userID {
		return
	}
	s.noted = s.userID
	g, who := s.p.g, s.v.customer
	switch {
	case s.v.kiosk:
		who = s.signedIn
	case who < 0:
		who = g.size.customers + s.v.n // a guest
	}
	g.identify(who, deviceID(s.v.pseudoID), userID(s.userID))
}

// moved reports whether a person took another address in the middle of the time: until then surveys went to the old one.
func (g *generator) moved(n int) bool { return n%17 == 5 }

func (g *generator) addressAt(p person, at int64) string {
	if g.moved(p.n) && at < (g.start+g.end)/2 {
		return "old." + p.email
	}
	return p.email
}
