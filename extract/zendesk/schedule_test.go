package zendesk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"waymark/extract"
	"waymark/schemas"
)

const desk = `{"schedule":{"id":3600,"name":"secret","time_zone":"London","intervals":[{"start_time":1980,"end_time":2460},{"start_time":3420,"end_time":3900},
 {"start_time":4860,"end_time":5340},{"start_time":6300,"end_time":6780},{"start_time":7740,"end_time":8220}],"holidays":[{"name":"secret","start_date":"2025-04-07","end_date":"2025-04-07"}]}}`

// working is the intervals of a schedule as the export gives them, in seconds.
type working struct {
	spans  []span
	before []int64
}

func (w *working) Row(t *schemas.Table) *schemas.Row { return schemas.NewRow(t) }
func (w *working) Reject(r schemas.Reject) error {
	return fmt.Errorf("rejected: %s %s", r.Reason, r.Field)
}
func (w *working) Records(int64) {}
func (w *working) Emit(r *schemas.Row) error {
	w.spans = append(w.spans, span{r.Vals[schemas.BiStartsAt].Num / 1_000_000, r.Vals[schemas.BiEndsAt].Num / 1_000_000})
	w.before = append(w.before, r.Vals[schemas.BiSecondsBefore].Num)
	return nil
}

func layOut(t *testing.T, text string) (*working, error) {
	t.Helper()
	in := extract.Input{Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	st, err := exportOf(t, "schedules").Open(t.Context(), in, extract.Options{})
	if err != nil {
		return nil, err
	}
	w := &working{}
	for d := st.NewDecoder(); ; {
		c, err := st.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return w, st.Close()
		}
		if err == nil {
			err = d.Decode(t.Context(), c, w)
		}
		if err != nil {
			return nil, err
		}
	}
}

// within lists the intervals that start in [from, to), as UTC.
func (w *working) within(from, to string) (out []string) {
	for _, s := range w.spans {
		a, b := time.Unix(s.start, 0).UTC(), time.Unix(s.end, 0).UTC()
		if day := a.Format("2006-01-02"); day >= from && day < to {
			out = append(out, a.Format("01-02 15:04")+"–"+b.Format("01-02 15:04"))
		}
	}
	return out
}

func TestSchedule(t *testing.T) {
	w, err := layOut(t, desk)
	if err != nil {
		t.Fatal(err)
	}
	want(t, w.within("2025-03-28", "2025-04-09"), "03-28 09:00–03-28 17:00", "03-31 08:00–03-31 16:00", "04-01 08:00–04-01 16:00",
		"04-02 08:00–04-02 16:00", "04-03 08:00–04-03 16:00", "04-04 08:00–04-04 16:00", "04-08 08:00–04-08 16:00")
	sum := int64(0)
	for i, s := range w.spans {
		if w.before[i] != sum || s.start >= s.end || i > 0 && s.start < w.spans[i-1].end {
			t.Fatalf("interval %d: before %d, want %d", i, w.before[i], sum)
		}
		sum += s.end - s.start
	}
	// 2010-01-01 to 2039-12-31 has 7826 days from Monday to Friday, one of which is a holiday.
	if len(w.spans) != 7825 || sum != 7825*8*3600 {
		t.Errorf("%d intervals, %d s", len(w.spans), sum)
	}
}

