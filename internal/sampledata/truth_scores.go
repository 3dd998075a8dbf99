package sampledata

import "math"

// ScoreTruth is about the answers to one kind of question.
type ScoreTruth struct {
	Answers    int64    `json:"answers"`
	Sum        int64    `json:"sum"`
	Promoters  int64    `json:"promoters,omitempty"`  // nps 9–10
	Passives   int64    `json:"passives,omitempty"`   // nps 7–8
	Detractors int64    `json:"detractors,omitempty"` // nps 0–6
	Positive   int64    `json:"positive,omitempty"`   // csat 4–5, ces 5–7
	NPS        *float64 `json:"nps,omitempty"`
	NPSLow     *float64 `json:"nps_ci_low,omitempty"`
	NPSHigh    *float64 `json:"nps_ci_high,omitempty"`
	Rate       *float64 `json:"positive_rate,omitempty"`
	Mean       *float64 `json:"mean,omitempty"`

	kind string
}

func (s *ScoreTruth) add(kind string, score int) {
	s.kind = kind
	s.Answers++
	s.Sum += int64(score)
	switch {
	case kind == "nps" && score >= 9:
		s.Promoters++
	case kind == "nps" && score >= 7:
		s.Passives++
	case kind == "nps":
		s.Detractors++
	case kind == "csat" && score >= 4, kind == "ces" && score >= 5:
		s.Positive++
	}
}

// finish computes what follows from the counts: NPS = 100 (p − d)/n with SE² = (p + d − (p − d)²)/n.
func (s *ScoreTruth) finish() {
	if s.Answers == 0 {
		return
	}
	n := float64(s.Answers)
	s.Mean = ratio(s.Sum, s.Answers)
	if s.kind != "nps" {
		s.Rate = ratio(s.Positive, s.Answers)
		return
	}
	p, d := float64(s.Promoters)/n, float64(s.Detractors)/n
	half := 1.96 * math.Sqrt((p+d-(p-d)*(p-d))/n)
	nps, low, high := 100*(p-d), 100*(p-d-half), 100*(p-d+half)
	s.NPS, s.NPSLow, s.NPSHigh = &nps, &low, &high
}
