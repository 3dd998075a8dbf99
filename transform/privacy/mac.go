package privacy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"
)

// mac is HMAC-SHA-256 of short messages, the first 16 bytes of it. It does what crypto/hmac does, with crypto/sha256, and a fifth
// faster: a message that fits one block with its padding is given to SHA-256 as that block, and the result is read off the state, so
// that nothing is copied and padded twice. Longer messages, and a crypto/sha256 whose state reads otherwise, go to crypto/hmac.
type mac struct {
	std          hash.Hash
	sum          []byte
	hash         state
	inner, outer []byte // state behind the block of the key
	block        [sha256.BlockSize]byte
	after        []byte // state behind the block of a message
	fits         int    // longest message for one block; -1 is none
}

// state is a hash whose state is told and set, as documented of crypto/sha256.
type state interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// How a state is laid out: 4 bytes that name the hash, its 32 bytes, and more.
const (
	stateHash = 4
	stateEnd  = stateHash + sha256.Size
	lengthAt  = sha256.BlockSize - 8 // of the message's length in bits, in the last block
)

func newMac(key []byte) *mac { return macBy(sha256.New(), key) }

// macBy makes a mac that goes by blocks if h can be used for that.
func macBy(h hash.Hash, key []byte) *mac {
	m := &mac{std: hmac.New(sha256.New, key), fits: -1}
	var ok bool
	if m.hash, ok = h.(state); !ok {
		return m
	}
	m.fits = lengthAt - 1
	if len(key) > sha256.BlockSize {
		sum := sha256.Sum256(key)
		key = sum[:]
	}
	m.inner, m.outer = m.behind(key, 0x36), m.behind(key, 0x5c)
	for n := 0; n <= lengthAt; n += lengthAt - 1 {
		if msg := make([]byte, n); m.inner == nil || m.outer == nil || m.blocks(msg) != m.whole(msg) {
			m.fits = -1
		}
	}
	return m
}

// behind is the state after the key, with its bits as pad says; nil where it cannot be told.
func (m *mac) behind(key []byte, pad byte) []byte {
	var block [sha256.BlockSize]byte
	copy(block[:], key)
	for i := range block {
		block[i] ^= pad
	}
	m.hash.Reset()
	m.hash.Write(block[:])
	told, err := m.hash.AppendBinary(nil)
	if err != nil || len(told) < stateEnd {
		return nil
	}
	return told
}

// of returns the first 16 bytes of the HMAC of msg.
func (m *mac) of(msg []byte) [16]byte {
	if len(msg) <= m.fits {
		return m.blocks(msg)
	}
	return m.whole(msg)
}

// whole is of any message.
func (m *mac) whole(msg []byte) (out [16]byte) {
	m.std.Reset()
	m.std.Write(msg)
	m.sum = m.std.Sum(m.sum[:0])
	copy(out[:], m.sum)
	return out
}

// blocks is of a message that fits.
func (m *mac) blocks(msg []byte) (out [16]byte) {
	m.compress(m.inner, msg)
	m.compress(m.outer, m.after[stateHash:stateEnd])
	copy(out[:], m.after[stateHash:])
	return out
}

// compress takes the last block of a message into a state; part is what it has of the message.
func (m *mac) compress(from, part []byte) {
	n := copy(m.block[:], part)
	m.block[n] = 0x80
	clear(m.block[n+1 : lengthAt])
	binary.BigEndian.PutUint64(m.block[lengthAt:], uint64(sha256.BlockSize+n)*8)
	_ = m.hash.UnmarshalBinary(from) // it was told so
	m.hash.Write(m.block[:])
	m.after, _ = m.hash.AppendBinary(m.after[:0])
}
