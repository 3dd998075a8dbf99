package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"waymark/internal/fault"
)

// Scope narrows or widens what a run does with the objects of its listings. The zero value is a plain run.
type Scope struct {
	// Shard, when set, is the share of the objects that this run transforms; it publishes nothing.
	Shard Shard
	// Since leaves objects alone whose time is before it; zero takes all.
	Since time.Time
	// Prune takes back the rows of objects that are gone from the listing.
	Prune bool

	// redo says which objects are transformed again although nothing about them changed, and under which reason.
	redo func(Item) Reason
}

// Shard is share Index (0 to Count-1) of Count; the zero value is everything.
type Shard struct{ Index, Count int }

// ParseShard reads "i/n".
func ParseShard(text string) (Shard, error) {
	first, second, _ := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(first)
	n, err2 := strconv.Atoi(second)
	if err1 != nil || err2 != nil || n < 1 || i < 0 || i >= n {
		e := fault.New(fault.Invalid, "shard %q is not i/n", text)
		e.Hint = "i counts from 0: the shards of 3 are 0/3, 1/3 and 2/3"
		return Shard{}, e
	}
	return Shard{i, n}, nil
}

// Set reports whether s is a share and not everything.
func (s Shard) Set() bool { return s.Count > 0 }

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Has reports whether the object belongs to the share. It depends on the URI only, so that every version of waymark,
// on every machine, cuts alike.
func (s Shard) Has(uri string) bool {
	if s.Count <= 1 {
		return true
	}
	sum := sha256.Sum256([]byte(uri))
	return binary.BigEndian.Uint64(sum[:])%uint64(s.Count) == uint64(s.Index)
}

// narrow applies the scope to the reasons that judge gave.
func (s *Scope) narrow(items []Item) {
	for i := range items {
		it := &items[i]
		if s.redo != nil && it.Manifest != nil && !it.Work() {
			if reason := s.redo(*it); reason != "" {
				it.Reason = reason
			}
		}
		switch {
		case !it.Work():
		case !s.Shard.Has(it.URI):
			it.Reason = OtherShard
		case !it.Info.Modified.IsZero() && it.Info.Modified.Before(s.Since):
			it.Reason = TooOld
		}
	}
}
