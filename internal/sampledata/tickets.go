package sampledata

import (
	"cmp"
	"slices"
	"strconv"
)

// ticketSeed is why a ticket exists; its course is played from it as often as it is needed.
type ticketSeed struct {
	id     int64
	at     int64
	person int // from size.customers on, a guest
	order  string
}

// ask notes that somebody will write, if the export sees it.
func (g *generator) ask(at int64, person int, order string) {
	if at < g.end {
		g.tickets = append(g.tickets, ticketSeed{at: at, person: person, order: order})
	}
}

// fillTickets adds tickets that no order caused, and numbers all in the order of time.
func (g *generator) fillTickets() {
	for n := 0; len(g.tickets) < g.size.tickets; n++ {
		d := roll(g.opt.Seed, "ticket", n)
		at := g.midnight(d.IntN(g.opt.Days)) + secondOfDay(d)
		who := d.IntN(g.size.customers)
		if d.chance(0.15) {
			who = g.size.customers + d.IntN(g.size.visitors)
		}
		g.ask(at, who, "")
	}
	slices.SortStableFunc(g.tickets, func(a, b ticketSeed) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.person, b.person)) })
	for i := range g.tickets {
		g.tickets[i].id = 30_001 + int64(i)
	}
}

// audit is one change of a ticket: everything that one author did at one instant.
type audit struct {
	id     int64
	at     int64
	author int64 // -1 is an automation
	steps  []step
}

// step is one part of an audit.
type step struct {
	field    string // "" is a comment
	from, to string
	public   bool
}

// ticket is the whole course of one ticket as far as the export knows it.
type ticket struct {
	ticketSeed
	topic     topic
	channel   string
	requester int64
	audits    []audit
}

// play decides the course of a ticket. The same seed plays the same.
func (g *generator) play(seed ticketSeed) *ticket {
	p := &player{
		g: g, d: roll(g.opt.Seed, "course", int(seed.id)), now: seed.at, status: "new",
		t: &ticket{ticketSeed: seed, requester: 500_000 + int64(seed.person)},
	}
	all := topics()
	p.t.topic = all[p.d.weighted(len(all), func(i int) float64 { return all[i].weight })]
	p.t.channel = []string{"email", "web", "chat"}[p.d.weighted(3, func(i int) float64 { return []float64{52, 33, 15}[i] })]
	p.group = p.t.topic.group
	p.open()
	if seed.order == "" && p.d.chance(0.012) { // spam
		p.wait(5400, true)
		p.do(one(p.d, agents()), p.to("deleted"))
		p.status = "closed"
	}
	for turns := 0; p.status != "closed" && p.now < g.end && turns < 12; turns++ {
		p.turn(turns)
	}
	// What happens after the export has not happened.
	p.t.audits = slices.DeleteFunc(p.t.audits, func(a audit) bool { return a.at >= g.end })
	return p.t
}

// deleted reports whether the ticket was thrown away.
func (t *ticket) deleted() bool {
	spans := t.spans()
	return spans[len(spans)-1].status == "deleted"
}

// player is the desk at work on one ticket.
type player struct {
	g        *generator
	d        dice
	t        *ticket
	now      int64
	status   string
	assignee int64
	group    int64
	rating   string
	reopened int
}

// do records an audit.
func (p *player) do(author int64, steps ...step) {
	p.t.audits = append(p.t.audits, audit{id: p.t.id*100 + int64(len(p.t.audits)), at: p.now, author: author, steps: steps})
}

// wait lets time pass; most of the desk's own actions happen while it works.
func (p *player) wait(mean float64, desk bool) {
	p.now += p.d.seconds(mean)
	if desk && p.d.chance(0.85) && !p.g.clock.working(p.now) && p.now < p.g.end {
		p.now = p.g.clock.next(p.now) + int64(p.d.between(1, 5400))
	}
}

func (p *player) to(status string) step {
	s := step{field: "status", from: p.status, to: status}
	p.status = status
	return s
}

func comment(public bool) step { return step{public: public} }

// open makes the first audit. A few tickets are written down by an agent who was called.
func (p *player) open() {
	author := p.t.requester
	steps := []step{comment(true), {field: "status", to: "new"}, {field: "priority", to: p.t.topic.priority},
		{field: "requester_id", to: itoa(p.t.requester)}, {field: "group_id", to: itoa(p.group)}}
	if p.d.chance(0.03) {
		author = one(p.d, agents())
		p.assignee = author
		steps[1].to, p.status = "open", "open"
		steps = append(steps, step{field: "assignee_id", to: itoa(author)})
	}
	p.do(author, steps...)
}

