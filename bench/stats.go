package main

import (
	"fmt"
	"slices"
)

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if len(s) == 0 {
		return 0
	}
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// spread is a median with the least and the greatest of what it stands for.
type spread struct {
	Median float64 `json:"median"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

func spreadOf(values []float64) spread {
	return spread{median(values), slices.Min(values), slices.Max(values)}
}

// ratios divides pair by pair.
func ratios(over, under []float64) spread {
	r := make([]float64, len(over))
	for i := range r {
		r[i] = over[i] / under[i]
	}
	return spreadOf(r)
}

func (s spread) String() string { return fmt.Sprintf("%.2f (%.2f–%.2f)", s.Median, s.Least, s.Most) }

// each takes one figure out of every usage.
func each(list []usage, figure func(usage) float64) []float64 {
	out := make([]float64, len(list))
	for i, u := range list {
		out[i] = figure(u)
	}
	return out
}

func seconds(u usage) float64 { return u.Seconds }
func cpu(u usage) float64     { return u.CPU }
func rss(u usage) float64     { return float64(u.RSS) }
func own(u usage) float64     { return float64(u.Own) }

func mib(bytes float64) string { return fmt.Sprintf("%.0f", bytes/(1<<20)) }
