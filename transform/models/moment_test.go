package models_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"waymark/transform/models"
)

// hazards are the chances of what may go wrong for a customer at a moment.
type hazards struct{ lost, contact, low, negative float64 }

// usual is what every moment of the made journeys has.
var usual = hazards{lost: 0.15, contact: 0.1, low: 0.2, negative: 0.15}

const momentsMade = 12

// moments makes journeys of 800 customers through some of twelve moments each and builds critical_moment alone from them.
func (w *warehouse) moments(list []models.Model, d *rand.Rand, at map[int]hazards) {
	w.t.Helper()
	var steps, journeys bytes.Buffer
	put := func(b *bytes.Buffer, row map[string]any) {
		if err := json.NewEncoder(b).Encode(row); err != nil {
			w.t.Fatal(err)
		}
	}
	signal := func(asked, bad float64) int { // 0 is nothing said, 1 well, 2 badly
		switch {
		case d.Float64() >= asked:
			return 0
		case d.Float64() < bad:
			return 2
		}
		return 1
	}
	for i := range 800 {
		customer := fmt.Sprintf("00000000-0000-0000-0000-%012d", i+1)
		visited := d.Perm(momentsMade)[:1+d.IntN(5)]
		outcome := "converted"
		for nth, m := range visited {
			h, ok := at[m]
			if !ok {
				h = usual
			}
			last := nth == len(visited)-1
			if last && d.Float64() < h.lost {
				outcome = "abandoned"
			}
			put(&steps, map[string]any{"journey_key": customer, "customer_key": customer, "stage": "use", "touchpoint": fmt.Sprint("m", m), "journey_date": "2026-03-01",
				"is_last": last, "is_contact_next": d.Float64() < h.contact, "score_next": signal(0.4, h.low), "text_next": signal(0.3, h.negative)})
		}
		put(&journeys, map[string]any{"journey_key": customer, "customer_key": customer, "outcome": outcome})
	}
	for table, rows := range map[string][]byte{"journey_step": steps.Bytes(), "fct_journey": journeys.Bytes(), "event_clock": []byte(`{"last_day":"2026-03-31"}`)} {
		w.exec("TRUNCATE TABLE waymark_mart."+table, nil, nil)
		w.exec("INSERT INTO waymark_mart."+table+" FORMAT JSONEachRow", nil, rows)
	}
	m := list[slices.IndexFunc(list, func(m models.Model) bool { return m.Name == "critical_moment" })]
	w.fill(m, "waymark_mart.critical_moment", models.Defaults())
	w.test(m, map[string]bool{}, models.Defaults())
}

// testMoments: where every moment is alike, one shop in twenty has any flagged, as the level says; what is planted is flagged, comes
// first, and nothing else is.
func testMoments(t *testing.T, w *warehouse, list []models.Model) {
	const shops, most = 20, 3 // at 5 % more than three of twenty have a chance of 1.6 %
	alarmed := 0
	for shop := range shops {
		w.moments(list, rand.New(rand.NewPCG(43, uint64(shop))), nil)
		if flagged := w.rows("SELECT evidence FROM waymark_mart.critical_moment WHERE is_flagged", nil); len(flagged) > 0 {
			t.Logf("shop %d: %v", shop, flagged)
			alarmed++
		}
	}
	t.Logf("%d of %d shops without a painful moment have one flagged", alarmed, shops)
	if alarmed > most {
		t.Errorf("%d of %d shops without a painful moment have one flagged", alarmed, shops)
	}
	planted := map[int]hazards{3: usual, 5: usual, 7: usual, 9: usual}
	for m, change := range map[int]func(*hazards){
		3: func(h *hazards) { h.lost = 0.6 }, 5: func(h *hazards) { h.contact = 0.4 }, 7: func(h *hazards) { h.low = 0.7 }, 9: func(h *hazards) { h.negative = 0.7 },
	} {
		h := planted[m]
		change(&h)
		planted[m] = h
	}
	w.moments(list, rand.New(rand.NewPCG(44, 1)), planted)
	says := map[string]string{"m3": "left here for good", "m5": "contacted service soon after", "m7": "then gave a low score", "m9": "then wrote a negative text"}
	for _, row := range w.rows("SELECT touchpoint, is_flagged, rank, evidence FROM waymark_mart.critical_moment ORDER BY rank", nil) {
		want, bad := says[row[0]]
		if bad != (row[1] == "true") || bad && !strings.Contains(row[3], want) {
			t.Errorf("rank %s, %s: flagged %s: %s", row[2], row[0], row[1], row[3])
		}
		if bad {
			t.Log(row[2], row[0], row[3])
		}
	}
}
