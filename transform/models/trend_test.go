package models_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"waymark/transform/models"
)

// daily is a series of kpi_daily.
type daily struct {
	kpi, member string
	values      []float64
	n           int // observations of a day
}

var trendStart = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

const trendDays = 90

// trend puts series into kpi_daily and builds kpi_trend alone from them.
func (w *warehouse) trend(list []models.Model, series []daily) {
	w.t.Helper()
	var body bytes.Buffer
	for _, s := range series {
		for i, v := range s.values {
			row := map[string]any{"kpi_date": trendStart.AddDate(0, 0, i).Format(time.DateOnly), "kpi": s.kpi, "dimension": "channel", "member": s.member, "n": s.n, "value": v}
			if err := json.NewEncoder(&body).Encode(row); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	w.exec("TRUNCATE TABLE waymark_mart.kpi_daily", nil, nil)
	w.exec("INSERT INTO waymark_mart.kpi_daily FORMAT JSONEachRow", nil, body.Bytes())
	// The day after the last one may be incomplete, and so does not count.
	w.exec("TRUNCATE TABLE waymark_mart.event_clock", nil, nil)
	w.exec("INSERT INTO waymark_mart.event_clock (last_day) VALUES ('"+trendStart.AddDate(0, 0, trendDays).Format(time.DateOnly)+"')", nil, nil)
	for _, m := range list {
		if m.Name == "kpi_trend" {
			w.fill(m, "waymark_mart.kpi_trend", models.Defaults())
			w.test(m, map[string]bool{}, models.Defaults())
		}
	}
}

// shop makes 36 series as a shop has them: weekends, noise of every kind, and slow waves that make neighbouring days alike.
func shop(d *rand.Rand) (out []daily) {
	for i := range 6 {
		member := fmt.Sprint("m", i)
		level := 20 * math.Exp(d.NormFloat64())
		wave := d.NormFloat64() / 4
		make := func(kpi string, value func(weekend, slow float64) float64) {
			s := daily{kpi: kpi, member: member, n: 40}
			for day := range trendDays {
				weekend := 1.0
				if (day+5)%7 < 2 {
					weekend = 1.3
				}
				s.values = append(s.values, value(weekend, 1+wave*math.Sin(float64(day)/15)))
			}
			out = append(out, s)
		}
		make("sessions", func(weekend, slow float64) float64 {
			return math.Max(0, math.Round(level*weekend*slow+math.Sqrt(level)*d.NormFloat64()))
		})
		make("conversion_rate", func(weekend, slow float64) float64 {
			hits := 0
			for range 40 {
				if d.Float64() < 0.06*weekend*slow {
					hits++
				}
			}
			return float64(hits) / 40
		})
		make("revenue", func(weekend, slow float64) float64 { return level * weekend * slow * math.Exp(6+0.6*d.NormFloat64()) })
		make("first_reply_time", func(_, slow float64) float64 { return slow * math.Exp(4+0.5*d.NormFloat64()) })
		thin := daily{kpi: "csat", member: member, n: 2} // two answers a day make any share
		for range trendDays {
			thin.values = append(thin.values, float64(min(d.IntN(12), 2))/2)
		}
		out = append(out, thin)
		make("nps", func(_, slow float64) float64 { return 100 * (2*float64(d.IntN(11))/10 - 1) * slow / 1.3 })
	}
	return out
}

// testFalseAlarms holds kpi_trend to its level: where the days of every series are in random order, at most one data set in twenty may raise any
// alarm at all, and at most one row in twenty of any one signal.
func testFalseAlarms(t *testing.T, w *warehouse, list []models.Model) {
	const sets = 20
	alarmed, rows := 0, map[string][2]int{}
	for set := range sets {
		d := rand.New(rand.NewPCG(42, uint64(set)))
		series := shop(d)
		for _, s := range series {
			d.Shuffle(len(s.values), func(i, j int) { s.values[i], s.values[j] = s.values[j], s.values[i] })
		}
		w.trend(list, series)
		flagged := false
		for _, row := range w.rows("SELECT signal, is_flagged, count(), min(sentence) FROM waymark_mart.kpi_trend GROUP BY ALL", nil) {
			n := 0
			_, _ = fmt.Sscan(row[2], &n)
			r := rows[row[0]]
			r[1] += n
			if row[1] == "true" {
				r[0] += n
				flagged = true
				t.Logf("set %d: %s", set, row[3])
			}
			rows[row[0]] = r
		}
		if flagged {
			alarmed++
		}
	}
	for _, signal := range slices.Sorted(maps.Keys(rows)) {
		t.Logf("%s: %d of %d flagged", signal, rows[signal][0], rows[signal][1])
		if r := rows[signal]; r[0]*20 > r[1] {
			t.Errorf("%s: %d of %d rows of shuffled days are flagged", signal, r[0], r[1])
		}
	}
	if alarmed*20 > sets || len(rows) != 5 {
		t.Errorf("%d of %d sets of shuffled days raised an alarm; signals %v", alarmed, sets, rows)
	}
}

// testPlanted hides one change of each kind among series without any.
func testPlanted(t *testing.T, w *warehouse, list []models.Model) {
	d := rand.New(rand.NewPCG(7, 7))
	series := shop(d)
	for i := range series {
		d.Shuffle(trendDays, func(a, b int) { s := series[i].values; s[a], s[b] = s[b], s[a] })
	}
	value := func(kpi, member string) []float64 {
		for _, s := range series {
			if s.kpi == kpi && s.member == member {
				return s.values
			}
		}
		return nil
	}
	for i := 60; i < trendDays; i++ {
		value("sessions", "m0")[i] *= 1.7
	}
	for i := range trendDays {
		value("first_reply_time", "m1")[i] *= 1 + float64(i)/60
	}
	value("revenue", "m2")[80] *= 80
	for i := trendDays - 7; i < trendDays; i++ {
		value("conversion_rate", "m3")[i] += 0.25
	}
	series = append(series, daily{kpi: "conversion_rate", member: "few", values: append([]float64{}, value("conversion_rate", "m3")...), n: 1},
		daily{kpi: "conversion_rate", member: "short", values: value("conversion_rate", "m3")[:20], n: 100})
	// A sum without rows for ten days has come to nothing; leads of the last 30 days are not converted yet.
	stopped, young := daily{kpi: "sessions", member: "stopped", n: 40}, daily{kpi: "lead_conversion_rate", member: "young", n: 40}
	for i := range trendDays {
		if i < trendDays-10 {
			stopped.values = append(stopped.values, math.Round(50+5*d.NormFloat64()))
		}
		young.values = append(young.values, 0)
		if i < trendDays-30 {
			young.values[i] = 0.4 + 0.05*d.NormFloat64()
		}
	}
	series = append(series, stopped, young)
	w.trend(list, series)
	found := map[string]string{}
	for _, row := range w.rows("SELECT kpi, member, signal, on_date, is_improvement, days, sentence FROM waymark_mart.kpi_trend WHERE is_flagged", nil) {
		found[row[0]+" "+row[1]+" "+row[2]] = row[3] + " " + row[4]
		t.Log(row[6])
	}
	on := func(day int) string { return trendStart.AddDate(0, 0, day).Format(time.DateOnly) }
	for what, want := range map[string]string{
		"first_reply_time m1 trend": on(82) + " false", "revenue m2 outlier": on(80) + " true",
		"conversion_rate m3 week_over_week": on(89) + " true", "conversion_rate m3 same_weekdays": on(89) + " true",
		"sessions stopped week_over_week": on(86) + " false", "lead_conversion_rate young change_point": "", "lead_conversion_rate young trend": "", "lead_conversion_rate young week_over_week": "",
	} {
		if found[what] != want {
			t.Errorf("%s: got %q, want %q", what, found[what], want)
		}
	}
	if at := found["sessions m0 change_point"]; at < on(57) || at > on(63)+" true" {
		t.Errorf("sessions m0 change_point: got %q, want about %s", at, on(60))
	}
	if n := w.rows("SELECT count() FROM waymark_mart.kpi_trend WHERE member IN ('few', 'short')", nil)[0][0]; n != "0" {
		t.Errorf("%s rows of series that are too small", n)
	}
}
