package extract

import "sync"

// Buffers lends memory for chunks, to the streams of one object after another: fresh memory has to be cleared by the
// runtime and mapped by the system, which costs as much as reading into it. It may be shared by goroutines.
type Buffers struct {
	size, keep int
	mu         sync.Mutex
	free       [][]byte
}

// NewBuffers returns Buffers of size bytes each, of which it keeps at most keep while nobody needs them.
func NewBuffers(size, keep int) *Buffers { return &Buffers{size: size, keep: keep} }

// Spare returns an empty buffer that is at hand, or nil.
func (b *Buffers) Spare() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.free)
	if n == 0 {
		return nil
	}
	p := b.free[n-1]
	b.free = b.free[:n-1]
	return p
}

// Take returns an empty buffer.
func (b *Buffers) Take() []byte {
	if p := b.Spare(); p != nil {
		return p
	}
	return make([]byte, 0, b.size)
}

// Give takes p back; nobody may use it any more. One that is too small, or that a huge record made too large, goes.
func (b *Buffers) Give(p []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if cap(p) >= b.size && cap(p) <= 2*b.size && len(b.free) < b.keep {
		b.free = append(b.free, p[:0])
	}
}
