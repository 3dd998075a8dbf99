package sampledata

import "time"

// interval is working time in minutes from Sunday 00:00 on the wall clock, as Zendesk writes schedules.
type interval struct{ from, to int }

// deskHours are Monday to Friday 8–18, Saturday 9–13, and a night watch from Saturday 20:00 to Sunday 4:00, in which the
// clocks change.
func deskHours() []interval {
	hours := []interval{{0, 4 * 60}}
	for weekday := 1; weekday <= 5; weekday++ {
		hours = append(hours, interval{weekday*1440 + 8*60, weekday*1440 + 18*60})
	}
	return append(hours, interval{6*1440 + 9*60, 6*1440 + 13*60}, interval{6*1440 + 20*60, 7 * 1440})
}

// holidays are the days without desk, as local dates.
func (g *generator) holidays() []string {
	at := func(n int) string { return g.date(min(n, g.opt.Days-1)) }
	return []string{"2026-01-06", at(g.opt.Days / 3), "2026-04-06"}
}

// clock knows, minute by minute, when the desk works. It was filled by asking the wall clock about every minute, so that
// it shares no thought with code that computes with intervals.
type clock struct {
	from int64   // unix seconds of the first minute
	sum  []int32 // working minutes before each minute
}

func (g *generator) newClock(from, to int64) clock {
	closed := map[string]bool{}
	for _, h := range g.holidays() {
		closed[h] = true
	}
	c := clock{from: from - from%60}
	total := int32(0)
	for at := c.from; at <= to+60; at += 60 {
		c.sum = append(c.sum, total)
		wall := time.Unix(at, 0).In(g.zone)
		minute := int(wall.Weekday())*1440 + wall.Hour()*60 + wall.Minute()
		for _, i := range deskHours() {
			if minute >= i.from && minute < i.to && !closed[wall.Format(time.DateOnly)] {
				total++
			}
		}
	}
	return c
}

// working reports whether the desk works in the minute of at.
func (c clock) working(at int64) bool {
	i := (at - c.from) / 60
	return i >= 0 && i+1 < int64(len(c.sum)) && c.sum[i+1] > c.sum[i]
}

// before returns the working seconds before at.
func (c clock) before(at int64) int64 {
	i := (at - c.from) / 60
	seconds := int64(c.sum[i]) * 60
	if c.working(at) {
		seconds += (at - c.from) % 60
	}
	return seconds
}

// minutes returns the working minutes from one instant to another.
func (c clock) minutes(from, to int64) float64 { return float64(c.before(to)-c.before(from)) / 60 }

// next returns the first working instant at or after at, within what the clock knows.
func (c clock) next(at int64) int64 {
	for !c.working(at) && (at-c.from)/60 < int64(len(c.sum))-2 {
		at += 60 - at%60
	}
	return at
}

// date returns the nth day of the data.
func (g *generator) date(n int) string {
	y, m, d := g.opt.Start.Date()
	return time.Date(y, m, d+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// midnight returns the instant at which the nth day begins.
func (g *generator) midnight(n int) int64 {
	y, m, d := g.opt.Start.Date()
	return time.Date(y, m, d+n, 0, 0, 0, 0, g.zone).Unix()
}

// localDate returns the day of an instant in the shop's time zone.
func (g *generator) localDate(at int64) string {
	return time.Unix(at, 0).In(g.zone).Format(time.DateOnly)
}

// index returns the number of the day of an instant, which may be outside of the data.
func (g *generator) index(at int64) int {
	y, m, d := time.Unix(at, 0).In(g.zone).Date()
	sy, sm, sd := g.opt.Start.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(time.Date(sy, sm, sd, 0, 0, 0, 0, time.UTC)) / day)
}
