package pipeline_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"waymark/internal/sampledata"
)

func round4(f float64) float64 { return math.Round(f*10_000) / 10_000 }

// checkMoments computes every test of critical_moment from its counts, and the correction over all of them.
func checkMoments(t *testing.T, s *site) {
	t.Helper()
	signals := []string{"exit", "contact", "score", "sentiment"}
	var columns []string
	for _, name := range signals {
		columns = append(columns, name+"_n", name+"_customers", "toString("+name+"_p)", "toString("+name+"_p_adjusted)")
	}
	moments := s.table("SELECT concat(stage, ' / ', touchpoint), " + strings.Join(columns, ", ") + " FROM waymark_mart.critical_moment")
	if len(moments) < 10 {
		t.Fatalf("only %d moments", len(moments))
	}
	cell := func(m string, i int) float64 {
		f, err := strconv.ParseFloat(moments[m][i], 64)
		if err != nil {
			return -1 // NULL
		}
		return f
	}
	type test struct{ p, adjusted float64 }
	var tests []test
	for i := range signals {
		var allN, allK float64
		for m := range moments {
			allN, allK = allN+cell(m, 4*i), allK+cell(m, 4*i+1)
		}
		for _, m := range sorted(moments) {
			n, k := cell(m, 4*i), cell(m, 4*i+1)
			p := -1.0
			if pooled := allK / allN; n >= 30 && allN-n >= 30 && pooled > 0 && pooled < 1 {
				z := (k/n - (allK-k)/(allN-n)) / math.Sqrt(pooled*(1-pooled)*(1/n+1/(allN-n)))
				p = math.Erfc(math.Abs(z) / math.Sqrt2)
				tests = append(tests, test{p, cell(m, 4*i+3)})
			}
			if got := cell(m, 4*i+2); math.Abs(got-p) > 1e-9 {
				t.Errorf("%s %s: p %g, want %g", m, signals[i], got, p)
			}
		}
	}
	slices.SortFunc(tests, func(a, b test) int { return int(math.Copysign(1, b.p-a.p)) }) // the greatest p first
	least := 1.0
	for i, x := range tests {
		least = min(least, x.p*float64(len(tests))/float64(len(tests)-i))
		if math.Abs(x.adjusted-least) > 1e-9 {
			t.Errorf("p %g is adjusted to %g, want %g", x.p, x.adjusted, least)
		}
	}
	if len(tests) == 0 {
		t.Error("no signal was tested")
	}
}

// touchTold is a touch before a conversion.
type touchTold struct {
	at      int64 // milliseconds
	channel string
}

// checkAttribution computes credits in Go: the paths are the warehouse's, the models and the Markov chain are not.
func checkAttribution(t *testing.T, s *site, truth *sampledata.Truth) {
	paths, ends := map[string][]touchTold{}, map[string]int64{}
	for _, row := range s.query(`SELECT path_key, is_converted, touch_type, channel, toUnixTimestamp64Milli(touched_at), toUnixTimestamp64Milli(converted_at)
		FROM waymark_mart.attribution_path ORDER BY path_key, position`) {
		c := strings.Split(row, "|")
		at, _ := strconv.ParseInt(c[4], 10, 64)
		if c[1] == "true" {
			ends[c[0]], _ = strconv.ParseInt(c[5], 10, 64)
		}
		if c[2] == "none" {
			paths[c[0]] = nil
			continue
		}
		paths[c[0]] = append(paths[c[0]], touchTold{at, c[3]})
	}
	effects := removalEffects(paths, ends)
	got := s.table("SELECT channel, toString(removal_effect) FROM waymark_mart.attribution_markov")
	equal(t, "channels of the chain", len(got), len(effects))
	for channel, want := range effects {
		number(t, "removal effect of "+channel, got[channel][0], &want)
	}
	credits := s.table("SELECT concat(toString(conversion_key), ' ', model, ' ', toString(position)), toString(credit) FROM waymark_mart.fct_attribution")
	n := 0
	for key, at := range ends {
		for model, want := range shares(paths[key], at, effects) {
			for i, w := range want {
				if w == 0 {
					continue
				}
				n++
				cell := fmt.Sprintf("%s %s %d", key, model, i+1)
				if credits[cell] == nil {
					t.Fatalf("%s: no credit, want %g", cell, w)
				}
				number(t, cell, credits[cell][0], &w)
			}
		}
	}
	equal(t, "credits", len(credits), n)
	checkAttributed(t, s, truth)
}