func TestScheduleAcrossClockChanges(t *testing.T) {
	for _, c := range []struct{ zone, intervals, from, to, want string }{
		// Warsaw skips 02:00 to 03:00 on Sunday 30 March 2025 and repeats it on Sunday 26 October.
		{"Warsaw", "60-300", "2025-03-29", "2025-04-01", "03-30 00:00–03-30 03:00"}, {"Warsaw", "150-300", "2025-03-29", "2025-04-01", "03-30 01:00–03-30 03:00"},
		{"Warsaw", "60-150", "2025-03-29", "2025-04-01", "03-30 00:00–03-30 01:00"}, {"Warsaw", "125-175", "2025-03-29", "2025-04-01", ""},
		{"Warsaw", "60-300", "2025-10-25", "2025-10-28", "10-25 23:00–10-26 04:00"}, {"Warsaw", "60-150 150-300", "2025-10-25", "2025-10-28", "10-25 23:00–10-26 00:30 10-26 00:30–10-26 04:00"},
		// New York skips 02:00 to 03:00 on 8 March 2026; Lord Howe moves by half an hour; Apia had no 30 December 2011.
		{"Eastern Time (US & Canada)", "0-1440", "2026-03-08", "2026-03-09", "03-08 05:00–03-09 04:00"}, {"Australia/Lord_Howe", "0-1440", "2025-10-04", "2025-10-05", "10-04 13:30–10-05 13:00"},
		{"Samoa", "5760-8640", "2011-12-29", "2011-12-31", "12-29 10:00–12-30 10:00"},
		// across midnight and the end of the week
		{"UTC", "1380-1500", "2025-03-30", "2025-04-01", "03-30 23:00–03-31 00:00 03-31 00:00–03-31 01:00"}, {"UTC", "9960-10080", "2025-03-29", "2025-03-30", "03-29 22:00–03-30 00:00"},
	} {
		var list []string
		for _, v := range strings.Fields(c.intervals) {
			a, b, _ := strings.Cut(v, "-")
			list = append(list, `{"start_time":`+a+`,"end_time":`+b+`}`)
		}
		w, err := layOut(t, `{"id":1,"time_zone":"`+c.zone+`","intervals":[`+strings.Join(list, ",")+`]}`)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(w.within(c.from, c.to), " "); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.zone, c.intervals, got, c.want)
		}
	}
}

// TestRoundTheClock: a schedule without closing time works every second, whatever the clocks do.
func TestRoundTheClock(t *testing.T) {
	for _, z := range railsZones {
		w, err := layOut(t, `{"id":1,"time_zone":"`+z.name+`","intervals":[{"start_time":0,"end_time":10080}]}`)
		if err != nil {
			t.Fatalf("%s: %v", z.name, err)
		}
		for i := 1; i < len(w.spans); i++ {
			if w.spans[i].start != w.spans[i-1].end {
				t.Fatalf("%s: %s is not worked", z.name, time.Unix(w.spans[i-1].end, 0).UTC())
			}
		}
		loc, err := time.LoadLocation(z.iana)
		if err != nil {
			t.Fatal(err)
		}
		first, last := time.Date(2010, 1, 1, 0, 0, 0, 0, loc), time.Date(2040, 1, 1, 0, 0, 0, 0, loc)
		if w.spans[0].start != first.Unix() || w.spans[len(w.spans)-1].end != last.Unix() {
			t.Errorf("%s: borders", z.name)
		}
	}
	if len(railsZones) < 151 {
		t.Errorf("%d zones", len(railsZones))
	}
}

func TestScheduleQuarantine(t *testing.T) {
	for _, text := range []string{
		`{"id":1,"time_zone":"Nowhere","intervals":[]}`, `{"id":1,"time_zone":"UTC","intervals":[{"start_time":10,"end_time":10}]}`, `{"id":1,"time_zone":"UTC","intervals":[{"start_time":10}]}`,
		`{"id":1,"time_zone":"UTC","intervals":[{"start_time":-5,"end_time":10}]}`, `{"id":1,"time_zone":"UTC","intervals":[{"start_time":5,"end_time":10081}]}`,
		`{"id":1,"time_zone":"UTC","intervals":[{"start_time":5,"end_time":10},{"start_time":9,"end_time":20}]}`,
		`{"id":1,"time_zone":"UTC","intervals":[],"holidays":[{"start_date":"2025-02-02","end_date":"2025-02-01"}]}`, `{"id":1,"time_zone":"Local","intervals":[]}`,
	} {
		_, err := layOut(t, text)
		var q *extract.Quarantine
		if !errors.As(err, &q) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
