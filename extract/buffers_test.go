package extract

import "testing"

func TestBuffersAreLentAgainAndBounded(t *testing.T) {
	b := NewBuffers(100, 2)
	if b.Spare() != nil {
		t.Error("a spare buffer of nothing")
	}
	one := append(b.Take(), 1, 2, 3)
	b.Give(one)
	if again := b.Take(); len(again) != 0 || cap(again) != cap(one) || &again[:1][0] != &one[0] {
		t.Error("a buffer that was given back is not lent again, or not empty")
	}
	for _, size := range []int{99, 201} {
		b.Give(make([]byte, size))
		if b.Spare() != nil {
			t.Errorf("a buffer of %d bytes is kept", size)
		}
	}
	for range 3 {
		b.Give(make([]byte, 0, 150))
	}
	b.Spare()
	b.Spare()
	if b.Spare() != nil {
		t.Error("more are kept than asked for")
	}
}