// checkAttributed holds the sums to what the shop knows: every order and won deal, and all its money, in every model.
func checkAttributed(t *testing.T, s *site, truth *sampledata.Truth) {
	won := truth.Sales.All
	orders, deals := truth.Shop.All.Orders, won.Won
	for model, sums := range s.table("SELECT model, round(sum(orders), 6), round(sum(opportunities), 6), toString(sum(value_reporting)), toString(sum(cost_reporting)) FROM cx_bi.attribution_channel GROUP BY model") {
		equal(t, model+": orders, deals", fmt.Sprint(sums[:2]), fmt.Sprintf("[%d %d]", orders, deals))
		equal(t, model+": cost", sums[3], exact(truth.Costs.All.Cost))
		value, err := strconv.ParseFloat(sums[2], 64)
		revenue, _ := strconv.ParseFloat(exact(truth.Shop.All.Revenue), 64)
		if want := revenue + float64(won.WonAmount)/100; err != nil || math.Abs(value-want) > 0.00005 {
			t.Errorf("%s: value %s, want %.4f", model, sums[2], want)
		}
	}
}

// shares are the credits of a path's touches in each model.
func shares(path []touchTold, at int64, effects map[string]float64) map[string][]float64 {
	if len(path) == 0 { // the order's own channel has all
		out := map[string][]float64{}
		for _, model := range []string{"first", "last", "last_non_direct", "linear", "position", "time_decay", "markov"} {
			out[model] = []float64{1}
		}
		return out
	}
	n := len(path)
	only := func(i int) []float64 {
		w := make([]float64, n)
		w[i] = 1
		return w
	}
	nonDirect := n - 1
	for i := n - 1; i >= 0; i-- {
		if path[i].channel != "direct" && at-path[i].at <= 30*86_400_000 {
			nonDirect = i
			break
		}
	}
	linear, position, decay, markov := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i, touch := range path {
		linear[i] = 1
		switch {
		case n <= 2:
			position[i] = 1
		case i == 0 || i == n-1:
			position[i] = 0.4
		default:
			position[i] = 0.2 / float64(n-2)
		}
		decay[i] = math.Pow(0.5, float64(max(0, at-touch.at))/(7*86_400_000))
		same := 0
		for _, other := range path {
			if other.channel == touch.channel {
				same++
			}
		}
		markov[i] = effects[touch.channel] / float64(same)
	}
	return map[string][]float64{"first": only(0), "last": only(n - 1), "last_non_direct": only(nonDirect), "linear": scaled(linear),
		"position": scaled(position), "time_decay": scaled(decay), "markov": scaled(markov)}
}

// scaled scales weights to the sum 1.
func scaled(w []float64) []float64 {
	sum := 0.0
	for _, x := range w {
		sum += x
	}
	for i := range w {
		if sum == 0 {
			w[i] = 1 / float64(len(w))
		} else {
			w[i] /= sum
		}
	}
	return w
}

// removalEffects walks the chain step by step, once with all channels and once without each, until nothing is left on the
// way: the long way to what the model solves.
func removalEffects(paths map[string][]touchTold, ends map[string]int64) map[string]float64 {
	moves := map[string]map[string]float64{}
	for key, path := range paths {
		if len(path) == 0 {
			continue
		}
		from := "(start)"
		step := func(to string) {
			if from != to {
				if moves[from] == nil {
					moves[from] = map[string]float64{}
				}
				moves[from][to]++
			}
			from = to
		}
		for _, touch := range path {
			step(touch.channel)
		}
		if _, converted := ends[key]; converted {
			step("(goal)")
		} else {
			step("(end)")
		}
	}
	converts := func(without string) (goal float64) {
		on := map[string]float64{"(start)": 1}
		for range 5000 {
			next := map[string]float64{}
			for _, from := range sorted(on) {
				total := 0.0
				for _, n := range moves[from] {
					total += n
				}
				for _, to := range sorted(moves[from]) {
					p := on[from] * moves[from][to] / total
					switch to {
					case "(goal)":
						goal += p
					case "(end)", without:
					default:
						next[to] += p
					}
				}
			}
			on = next
		}
		return goal
	}
	all, out := converts(""), map[string]float64{}
	for channel := range moves {
		if channel != "(start)" {
			out[channel] = 1 - converts(channel)/all
		}
	}
	return out
}
