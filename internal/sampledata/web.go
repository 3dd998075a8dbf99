package sampledata

import (
	"context"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// webSource is the name of the source in the configuration.
const webSource = "web"

// web is what the shop's site remembers while it makes events day by day. Its slices grow with visitors, nothing with
// events.
type web struct {
	visits   []uint16 // sessions so far, by visitor
	since    []int64  // first visit ever, by visitor
	spent    []Money  // by visitor
	ordered  []bool   // by visitor
	lastID   []int64  // newest ga_session_id, by visitor
	orders   int
	carry    []byte         // events that belong to the next day's file
	later    map[int][]echo // by day: what earlier orders still cause
	line     []byte
	intraday []byte // a copy of the last day's first events
	declined int64  // visits whose payment failed
	lost     []complaint
}

// echo is a late consequence of an order.
type echo struct {
	at     int64
	order  order
	refund bool // else the confirmation page is opened again, and the tag fires again
}

func (g *generator) writeWeb(ctx context.Context) error {
	g.web = g.newWeb()
	for i := range g.opt.Days {
		name := "ga4/events_" + compact(g.date(i)) + ".json.gz"
		if err := g.gzipped(ctx, webSource, name, func(w io.Writer) error { return g.writeDay(ctx, w, i) }); err != nil {
			return err
		}
	}
	g.truth.Changes = append(g.truth.Changes, ChangeTruth{KPI: "sessions", Date: g.date(g.campaignDay()), Direction: "up"})
	for v := range g.web.visits {
		if g.web.visits[v] > 0 {
			g.truth.Visitors.Visitors++
		}
		if g.web.ordered[v] {
			g.truth.Visitors.WithOrder++
		}
	}
	g.noteMoments()
	return g.writeIntraday(ctx)
}

func (g *generator) newWeb() *web {
	declined, lost := g.hurt()
	n := g.size.visitors + 1 + declined + lost // after the others the kiosk, then those who are hurt
	return &web{
		visits: make([]uint16, n), since: make([]int64, n), spent: make([]Money, n), ordered: make([]bool, n), lastID: make([]int64, n),
		later: map[int][]echo{},
	}
}

// writeIntraday leaves the unfinished export of the last day, which the finished one replaces.
func (g *generator) writeIntraday(ctx context.Context) error {
	s := g.source(webSource)
	for _, c := range g.web.intraday {
		if c == '\n' {
			s.Superseded++
		}
	}
	name := "ga4/events_intraday_" + compact(g.date(g.opt.Days-1)) + ".json.gz"
	return g.gzipped(ctx, webSource, name, func(w io.Writer) error {
		_, err := w.Write(g.web.intraday)
		return err
	})
}

func (g *generator) gzipped(ctx context.Context, source, name string, write func(io.Writer) error) error {
	return g.file(ctx, source, name, func(w io.Writer) error {
		z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			return err
		}
		if err := write(z); err != nil {
			return err
		}
		return z.Close()
	})
}

// writeDay makes the sessions that begin on day i, and what earlier orders cause on it.
func (g *generator) writeDay(ctx context.Context, w io.Writer, i int) error {
	d := roll(g.opt.Seed, "day", i)
	if _, err := w.Write(g.web.carry); err != nil {
		return err
	}
	g.web.carry = g.web.carry[:0]
	p := &page{g: g, w: w, day: i, until: g.midnight(i + 1)}
	for _, e := range g.web.later[i] {
		if e.refund {
			p.refund(d, e)
		} else {
			p.reopened(d, e)
		}
	}
	delete(g.web.later, i)
	for n := g.sessionsOf(d, i); n > 0; n-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.session(d, i)
		if p.err != nil {
			return p.err
		}
	}
	for k, who := range g.kioskUsers(i) {
		p.kioskSession(roll(g.opt.Seed, "kiosk", i*kioskVisits+k), i, who)
	}
	p.pain(i)
	p.malformed(i)
	return p.err
}

// campaignDay is when the last third begins.
func (g *generator) campaignDay() int { return g.opt.Days * 2 / 3 }

// sessionsOf spreads the sessions over the days: more at weekends and in the sale, with some noise.
func (g *generator) sessionsOf(d dice, i int) int {
	mean := float64(g.size.sessions) / float64(g.opt.Days)
	if mean *= 0.85; i >= g.campaignDay() { // the spring campaign: a change that kpi_trend must find
		mean *= 1.3 / 0.85
	}
	switch weekday := (i + int(g.opt.Start.Weekday())) % 7; weekday {
	case 0, 6:
		mean *= 1.25
	default:
		mean *= 0.9
	}
	return int(mean*(0.85+0.3*d.Float64()) + d.Float64())
}

// page writes events of one day's file.
type page struct {
	g     *generator
	w     io.Writer
	day   int
	until int64 // where the day ends
	err   error
}

// write puts an event into the file of its day. What belongs to the day after the last is not exported any more; the
// last sessions end before that.
func (p *page) write(at int64, event []byte) {
	s := p.g.source(webSource)
	s.Records++
	s.Distinct++
	if at >= p.until*1_000_000 {
		p.g.web.carry = append(p.g.web.carry, event...)
		return
	}
	if p.day == p.g.opt.Days-1 && len(p.g.web.intraday) < 256<<10 {
		p.g.web.intraday = append(p.g.web.intraday, event...)
	}
	if p.err == nil {
		_, p.err = p.w.Write(event)
	}
}

// malformed plants broken records, one kind after the other.
func (p *page) malformed(i int) {
	for n := range p.g.opt.Malformed {
		if n%p.g.opt.Days != i {
			continue
		}
		v := p.g.visitor(n)
		whole := fmt.Sprintf(`{"event_date":"%s","event_timestamp":"%d","event_name":"page_view","user_pseudo_id":"%s"}`,
			compact(p.g.date(i)), p.g.midnight(i)*1_000_000, v.pseudoID)
		broken := []string{
			string(truncated([]byte(whole))),
			fmt.Sprintf(`{"event_date":"%s","event_timestamp":"%d","user_pseudo_id":"%s"}`, compact(p.g.date(i)), p.g.midnight(i)*1_000_000, v.pseudoID),
			fmt.Sprintf(`{"event_date":"%s","event_timestamp":"noon","event_name":"page_view","user_pseudo_id":"%s"}`, compact(p.g.date(i)), v.pseudoID),
		}[n%3]
		s := p.g.source(webSource)
		s.Records++
		s.Rejected++
		if p.err == nil {
			_, p.err = io.WriteString(p.w, broken+"\n")
		}
	}
}

// compact writes 2026-01-05 as 20260105.
func compact(date string) string { return date[:4] + date[5:7] + date[8:] }
