package schemas

// Scale is the range of one kind of score.
type Scale struct {
	Kind     string
	Min, Max float64
	Whole    bool // only whole numbers are on the scale
}

// scales holds every kind of score there is; the only place that says how far each goes.
var scales = [...]Scale{
	{Kind: "nps", Min: 0, Max: 10, Whole: true},
	{Kind: "csat", Min: 1, Max: 5},
	{Kind: "ces", Min: 1, Max: 7},
	{Kind: "rating", Min: 1, Max: 5},
}

// GoodScore and BadScore are what a good or bad satisfaction rating counts as on the csat scale.
const (
	GoodScore = 5
	BadScore  = 1
)

// ScaleOf returns the scale of a kind of score.
func ScaleOf(kind string) (Scale, bool) {
	for _, s := range scales {
		if s.Kind == kind {
			return s, true
		}
	}
	return Scale{}, false
}

// Holds reports whether score is on the scale.
func (s Scale) Holds(score float64) bool {
	return score >= s.Min && score <= s.Max && (!s.Whole || score == float64(int64(score)))
}
