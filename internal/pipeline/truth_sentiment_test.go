package pipeline_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTruthOfSentiment holds the KPIs of sentiment to lines of an export (the sample shop scores no texts): what a person would
// work out from the lines, in Go and in whole ten-thousandths.
func TestTruthOfSentiment(t *testing.T) {
	d := rand.New(rand.NewPCG(5, 5))
	s := newWholeSite(t)
	s.models = modelsFor(t, "kpi_value")
	text := strings.Builder{}
	text.WriteString("response_id,answered_at,kind,score,channel,customer_id,Mood\n")
	moods := map[string][]int{} // by cell, in ten-thousandths
	edges := []string{"0.05", "-0.05", "0.0499", "-0.0499", "0", "1", "-1", "0.1234"}
	for i := range 300 {
		at := time.Date(2026, 1, 26, 0, 0, 0, 0, time.UTC).Add(time.Duration(d.IntN(14*24*3600)) * time.Second)
		channel := []string{"web", "email", ""}[d.IntN(3)]
		mood := ""
		switch {
		case i < len(edges)*3:
			mood = edges[i%len(edges)]
		case d.IntN(4) > 0:
			mood = fmt.Sprintf("%.4f", float64(d.IntN(20_001)-10_000)/10_000)
		}
		fmt.Fprintf(&text, "R%d,%s,csat,%d,%s,K%d,%s\n", i, at.Format(time.RFC3339), 1+d.IntN(5), channel, d.IntN(40), mood)
		if mood == "" {
			continue // nobody scored this text
		}
		var f float64
		if _, err := fmt.Sscan(mood, &f); err != nil {
			t.Fatal(err)
		}
		for _, period := range periodsOf(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)) {
			for _, member := range []string{"all all", "channel " + orUnknown(channel)} {
				moods[period+" "+member] = append(moods[period+" "+member], int(math.Round(f*10_000)))
			}
		}
	}
	s.write("in/answers.csv", text.String(), time.Hour)
	s.run(s.config("  - name: answers\n    system: survey\n    export: responses\n    location: \"$DIR/in/*.csv\"\n    fields: { Mood: sentiment }\n"))
	got := s.table(`SELECT kpi || ' ' || period || ' ' || toString(period_start) || ' ' || dimension || ' ' || member, toString(numerator), n, value, ci_low, ci_high
		FROM waymark_mart.kpi_value WHERE startsWith(kpi, 'sentiment_') AND dimension IN ('all', 'channel')`)
	equal(t, "cells", len(got), 4*len(moods))
	for cell, list := range moods {
		n, sum, squares := float64(len(list)), 0.0, 0.0
		for _, m := range list {
			sum += float64(m)
		}
		mean := sum / n
		for _, m := range list {
			squares += (float64(m) - mean) * (float64(m) - mean)
		}
		row := cells(got["sentiment_index "+cell], 5)
		index := mean / 100
		number(t, cell+" index", row[2], &index)
		if len(list) > 1 {
			half := 1.96 * math.Sqrt(squares/(n-1)/n) / 100
			low, high := index-half, index+half
			number(t, cell+" low", row[3], &low)
			number(t, cell+" high", row[4], &high)
		}
		for kpi, is := range map[string]func(int) bool{
			"positive": func(m int) bool { return m >= 500 }, "negative": func(m int) bool { return m <= -500 },
			"neutral": func(m int) bool { return m > -500 && m < 500 },
		} {
			k := len(list) - len(slices.DeleteFunc(slices.Clone(list), is))
			row := cells(got["sentiment_"+kpi+"_share "+cell], 5)
			share := float64(k) / n
			equal(t, cell+" "+kpi, row[0]+" of "+row[1], fmt.Sprintf("%d of %d", k, len(list)))
			number(t, cell+" "+kpi, row[2], &share)
		}
	}
}

func orUnknown(member string) string {
	if member == "" {
		return "(unknown)"
	}
	return member
}
