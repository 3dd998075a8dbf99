package laketest

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strconv"

	"waymark/schemas"
)

// Shape says what a random batch looks like.
type Shape struct {
	Seed       uint64
	Rows       int
	Partitions int // how many partitions the rows may fall into, at least 1
}

// The range of times and days that every reader of the lake can hold: DateTime64 and Date of ClickHouse.
const (
	minTime = -2_208_988_800_000_000 // 1900-01-01
	maxTime = 9_904_550_399_000_000  // 2283-11-11
	maxDay  = 65_535                 // 2149-06-06
)

// Batch returns a random batch of t. Columns differ in how many values they have and in where their nulls are;
// row_hash is random.
func Batch(t *schemas.Table, s Shape) *schemas.Batch {
	rng := rand.New(rand.NewPCG(s.Seed, 1))
	b := schemas.NewBatch(t)
	b.Rows = s.Rows
	for range s.Rows {
		part := int32(rng.IntN(s.Partitions))
		if t.Partition == schemas.ByDay {
			part += 18_000
		} else {
			part %= schemas.Buckets
		}
		b.Part = append(b.Part, part)
	}
	for i := range t.Columns {
		g := column{rng: rng, v: &b.Cols[i], c: &t.Columns[i], distinct: 1 << rng.IntN(14), nulls: rng.IntN(5), runs: 1 + rng.IntN(40)}
		if i == t.HashCol {
			g.distinct = 1 << 62
		}
		for row := range s.Rows {
			if i == t.PartitionCol {
				g.v.Int = append(g.v.Int, int64(b.Part[row]))
			} else {
				g.add(row)
			}
		}
	}
	return b
}

// column generates one column.
type column struct {
	rng      *rand.Rand
	v        *schemas.Vector
	c        *schemas.Column
	distinct int // about how many values
	nulls    int // none, all, at random, in runs, all but a few
	runs     int
}

func (g *column) add(row int) {
	valid := true
	if g.c.Nullable {
		switch g.nulls {
		case 1:
			valid = false
		case 2:
			valid = g.rng.IntN(2) == 0
		case 3:
			valid = row/g.runs%2 == 0
		case 4:
			valid = g.rng.IntN(100) == 0
		}
		g.v.Valid = append(g.v.Valid, valid)
	}
	n := g.number()
	if !valid {
		n = 0
	}
	switch g.c.Type {
	case schemas.UUID:
		var id [16]byte
		if n != 0 {
			binary.BigEndian.PutUint64(id[:], uint64(n)*0x9E3779B97F4A7C15)
			binary.BigEndian.PutUint64(id[8:], uint64(n))
		}
		g.v.Fixed = append(g.v.Fixed, id)
	case schemas.String, schemas.LowCardinality:
		g.v.Codes = append(g.v.Codes, g.v.Dict.Code(g.text(n)))
	case schemas.Map:
		g.entries()
	case schemas.Float32:
		g.v.Float = append(g.v.Float, g.float(n, valid))
	default:
		g.v.Int = append(g.v.Int, g.int(n))
	}
}

// number is one of about g.distinct numbers; 0 is frequent.
func (g *column) number() int64 {
	if g.distinct > 1<<20 {
		return int64(g.rng.Uint64())
	}
	return max(0, int64(g.rng.IntN(g.distinct+2)-2))
}

// int spreads n over the column's range, its ends included.
func (g *column) int(n int64) int64 {
	lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
	switch g.c.Type {
	case schemas.Bool:
		return n & 1
	case schemas.Date:
		lo, hi = 0, maxDay
	case schemas.Int32:
		lo, hi = math.MinInt32, math.MaxInt32
	case schemas.Timestamp:
		lo, hi = minTime, maxTime
	case schemas.Decimal:
		lo, hi = -999_999_999_999_999_999, 999_999_999_999_999_999
	}
	switch {
	case g.distinct > 1<<20:
		return n
	case n == 1:
		return lo
	case n == 2:
		return hi
	case n%3 == 0:
		return min(n, hi)
	}
	span := uint64(hi) - uint64(lo)
	return int64(uint64(lo) + uint64(n)*0x9E3779B97F4A7C15%max(span, 1))
}

func (g *column) float(n int64, valid bool) float32 {
	switch {
	case !valid:
		return 0
	case n == 1:
		return math.MaxFloat32
	case n == 2:
		return -math.SmallestNonzeroFloat32
	case n == 3:
		return float32(math.NaN())
	case n == 4:
		return float32(math.Copysign(0, -1))
	}
	return float32(n)/10 - 5
}

var words = [...]string{"", "a", "direct", "(not set)", "zażółć gęślą jaźń", "日本語", "emoji 🛒", "quote \" and \\", "tab\tnewline\n", "comma,semi;", "NULL", "0",
	"/a/path/that/goes/on/for/longer/than/the/bound/of/statistics/which/is/sixty-four/bytes"}

func (g *column) text(n int64) []byte {
	if n < int64(len(words)) {
		return []byte(words[n])
	}
	return strconv.AppendInt([]byte(words[n%int64(len(words))]), n, 10)
}

func (g *column) entries() {
	if g.nulls > 1 && g.rng.IntN(3) > 0 {
		n := g.rng.IntN(4)
		for i := range n {
			g.v.Keys = append(g.v.Keys, g.v.Dict.Code([]byte("key "+strconv.Itoa(i*7+g.rng.IntN(7)))))
			g.v.Codes = append(g.v.Codes, g.v.Dict.Code(g.text(g.number())))
		}
	}
	g.v.Offsets = append(g.v.Offsets, uint32(len(g.v.Keys)))
}
