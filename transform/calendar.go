package transform

import (
	"sort"
	"time"
)

const (
	microsPerDay = 86_400_000_000
	maxDate      = 65_535                       // 2149-06-06, the last Date of ClickHouse
	maxTimestamp = (maxDate+1)*microsPerDay - 1 // end of that day
	maxDecimal   = 999_999_999_999_999_999      // Decimal(18,4)
)

// calendar gives the local day of an instant without a time.Time per row: the zone's offset changes are laid out once.
type calendar struct {
	starts  []int64 // µs from which the offset holds; ascending
	offsets []int64 // µs east of UTC
	lo, hi  int64   // the stretch used last
	offset  int64
}

func newCalendar(loc *time.Location) *calendar {
	c := &calendar{}
	at := time.Unix(-86_400, 0).In(loc)
	for end := time.UnixMicro(maxTimestamp); ; {
		_, offset := at.Zone()
		if n := len(c.offsets); n == 0 || c.offsets[n-1] != int64(offset)*1_000_000 {
			c.starts = append(c.starts, at.UnixMicro())
			c.offsets = append(c.offsets, int64(offset)*1_000_000)
		}
		_, next := at.ZoneBounds()
		if !next.IsZero() && !next.After(at) {
			next = at.Add(24 * time.Hour) // Go 1.26 gives an empty stretch on 31 December of leap years to come
		}
		if next.IsZero() || next.After(end) {
			break
		}
		at = next
	}
	return c
}

// day returns the local day of an instant as days since 1970-01-01.
func (c *calendar) day(micros int64) int64 {
	if micros < c.lo || micros >= c.hi {
		c.find(micros)
	}
	local := micros + c.offset
	day := local / microsPerDay
	if local < day*microsPerDay {
		day--
	}
	return day
}

func (c *calendar) find(micros int64) {
	i := sort.Search(len(c.starts), func(i int) bool { return c.starts[i] > micros }) - 1
	i = max(i, 0)
	c.lo, c.hi, c.offset = c.starts[i], 1<<62, c.offsets[i]
	if i+1 < len(c.starts) {
		c.hi = c.starts[i+1]
	}
}
