package zendesk

import (
	"sort"
	"time"
)

// The dates (days since 1970-01-01) over which schedules are laid out: [2010-01-01, 2040-01-01). All rows of a schedule
// are made anew with each export, so the end only has to lie ahead.
const (
	firstDay = 14_610
	endDay   = 25_567
)

const (
	secondsPerDay = 86_400
	minutesPerDay = 1_440
)

// span is a working interval in seconds since 1970 UTC; end is exclusive.
type span struct{ start, end int64 }

// spans lays the week out over the calendar: for each local date the hours of its weekday, none on a holiday. An
// interval that crosses midnight is cut there, so that a holiday ends with its date. Interval borders are wall-clock
// times of their date: a working day over a clock change is an hour shorter or longer as on the wall.
func (s *schedule) spans(wall *wallClock) []span {
	week := s.byWeekday()
	var out []span
	for day := int64(firstDay); day < endDay; day++ {
		if s.isHoliday(day) {
			continue
		}
		for _, v := range week[weekday(day)] {
			sp := span{wall.instant(day*secondsPerDay + v.start*60), wall.instant(day*secondsPerDay + v.end*60)}
			if sp.start < sp.end { // the whole interval may fall into the hour that spring skips
				out = append(out, sp)
			}
		}
	}
	return out
}

// weekday of a day since 1970-01-01, which was a Thursday; Sunday is 0.
func weekday(day int64) int64 { return (day + 4) % 7 }

// byWeekday cuts the intervals at midnight, as minutes of their day.
func (s *schedule) byWeekday() (week [7][]interval) {
	for _, v := range s.weekly {
		for v.start < v.end {
			day := v.start / minutesPerDay
			end := min(v.end, (day+1)*minutesPerDay)
			week[day] = append(week[day], interval{v.start - day*minutesPerDay, end - day*minutesPerDay})
			v.start = end
		}
	}
	return week
}

func (s *schedule) isHoliday(day int64) bool {
	for _, h := range s.holidays {
		if h.first <= day && day <= h.last {
			return true
		}
	}
	return false
}

// wallClock turns wall-clock times of a zone into instants.
type wallClock struct{ stretches []stretch }

// stretch is a time of constant offset, in seconds since 1970 UTC.
type stretch struct{ start, end, offset int64 }

// newWallClock finds the zone's clock changes by looking at every sixth hour; no zone has changed twice within that.
func newWallClock(loc *time.Location) *wallClock {
	const step = 6 * 3600
	offset := func(at int64) int64 {
		_, o := time.Unix(at, 0).In(loc).Zone()
		return int64(o)
	}
	w := &wallClock{}
	begin, end := int64(firstDay-3)*secondsPerDay, int64(endDay+3)*secondsPerDay
	w.stretches = append(w.stretches, stretch{begin, end, offset(begin)})
	for at := begin; at < end; at += step {
		last := &w.stretches[len(w.stretches)-1]
		if offset(at+step) == last.offset {
			continue
		}
		change := at + int64(sort.Search(step, func(i int) bool { return offset(at+int64(i)) != last.offset }))
		last.end = change
		w.stretches = append(w.stretches, stretch{change, end, offset(change)})
	}
	return w
}

// instant gives the first instant at which the wall shows local (seconds since 1970 as if the wall were in UTC). A time
// that spring skips is the instant of the change: time stands still for nobody.
func (w *wallClock) instant(local int64) int64 {
	i := sort.Search(len(w.stretches), func(i int) bool { return w.stretches[i].end+w.stretches[i].offset > local })
	i = min(i, len(w.stretches)-1)
	return max(local-w.stretches[i].offset, w.stretches[i].start)
}
