package privacy

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
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

// A hash whose state is none, or reads otherwise, is not used.
func TestMacWithoutState(t *testing.T) {
	key, msg := []byte("a key of the tests"), []byte("message")
	std := hmac.New(sha256.New, key)
	std.Write(msg)
	for name, h := range map[string]hash.Hash{"no state": struct{ hash.Hash }{sha256.New()}, "SHA-224": sha256.New224(), "SHA-512": sha512.New()} {
		m := macBy(h, key)
		if m.fits != -1 {
			t.Errorf("%s: messages of %d bytes fit a block", name, m.fits)
		}
		if got := m.of(msg); !bytes.Equal(got[:], std.Sum(nil)[:16]) {
			t.Errorf("%s: %x", name, got)
		}
	}
}
