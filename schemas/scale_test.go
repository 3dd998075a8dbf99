package schemas

import "testing"

func TestScales(t *testing.T) {
	for _, c := range []struct {
		kind  string
		score float64
		on    bool
	}{
		{"nps", 0, true}, {"nps", 10, true}, {"nps", 10.5, false}, {"nps", 7.5, false}, {"nps", -1, false},
		{"csat", 1, true}, {"csat", 4.5, true}, {"csat", 0, false}, {"ces", 7, true}, {"ces", 8, false}, {"rating", 5, true}, {"rating", 5.1, false},
		{"csat", GoodScore, true}, {"csat", BadScore, true},
	} {
		s, ok := ScaleOf(c.kind)
		if !ok || s.Holds(c.score) != c.on {
			t.Errorf("%s %v: on the scale is %v, want %v", c.kind, c.score, s.Holds(c.score), c.on)
		}
	}
	if _, ok := ScaleOf("happiness"); ok {
		t.Error("an unknown kind has a scale")
	}
}
