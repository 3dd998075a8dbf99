package zendesk

import (
	"bytes"
	"slices"
	"time"

	"waymark/extract"
	"waymark/extract/field"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// schedule is one business schedule.
type schedule struct {
	id, zone []byte
	weekly   []interval
	holidays []days
}

// interval is a working interval in minutes from Sunday 00:00 local time; end is exclusive.
type interval struct{ start, end int64 }

// days is a stretch of dates as days since 1970-01-01, both inclusive.
type days struct{ first, last int64 }

const minutesPerWeek = 7 * 24 * 60

type schedules struct {
	*base
	s    schedule
	read func(key []byte)
}

func newSchedules(b *base) func(*jsonscan.Record, schemas.Sink) error {
	d := &schedules{base: b}
	d.read = d.member
	return d.record
}

func (d *schedules) member(key []byte) {
	s := &d.s
	switch string(key) {
	case "id":
		s.id = d.id()
	case "time_zone":
		s.zone = ianaZone(d.text())
	case "intervals":
		s.weekly = s.weekly[:0]
		for ok := d.cur.Array() && d.cur.NextElem(); ok; ok = d.cur.NextElem() {
			s.weekly = append(s.weekly, d.interval())
		}
	case "holidays":
		s.holidays = s.holidays[:0]
		for ok := d.cur.Array() && d.cur.NextElem(); ok; ok = d.cur.NextElem() {
			if h := d.holiday(); h != (days{}) {
				s.holidays = append(s.holidays, h)
			}
		}
	default:
		d.pass(key)
	}
}

// interval reads {"start_time":…,"end_time":…}; an absent member makes it invalid.
func (d *schedules) interval() interval {
	out := interval{-1, -1}
	d.object(func(key []byte) {
		switch string(key) {
		case "start_time":
			out.start, _ = d.cur.Int64()
		case "end_time":
			out.end, _ = d.cur.Int64()
		default:
			d.cur.Skip()
		}
	})
	return out
}

// holiday reads {"start_date":…,"end_date":…}; without an end it is one day.
func (d *schedules) holiday() (out days) {
	last, first := false, false
	d.object(func(key []byte) {
		switch string(key) {
		case "start_date":
			out.first, first = d.date()
		case "end_date":
			out.last, last = d.date()
		default:
			d.cur.Skip()
		}
	})
	if !first {
		d.cur.Fail(schemas.MissingRequired, "holidays.start_date", "absent or empty")
	}
	if !last {
		out.last = out.first
	}
	return out
}

func (d *schedules) date() (int64, bool) {
	key := string(d.cur.Key())
	text, ok := d.cur.String()
	if !ok || len(text) == 0 {
		return 0, false
	}
	day, why := field.Day(text, time.UTC)
	if why != "" {
		d.cur.Fail(why, "holidays."+key, "not a date")
	}
	return day, why == ""
}

// record emits the working intervals of one schedule. A schedule whose hours cannot be right sets the object aside:
// business times from a part of it would be wrong without anybody noticing.
func (d *schedules) record(rec *jsonscan.Record, sink schemas.Sink) error {
	d.s = schedule{weekly: d.s.weekly[:0], holidays: d.s.holidays[:0]}
	ok, err := d.begin(rec, sink, d.read)
	if !ok || err != nil {
		return err
	}
	s := &d.s
	if len(s.id) == 0 {
		return missing(rec, sink, "id")
	}
	if len(s.zone) == 0 {
		return missing(rec, sink, "time_zone")
	}
	loc, err := time.LoadLocation(string(s.zone))
	if err != nil || bytes.EqualFold(s.zone, []byte("local")) {
		return &extract.Quarantine{Reason: schemas.WrongType, Field: "time_zone", Line: rec.Line, Message: "unknown time zone"}
	}
	if field, message := s.check(); message != "" {
		return &extract.Quarantine{Reason: schemas.OutOfRange, Field: field, Line: rec.Line, Message: message}
	}
	zone := []byte(loc.String())
	worked := int64(0)
	for _, span := range s.spans(newWallClock(loc)) {
		r := d.row(schemas.BusinessInterval, rec, sink)
		r.SetBytes(schemas.BiScheduleID, s.id)
		r.SetInt(schemas.BiStartsAt, span.start*1_000_000)
		r.SetInt(schemas.BiEndsAt, span.end*1_000_000)
		r.SetInt(schemas.BiSecondsBefore, worked)
		r.SetBytes(schemas.BiTimeZone, zone)
		worked += span.end - span.start
		if err := sink.Emit(r); err != nil {
			return err
		}
	}
	return nil
}

// check sorts the intervals and says what is wrong with them.
func (s *schedule) check() (field, message string) {
	slices.SortFunc(s.weekly, func(a, b interval) int { return int(a.start - b.start) })
	for i, v := range s.weekly {
		if v.start < 0 || v.start >= v.end || v.end > minutesPerWeek {
			return "intervals", "an interval must start before it ends and lie within the week's 10080 minutes"
		}
		if i > 0 && v.start < s.weekly[i-1].end {
			return "intervals", "two intervals overlap"
		}
	}
	for _, h := range s.holidays {
		if h.last < h.first {
			return "holidays", "a holiday ends before it starts"
		}
	}
	return "", ""
}
