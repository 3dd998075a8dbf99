package lake

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"waymark/schemas"
)

// sorter orders the rows of a batch by (partition, the table's sort columns), stably, without comparing rows: every
// level of the order is reduced to a number per row, and only runs that are equal so far go on to the next level.
type sorter struct {
	perm, perm2 []uint32
	keys, keys2 []uint64
	levels      []level
	ranks       [][]uint32
	entries     []rankEntry
}

// level is one number per row; the first non-nil of its sources gives it.
type level struct {
	part  []int32
	ranks []uint32   // by code
	codes []uint32   // with ranks
	fixed [][16]byte // 8 bytes from half
	half  int
	ints  []int64
	flip  uint64 // sign bit for signed numbers
}

const signBit = 1 << 63

// sort returns the permutation; it is valid until the next call.
func (s *sorter) sort(b *schemas.Batch) []uint32 {
	s.levels = append(s.levels[:0], level{part: b.Part})
	texts := 0
	for _, name := range b.Table.Sort {
		column := b.Table.Col(name)
		v := &b.Cols[column]
		switch b.Table.Columns[column].Type {
		case schemas.UUID:
			s.levels = append(s.levels, level{fixed: v.Fixed}, level{fixed: v.Fixed, half: 8})
		case schemas.String, schemas.LowCardinality:
			s.levels = append(s.levels, level{codes: v.Codes, ranks: s.rank(texts, &v.Dict)})
			texts++
		case schemas.UInt64:
			s.levels = append(s.levels, level{ints: v.Int})
		default:
			s.levels = append(s.levels, level{ints: v.Int, flip: signBit})
		}
	}
	s.perm, s.perm2 = resize(s.perm, b.Rows), resize(s.perm2, b.Rows)
	s.keys, s.keys2 = resize(s.keys, b.Rows), resize(s.keys2, b.Rows)
	for i := range s.perm {
		s.perm[i] = uint32(i)
	}
	s.refine(0, b.Rows, 0)
	return s.perm
}

// refine orders perm[lo:hi], whose rows are equal on every level before depth.
func (s *sorter) refine(lo, hi, depth int) {
	for ; depth < len(s.levels); depth++ {
		sorted, equal := s.load(lo, hi, depth)
		if equal {
			continue
		}
		if !sorted {
			s.order(lo, hi)
		}
		if depth+1 == len(s.levels) {
			return
		}
		// The deeper levels reuse keys, but only below the place that is looked at here.
		for i := lo; i < hi; {
			j := i + 1
			for j < hi && s.keys[j] == s.keys[i] {
				j++
			}
			if j-i > 1 {
				s.refine(i, j, depth+1)
			}
			i = j
		}
		return
	}
}

// load computes the keys of perm[lo:hi] on a level.
func (s *sorter) load(lo, hi, depth int) (sorted, equal bool) {
	perm, keys := s.perm[lo:hi], s.keys[lo:hi]
	switch l := &s.levels[depth]; {
	case l.part != nil:
		for i, row := range perm {
			keys[i] = uint64(int64(l.part[row])) ^ signBit
		}
	case l.ranks != nil:
		for i, row := range perm {
			keys[i] = uint64(l.ranks[l.codes[row]])
		}
	case l.fixed != nil:
		for i, row := range perm {
			keys[i] = binary.BigEndian.Uint64(l.fixed[row][l.half:])
		}
	default:
		for i, row := range perm {
			keys[i] = uint64(l.ints[row]) ^ l.flip
		}
	}
	sorted, equal = true, true
	for i := 1; i < len(keys); i++ {
		sorted = sorted && keys[i-1] <= keys[i]
		equal = equal && keys[i-1] == keys[i]
	}
	return sorted, equal
}

// order sorts perm[lo:hi] by keys[lo:hi], stably, and keys along.
func (s *sorter) order(lo, hi int) {
	if hi-lo <= 48 {
		s.insertion(lo, hi)
		return
	}
	s.radix(lo, hi)
}

func (s *sorter) insertion(lo, hi int) {
	perm, keys := s.perm[lo:hi], s.keys[lo:hi]
	for i := 1; i < len(keys); i++ {
		k, p := keys[i], perm[i]
		j := i
		for ; j > 0 && keys[j-1] > k; j-- {
			keys[j], perm[j] = keys[j-1], perm[j-1]
		}
		keys[j], perm[j] = k, p
	}
}

// radix is a least-significant-digit sort that skips the bytes in which all keys agree.
func (s *sorter) radix(lo, hi int) {
	keys, perm := s.keys[lo:hi], s.perm[lo:hi]
	keys2, perm2 := s.keys2[lo:hi], s.perm2[lo:hi]
	differ := uint64(0)
	for _, k := range keys {
		differ |= k ^ keys[0]
	}
	for shift := 0; shift < 64; shift += 8 {
		if byte(differ>>shift) == 0 {
			continue
		}
		var count [256]uint32
		for _, k := range keys {
			count[byte(k>>shift)]++
		}
		next := uint32(0)
		for i, n := range count {
			count[i], next = next, next+n
		}
		for i, k := range keys {
			at := count[byte(k>>shift)]
			count[byte(k>>shift)]++
			keys2[at], perm2[at] = k, perm[i]
		}
		keys, keys2, perm, perm2 = keys2, keys, perm2, perm
	}
	if &keys[0] != &s.keys[lo] {
		copy(s.keys[lo:hi], keys)
		copy(s.perm[lo:hi], perm)
	}
}

// rankEntry is a dictionary value while it is ranked: its first bytes decide most comparisons.
type rankEntry struct {
	prefix uint64
	code   uint32
}

// rank returns the place of every code of d in byte order of the values.
func (s *sorter) rank(n int, d *schemas.Dict) []uint32 {
	if n == len(s.ranks) {
		s.ranks = append(s.ranks, nil)
	}
	s.entries = resize(s.entries, d.Len())
	for code := range s.entries {
		var first [8]byte
		copy(first[:], d.Value(uint32(code)))
		s.entries[code] = rankEntry{binary.BigEndian.Uint64(first[:]), uint32(code)}
	}
	slices.SortFunc(s.entries, func(a, b rankEntry) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return bytes.Compare(d.Value(a.code), d.Value(b.code))
	})
	ranks := resize(s.ranks[n], d.Len())
	for rank, e := range s.entries {
		ranks[e.code] = uint32(rank)
	}
	s.ranks[n] = ranks
	return ranks
}

// resize returns a slice of length n, b's memory where it is enough; what it holds is undefined.
func resize[T any](b []T, n int) []T {
	if cap(b) < n {
		return make([]T, n, n+n/4)
	}
	return b[:n]
}
