package privacy

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"testing"
)

// The HMAC is crypto/hmac's, whatever the lengths of key and message, one after another of one mac.
func FuzzMac(f *testing.F) {
	for _, key := range []int{16, 63, 64, 65, 200} {
		for _, msg := range []int{0, 1, 54, 55, 56, 63, 64, 119, 120, 1000} {
			f.Add(bytes.Repeat([]byte{7}, key), bytes.Repeat([]byte{9}, msg))
		}
	}
	f.Fuzz(func(t *testing.T, key, msg []byte) {
		m := newMac(key)
		if m.fits != lengthAt-1 {
			t.Fatalf("messages of %d bytes fit a block", m.fits)
		}
		for n := range len(msg) + 1 {
			std := hmac.New(sha256.New, key)
			std.Write(msg[n:])
			if got := m.of(msg[n:]); !bytes.Equal(got[:], std.Sum(nil)[:16]) {
				t.Fatalf("%d bytes with a key of %d: %x", len(msg)-n, len(key), got)
			}
		}
	})
}

// A crypto/sha256 whose state is not as expected is left alone.
func TestMacWithoutState(t *testing.T) {
	m := newMac([]byte("a key of the tests"))
	fast := m.of([]byte("message"))
	m.fits = -1
	if slow := m.of([]byte("message")); slow != fast {
		t.Errorf("%x by blocks, %x by crypto/hmac", fast, slow)
	}
}
