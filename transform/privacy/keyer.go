package privacy

import (
	"github.com/zeebo/xxh3"

	"waymark/internal/fault"
	"waymark/schemas"
)

// MinKey is the smallest accepted key in bytes; a shorter one could be guessed.
const MinKey = 16

// Bounds of what is remembered: 256 KiB a Space, which stays in a core's own cache, and the longest identifier that lets
// an entry be one cache line.
const (
	cacheBits   = 12
	cacheLength = 47
	cacheSpaces = 64
	cacheTrial  = 1 << 12 // looks after which it is asked whether they find anything
)

// Keyer turns raw identifiers into keyed pseudonyms. It serves one goroutine.
type Keyer struct {
	mac    *mac
	spaces []*Space
	msg    []byte
}

// NewKeyer returns a Keyer for key, which must have at least MinKey bytes.
func NewKeyer(key []byte) (*Keyer, error) {
	if len(key) < MinKey {
		return nil, fault.New(fault.Invalid, "privacy key: %d bytes, needs at least %d", len(key), MinKey)
	}
	return &Keyer{mac: newMac(key)}, nil
}

// Pseudonym returns the pseudonym of raw: 16 bytes that depend on the key, the kind, the name space and the normalised
// text; zero when raw normalises to nothing. country is the ISO 3166 alpha-2 country of national phone numbers.
func (k *Keyer) Pseudonym(kind schemas.Identifier, system string, raw []byte, country string) [16]byte {
	return k.Space(kind, system, country).Pseudonym(raw)
}

// Space returns the name space of kind in system, for callers that ask for many pseudonyms of it. Company-wide kinds
// ignore system, all but Phone ignore country.
func (k *Keyer) Space(kind schemas.Identifier, system, country string) *Space {
	if !namespaced(kind) {
		system = ""
	}
	if kind != schemas.Phone {
		country = ""
	}
	for _, s := range k.spaces {
		if s.kind == kind && s.system == system && s.country == country {
			return s
		}
	}
	if len(k.spaces) >= cacheSpaces {
		k.spaces = k.spaces[:0]
	}
	s := &Space{keyer: k, kind: kind, system: system, country: country}
	k.spaces = append(k.spaces, s)
	return s
}

// namespaced reports whether ids of kind belong to the system that issued them.
func namespaced(kind schemas.Identifier) bool {
	return kind == schemas.Device || kind == schemas.Contact || kind == schemas.Account
}

// sign computes the pseudonym of a normalised identifier. The system is length-prefixed so that no pair of name space
// and identifier can spell another pair.
func (k *Keyer) sign(kind schemas.Identifier, system string, id []byte) [16]byte {
	k.msg = append(k.msg[:0], byte(kind), byte(len(system)>>8), byte(len(system)))
	k.msg = append(k.msg, system...)
	k.msg = append(k.msg, id...)
	return k.mac.of(k.msg)
}

// Space is one name space of identifiers with what it remembers, so that a repeated spelling costs a lookup and no
// HMAC. It belongs to its Keyer's goroutine.
type Space struct {
	keyer           *Keyer
	kind            schemas.Identifier
	system, country string

	// Each spelling has one place, and the latest one there is remembered. Most identifiers of an export come a few times
	// in a row or, like agents, all the time; a table of every one would cost more in cache misses than the HMAC it saves.
	seen []remembered
	last *remembered // the previous spelling: consecutive records are often of one person
	only remembered  // the previous one while nothing else is remembered
	norm []byte

	looks, found, skip int // of the trial under way; looks to be spared
}

// remembered is one spelling and its pseudonym: one cache line.
type remembered struct {
	id  [16]byte
	n   uint8 // length of raw; 0 is none
	raw [cacheLength]byte
}

func (r *remembered) is(raw []byte) bool { return string(r.raw[:r.n]) == string(raw) }

// Pseudonym is Keyer.Pseudonym in this name space.
func (s *Space) Pseudonym(raw []byte) [16]byte {
	switch {
	case len(raw) == 0:
		return [16]byte{}
	case len(raw) > cacheLength:
		return s.compute(raw)
	case s.seen == nil:
		s.seen = make([]remembered, 1<<cacheBits)
		clear(s.seen) // memory that is read before it is written has two page faults, of which the second one stops the other cores
	case s.last.is(raw):
		return s.last.id
	}
	if s.last = s.place(raw); !s.last.is(raw) {
		s.last.id, s.last.n = s.compute(raw), uint8(len(raw))
		copy(s.last.raw[:], raw)
	}
	return s.last.id
}

// place is where a spelling is remembered. In an export in which hardly any comes twice, each look would cost a memory access
// and find nothing: then, for a while, only the previous one is.
func (s *Space) place(raw []byte) *remembered {
	if s.skip > 0 {
		s.skip--
		return &s.only
	}
	p := &s.seen[xxh3.Hash(raw)>>(64-cacheBits)]
	if s.looks++; p.is(raw) {
		s.found++
	}
	if s.looks == cacheTrial {
		if s.found < cacheTrial/16 {
			s.skip = 15 * cacheTrial
		}
		s.looks, s.found = 0, 0
	}
	return p
}

func (s *Space) compute(raw []byte) [16]byte {
	s.norm = Normalise(s.norm[:0], s.kind, raw, s.country)
	if len(s.norm) == 0 {
		return [16]byte{}
	}
	return s.keyer.sign(s.kind, s.system, s.norm)
}
