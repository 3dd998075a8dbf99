package field

import (
	"time"

	"waymark/schemas"
)

// The years a DateTime64 and the days a Date can hold in the warehouse.
const (
	minYear, maxYear = 1900, 2299
	minDay, maxDay   = 0, 65_535 // 1970-01-01, 2149-06-06
)

const dayMicros = 86_400_000_000

// Time parses a moment into µs since 1970-01-01 UTC. It reads `2024-01-22T16:14:25.000+0000`, RFC 3339, `2006-01-02
// 15:04[:05[.999999]]` with or without zone, a date alone (its midnight), `22.01.2024 16:14`, `22/01/2024` and
// `1/22/2024 4:14 PM`. With slashes the day stands first when it is above 12, the month when the other is, or when AM
// or PM follows; a date that can be read both ways is of the wrong type. Times without a zone are in loc.
func Time(b []byte, loc *time.Location) (int64, schemas.Reason) {
	m, why := parseMoment(b)
	if why != "" {
		return 0, why
	}
	return m.micros(loc), ""
}

// Day parses a date into days since 1970-01-01; of a moment it is the day in loc.
func Day(b []byte, loc *time.Location) (int64, schemas.Reason) {
	m, why := parseMoment(b)
	if why != "" {
		return 0, why
	}
	days := daysFromCivil(m.year, m.month, m.day)
	if m.zoned {
		days = LocalDay(m.micros(loc), loc)
	}
	if days < minDay || days > maxDay {
		return 0, schemas.OutOfRange
	}
	return days, ""
}

// Midnight returns the moment at which day (days since 1970-01-01) begins in loc, in µs.
func Midnight(day int64, loc *time.Location) int64 {
	if loc == time.UTC {
		return day * dayMicros
	}
	t := time.Unix(day*86_400, 0).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, loc).UnixMicro()
}

// LocalDay returns the day of moment us in loc, in days since 1970-01-01.
func LocalDay(us int64, loc *time.Location) int64 {
	if loc != time.UTC {
		_, offset := time.UnixMicro(us).In(loc).Zone()
		us += int64(offset) * 1_000_000
	}
	days := us / dayMicros
	if us%dayMicros < 0 {
		days--
	}
	return days
}

// moment is a parsed date and time of day.
type moment struct {
	year, month, day     int
	hour, minute, second int
	micro                int
	offset               int // seconds east of UTC
	zoned                bool
}

func (m *moment) micros(loc *time.Location) int64 {
	if !m.zoned && loc != time.UTC {
		return time.Date(m.year, time.Month(m.month), m.day, m.hour, m.minute, m.second, m.micro*1000, loc).UnixMicro()
	}
	seconds := daysFromCivil(m.year, m.month, m.day)*86_400 + int64(m.hour*3600+m.minute*60+m.second-m.offset)
	return seconds*1_000_000 + int64(m.micro)
}

// daysFromCivil is Howard Hinnant's algorithm, for years after 0.
func daysFromCivil(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	return int64(era)*146_097 + int64(yoe*365+yoe/4-yoe/100+doy) - 719_468
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// valid checks the ranges; second 60 is a leap second and counts as the next minute.
func (m *moment) valid() schemas.Reason {
	switch {
	case m.month < 1 || m.month > 12 || m.day < 1 || m.day > daysIn(m.year, m.month):
		return schemas.WrongType
	case m.hour > 23 || m.minute > 59 || m.second > 60 || m.offset > 18*3600 || m.offset < -18*3600:
		return schemas.WrongType
	case m.year < minYear || m.year > maxYear:
		return schemas.OutOfRange
	}
	return ""
}
