package pipeline_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"waymark/internal/sampledata"
)

// moment is a row of critical_moment by one signal.
type moment struct {
	place          string
	flagged        bool
	passed, hurt   int64
	excess, chance float64 // customers beyond expectation; adjusted p
	evidence       string
}

// moments are those at which a signal was tested, most customers beyond expectation first.
func (s *site) moments(signal string) (list []moment) {
	s.t.Helper()
	for _, row := range s.query(fmt.Sprintf(`SELECT stage || '/' || touchpoint, %[1]s_rate > %[1]s_rate_elsewhere AND %[1]s_p_adjusted < 0.05, %[1]s_n, %[1]s_customers,
		%[1]s_customers - %[1]s_n * %[1]s_rate_elsewhere AS excess, %[1]s_p_adjusted, evidence FROM cx_bi.critical_moment WHERE %[1]s_p IS NOT NULL ORDER BY excess DESC`, signal)) {
		c := strings.SplitN(row, "|", 7)
		m := moment{place: c[0], flagged: c[1] == "true" || c[1] == "1", evidence: c[6]}
		m.passed, _ = strconv.ParseInt(c[2], 10, 64)
		m.hurt, _ = strconv.ParseInt(c[3], 10, 64)
		m.excess, _ = strconv.ParseFloat(c[4], 64)
		m.chance, _ = strconv.ParseFloat(c[5], 64)
		list = append(list, m)
	}
	return list
}

// checkPlantedMoments: of each signal the moment that was planted comes first, is flagged, and shows those who were hurt.
func checkPlantedMoments(t *testing.T, s *site, truth *sampledata.Truth) {
	if len(truth.Moments) != 2 {
		t.Fatalf("the shop has no planted moments: %v", truth.Moments)
	}
	for _, want := range truth.Moments {
		list := s.moments(want.Signal)
		if len(list) == 0 {
			t.Errorf("%s: nothing was tested", want.Signal)
			continue
		}
		worst := list[0]
		equal(t, "worst by "+want.Signal, worst.place, want.Stage+"/"+want.Touchpoint)
		equal(t, "flagged by "+want.Signal, worst.flagged, true)
		if worst.hurt < want.Customers*9/10 || worst.excess < float64(want.Customers)*0.7 {
			t.Errorf("%s: %d hurt, %.1f beyond expectation, want most of %d", worst.place, worst.hurt, worst.excess, want.Customers)
		}
		t.Log(worst.evidence)
	}
	declined := truth.Moments[0]
	s.want("SELECT sum(checkout_errors) FROM cx_bi.journey_stage_touchpoint WHERE stage = 'purchase' AND touchpoint = 'checkout'", fmt.Sprint(2*declined.Customers))
	s.want("SELECT sum(checkout_errors) FROM cx_bi.journey_stage_touchpoint", fmt.Sprint(2*declined.Customers))
	s.want(fmt.Sprintf("SELECT count(), uniqExact(device_category), countIf(event_date NOT BETWEEN '%s' AND '%s') FROM cx_bi.fct_journey_event WHERE source_event = 'payment_failed'",
		declined.From, declined.To), fmt.Sprintf("%d|1|0", 2*declined.Customers))
}

// TestCalmShop: the same shop without what was planted has nothing of it.
func TestCalmShop(t *testing.T) {
	t.Parallel()
	s := newWholeSite(t)
	s.models = modelsFor(t, "critical_moment", "journey_stage_touchpoint")
	opt := sampledata.Options{Seed: 7, Scale: 0.05, Malformed: 3, Calm: true}
	if _, err := sampledata.Generate(t.Context(), opt, sampledata.Directory(s.dir+"/exports")); err != nil {
		t.Fatal(err)
	}
	s.run(sampleConfig(t, s))
	for signal, place := range map[string]string{"exit": "purchase/checkout", "score": "use/account_page"} {
		for _, m := range s.moments(signal) {
			if m.flagged {
				t.Logf("%s: %s", signal, m.evidence)
			}
			if m.place == place && m.flagged {
				t.Errorf("%s is flagged by %s: %s", place, signal, m.evidence)
			}
		}
	}
	s.want("SELECT sum(checkout_errors) FROM cx_bi.journey_stage_touchpoint", "0")
}
