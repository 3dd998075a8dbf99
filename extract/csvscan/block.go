package csvscan

import "encoding/binary"

const (
	blockSize = 64
	ones      = 0x0101010101010101
	low7      = 0x7f7f7f7f7f7f7f7f
	high      = 0x8080808080808080
	mark      = ones * '"'
	// gather moves the top bit of every byte to the top byte, in order.
	gather = 0x0002040810204081
)

// block is 64 bytes, looked at as bit masks: bit k speaks of byte k.
type block = [blockSize]byte

// zeros returns the top bit of every byte of x that is zero, and of no other.
func zeros(x uint64) uint64 { return ^((x&low7 + low7) | x | low7) }

// equal marks the bytes of b that equal the byte repeated in pattern.
func equal(b *block, pattern uint64) (mask uint64) {
	for i := 0; i < blockSize; i += 8 {
		w := binary.LittleEndian.Uint64(b[i : i+8])
		mask |= zeros(w^pattern) * gather >> 56 << i
	}
	return mask
}

// separators marks the bytes of b that equal one of two ASCII characters, and says whether b is ASCII throughout, in
// which case it needs fewer steps: no sum of two bytes below 128 carries into the next.
func separators(b *block, p, q uint64) (seps uint64, ascii bool) {
	w0, w1, w2, w3 := word(b, 0), word(b, 1), word(b, 2), word(b, 3)
	w4, w5, w6, w7 := word(b, 4), word(b, 5), word(b, 6), word(b, 7)
	if (w0|w1|w2|w3|w4|w5|w6|w7)&high != 0 {
		return equal(b, p) | equal(b, q), false
	}
	seps = pair(w0, p, q)>>56 | pair(w1, p, q)>>56<<8 | pair(w2, p, q)>>56<<16 | pair(w3, p, q)>>56<<24
	seps |= pair(w4, p, q)>>56<<32 | pair(w5, p, q)>>56<<40 | pair(w6, p, q)>>56<<48 | pair(w7, p, q)>>56<<56
	return seps, true
}

// marks is separators, and marks the quotes too.
func marks(b *block, p, q uint64) (seps, quotes uint64, ascii bool) {
	w0, w1, w2, w3 := word(b, 0), word(b, 1), word(b, 2), word(b, 3)
	w4, w5, w6, w7 := word(b, 4), word(b, 5), word(b, 6), word(b, 7)
	if (w0|w1|w2|w3|w4|w5|w6|w7)&high != 0 {
		return equal(b, p) | equal(b, q), equal(b, mark), false
	}
	seps = pair(w0, p, q)>>56 | pair(w1, p, q)>>56<<8 | pair(w2, p, q)>>56<<16 | pair(w3, p, q)>>56<<24
	seps |= pair(w4, p, q)>>56<<32 | pair(w5, p, q)>>56<<40 | pair(w6, p, q)>>56<<48 | pair(w7, p, q)>>56<<56
	quotes = single(w0)>>56 | single(w1)>>56<<8 | single(w2)>>56<<16 | single(w3)>>56<<24
	quotes |= single(w4)>>56<<32 | single(w5)>>56<<40 | single(w6)>>56<<48 | single(w7)>>56<<56
	return seps, quotes, true
}

func word(b *block, i int) uint64 { return binary.LittleEndian.Uint64(b[8*i : 8*i+8]) }

// pair marks in its top byte the bytes of w, which is ASCII, that equal one of two.
func pair(w, p, q uint64) uint64 {
	return ^(((w ^ p) + low7) & ((w ^ q) + low7)) & high * gather
}

// single marks in its top byte the quotes of w, which is ASCII.
func single(w uint64) uint64 { return ^((w ^ mark) + low7) & high * gather }

// within marks, for quotes, every byte from an opening quote to before its closing one.
func within(quotes uint64) uint64 {
	quotes ^= quotes << 1
	quotes ^= quotes << 2
	quotes ^= quotes << 4
	quotes ^= quotes << 8
	quotes ^= quotes << 16
	quotes ^= quotes << 32
	return quotes
}
