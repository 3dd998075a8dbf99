package schedule

import "time"

// fields are the sets of a cron expression, one bit per value; the top bit says that a star was given.
type fields struct{ minute, hour, dom, month, dow uint64 }

const star = 1 << 63

// horizon bounds the search: 29 February can be eight years away.
const horizon = 9 * 366

// wall is a local date and a minute of that day, which may or may not exist once. minutes may step out of the day; seek
// brings it back.
type wall struct {
	day     time.Time // midnight UTC stands for the local date
	minutes int
}

func wallOf(local time.Time) wall {
	y, m, d := local.Date()
	return wall{time.Date(y, m, d, 0, 0, 0, 0, time.UTC), local.Hour()*60 + local.Minute()}
}

func (w wall) after(o wall) bool {
	return w.day.After(o.day) || w.day.Equal(o.day) && w.minutes > o.minutes
}

// seek moves w to the nearest local time from it on, in the given direction, that the fields name, whether it exists or
// not. It reports false when there is none within the horizon.
func (f fields) seek(w *wall, direction int) bool {
	const day = 24 * 60
	for range horizon {
		if f.onDay(w.day) {
			for ; w.minutes >= 0 && w.minutes < day; w.minutes += direction {
				if f.hour&(1<<(w.minutes/60)) == 0 {
					w.minutes = w.minutes / 60 * 60 // to the end of this hour that the search leaves by
					if direction > 0 {
						w.minutes += 59
					}
					continue
				}
				if f.minute&(1<<(w.minutes%60)) != 0 {
					return true
				}
			}
		}
		w.day = w.day.AddDate(0, 0, direction)
		w.minutes = 0
		if direction < 0 {
			w.minutes = day - 1
		}
	}
	return false
}

// onDay tells whether the expression names the date. As everywhere in cron, the day of the month and the day of the week are
// alternatives when both are given.
func (f fields) onDay(d time.Time) bool {
	if f.month&(1<<d.Month()) == 0 {
		return false
	}
	dom, dow := f.dom&(1<<d.Day()) != 0, f.dow&(1<<d.Weekday()) != 0
	if f.dom&star != 0 || f.dow&star != 0 {
		return dom && dow
	}
	return dom || dow
}

// instant returns when the local time comes: the first time when the clocks repeat it, and right after the gap when
// they skip it. It relies on a zone not changing its clocks twice within two days.
func (w wall) instant(zone *time.Location) time.Time {
	naive := w.day.Add(time.Duration(w.minutes) * time.Minute)
	_, before := naive.Add(-24 * time.Hour).In(zone).Zone()
	_, after := naive.Add(24 * time.Hour).In(zone).Zone()
	early := naive.Add(-time.Duration(before) * time.Second)
	if _, offset := early.In(zone).Zone(); offset == before {
		return early // of two instants the one under the old offset is the earlier one
	}
	late := naive.Add(-time.Duration(after) * time.Second)
	if _, offset := late.In(zone).Zone(); offset == after {
		return late
	}
	begin, _ := early.In(zone).ZoneBounds()
	return begin.UTC()
}
