package sampledata

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// dice are a stream of random decisions. Streams are named, so that one part of the data does not change when another
// part asks for more numbers.
type dice struct{ *rand.Rand }

// roll returns the stream of the nth thing of a kind.
func roll(seed uint64, kind string, n int) dice {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind)) // never fails
	return dice{rand.New(rand.NewPCG(seed^h.Sum64(), uint64(n)*0x9e3779b97f4a7c15+1))}
}

// chance is true with probability p.
func (d dice) chance(p float64) bool { return d.Float64() < p }

// between returns a number from low to high, both included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// seconds returns an exponentially distributed time with the mean, at least 1 s and at most 12 times the mean.
func (d dice) seconds(mean float64) int64 {
	return int64(math.Min(d.ExpFloat64(), 12)*mean) + 1
}

// weighted returns an index with probability proportional to its weight.
func (d dice) weighted(n int, weight func(int) float64) int {
	total := 0.0
	for i := range n {
		total += weight(i)
	}
	at := d.Float64() * total
	for i := range n - 1 {
		if at -= weight(i); at < 0 {
			return i
		}
	}
	return n - 1
}

// one returns an element.
func one[T any](d dice, list []T) T { return list[d.IntN(len(list))] }
