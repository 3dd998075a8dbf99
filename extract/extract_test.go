package extract

import "testing"

// The chunks of a text cover it, none is larger than the most, and those at its ends are small.
func TestChunkSize(t *testing.T) {
	const full = 8 << 20
	for _, size := range []int64{0, 1, 3 * full, 4 * full, 4*full + 1, 19 * full, 1 << 40} {
		var sizes []int
		for at := int64(0); at < min(size, 100*full); {
			n := ChunkSize(full, at, size)
			if n <= 0 || n > full {
				t.Fatalf("size %d: a chunk of %d at %d", size, n, at)
			}
			sizes = append(sizes, n)
			at += int64(n)
		}
		switch {
		case len(sizes) == 0:
		case size < 4*full:
			if sizes[0] != full {
				t.Errorf("size %d: the first chunk has %d", size, sizes[0])
			}
		case sizes[0] != full/8 || size < 100*full && sizes[len(sizes)-1] != full/8:
			t.Errorf("size %d: chunks of %v", size, sizes)
		}
	}
	if n := ChunkSize(7, 0, 28); n != 1 {
		t.Errorf("of tiny chunks: %d", n)
	}
	if n := ChunkSize(full, 5*full, 0); n != full {
		t.Errorf("of a text of unknown size: %d", n)
	}
	if n := ChunkSize(full, 50*full, 49*full); n != full {
		t.Errorf("behind the size that was thought: %d", n)
	}
}