// turn is what happens next, whoever acts.
func (p *player) turn(n int) {
	hard := p.t.topic.hard
	switch p.status {
	case "new":
		p.wait(2.5*3600*hard, true)
		p.assignee = one(p.d, agents())
		steps := []step{{field: "assignee_id", to: itoa(p.assignee)}, p.to("open")}
		if p.d.chance(0.25) {
			steps = append(steps, comment(false))
		}
		p.do(p.assignee, steps...)
	case "open":
		p.work(n, hard)
	case "pending":
		p.pending()
	case "hold":
		p.wait(20*3600, true)
		p.do(p.assignee, comment(true), p.to("open"))
	case "solved":
		p.solved()
	}
}

// work is an agent's turn on an open ticket.
func (p *player) work(n int, hard float64) {
	p.wait(4*3600*hard, true)
	if p.d.chance(0.12 * hard) {
		p.reassign()
		return
	}
	if p.d.chance(0.15) {
		p.do(p.assignee, comment(false))
		p.wait(1800, true)
	}
	switch x := p.d.Float64() - 0.05*float64(n); {
	case x < 0.42:
		p.do(p.assignee, comment(true), p.to("solved"))
	case x < 0.5:
		p.do(p.assignee, p.to("solved")) // without a word
	case x < 0.8:
		p.do(p.assignee, comment(true), p.to("pending"))
	case x < 0.9:
		p.do(p.assignee, comment(true), p.to("hold"))
	default:
		p.do(p.assignee, comment(true))
	}
}

func (p *player) reassign() {
	before, group := p.assignee, p.group
	p.assignee = one(p.d, agents())
	if p.assignee == before {
		p.do(before, comment(false))
		return
	}
	steps := []step{{field: "assignee_id", from: itoa(before), to: itoa(p.assignee)}}
	if p.d.chance(0.5) {
		if p.group = int64(p.d.between(701, 703)); p.group != group {
			steps = append(steps, step{field: "group_id", from: itoa(group), to: itoa(p.group)})
		}
	}
	p.do(before, steps...)
}

// pending waits for the requester, who may answer, add to the answer, or never come back.
func (p *player) pending() {
	if !p.d.chance(0.72) {
		p.now += 2 * 86_400
		p.do(p.assignee, p.to("solved"))
		return
	}
	p.wait(11*3600, false)
	p.do(p.t.requester, comment(true), p.to("open"))
	if p.d.chance(0.2) {
		p.wait(900, false)
		p.do(p.t.requester, comment(true))
	}
}

// solved is the time after a solution: a rating, perhaps a second look, else the closing by automation.
func (p *player) solved() {
	solvedAt := p.now
	reopen := p.reopened < 2 && p.d.chance(0.13)
	p.wait(3*3600, false)
	if p.d.chance(0.6) && p.rating == "" {
		p.do(-1, p.rate("offered"))
		p.answer()
	}
	if p.now > solvedAt+3*86_400 {
		p.now = max(p.now, solvedAt+4*86_400)
		reopen = false
	}
	if reopen {
		p.reopened++
		p.wait(12*3600, false)
		p.do(p.t.requester, comment(true), p.to("open"))
		return
	}
	p.now = max(p.now+1, solvedAt+4*86_400)
	p.do(-1, p.to("closed"))
}

func (p *player) rate(score string) step {
	s := step{field: "satisfaction_score", from: p.rating, to: score}
	if s.from == "" {
		s.from = "unoffered"
	}
	p.rating = score
	return s
}

// answer is the requester's rating, which a few change afterwards.
func (p *player) answer() {
	if !p.d.chance(0.5) {
		return
	}
	p.wait(8*3600, false)
	good := p.d.chance(0.86 - 0.12*p.t.topic.hard - 0.3*float64(p.reopened))
	p.do(p.t.requester, p.rate(score(good)))
	if p.d.chance(0.08) {
		p.wait(3*3600, false)
		p.do(p.t.requester, p.rate(score(!good)))
	}
}

func score(good bool) string {
	if good {
		return "good"
	}
	return "bad"
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
