package store

import (
	"context"
	"encoding/hex"
	"io"
	"math"
	"os"
	"runtime"
	"time"

	"github.com/zeebo/xxh3"
	"golang.org/x/sync/errgroup"

	"waymark/internal/object"
)

// fileID changes whenever a file is replaced or written to, as far as its file system tells.
type fileID struct {
	size    int64
	mtime   int64
	changed int64 // time of the last change of the inode, 0 where unknown
	inode   uint64
}

// hashed is the content hash of a file as it was.
type hashed struct {
	id   fileID
	etag string
}

// settled is how old a change must be before the file's times prove that nothing happened since: clocks of file systems
// tick coarsely, and two writes within one tick look like one.
const settled = 2 * time.Second

// describe returns the file's info and what it looked like; its ETag is the hash of its content, taken again only when
// the file changed.
func (d *dirStore) describe(ctx context.Context, key string, f *os.File) (object.Info, fileID, error) {
	st, err := f.Stat()
	if err != nil {
		return object.Info{}, fileID{}, dirError("stat", d.URI(key), err)
	}
	id := identify(st)
	etag := d.known(key, id)
	if etag == "" {
		if etag, err = hashFile(ctx, f, id.size); err != nil {
			return object.Info{}, fileID{}, dirError("read", d.URI(key), err)
		}
		d.rememberSettled(key, st, hashed{id, etag})
	}
	return object.Info{Key: key, Size: id.size, ETag: etag, Modified: st.ModTime().UTC()}, id, nil
}

// known is the hash of a file that has not changed since it was taken, else "".
func (d *dirStore) known(key string, id fileID) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if h := d.hashes[key]; h.id == id {
		return h.etag
	}
	return ""
}

func (d *dirStore) rememberSettled(key string, st os.FileInfo, h hashed) {
	if time.Since(st.ModTime()) > settled {
		d.remember(key, h)
	}
}

func (d *dirStore) remember(key string, h hashed) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hashes[key] = h
}

// hashBlock is what one goroutine hashes at a time of a file that is larger than that; hashBuffer is what it reads at a
// time, which stays in a core's own cache.
const (
	hashBlock  = 8 << 20
	hashBuffer = 256 << 10
)

// hashFile hashes the file and leaves its offset where it is. A file of several blocks has the hash of its blocks'
// hashes, so that as many processors as there are share the work: nothing else of a run can begin before it is done.
func hashFile(ctx context.Context, f *os.File, size int64) (string, error) {
	blocks := int((size + hashBlock - 1) / hashBlock)
	if blocks <= 1 {
		sum, err := hashStretch(ctx, f, stretch{0, math.MaxInt64}, make([]byte, min(max(size, 512), hashBuffer)))
		return hex.EncodeToString(sum[:]), err
	}
	sums := make([][16]byte, blocks)
	group, ctx := errgroup.WithContext(ctx)
	for first := range min(blocks, runtime.GOMAXPROCS(0)) {
		group.Go(func() (err error) {
			buf := make([]byte, hashBuffer)
			for i := first; i < blocks && err == nil; i += runtime.GOMAXPROCS(0) {
				s := stretch{int64(i) * hashBlock, int64(i+1) * hashBlock}
				if i == blocks-1 {
					s.to = math.MaxInt64 // the file may have grown
				}
				sums[i], err = hashStretch(ctx, f, s, buf)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return "", err
	}
	return joined(sums), nil
}

// joined is the ETag of a file of several blocks.
func joined(sums [][16]byte) string {
	h := xxh3.New()
	for i := range sums {
		_, _ = h.Write(sums[i][:]) // never fails
	}
	sum := h.Sum128().Bytes()
	return hex.EncodeToString(sum[:])
}

// blockSum is hashFile of a file that is read or written anyway, from its start to its end.
type blockSum struct {
	sums    [][16]byte
	blocks  int
	current *xxh3.Hasher
	left    int64 // bytes of the current block
}

func newBlockSum(size int64) *blockSum {
	return &blockSum{blocks: int((size + hashBlock - 1) / hashBlock), current: xxh3.New(), left: hashBlock}
}

// Write never fails.
func (b *blockSum) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		n := len(p)
		if len(b.sums) < b.blocks-1 { // the last block has whatever is left
			n = int(min(int64(n), b.left))
		}
		_, _ = b.current.Write(p[:n]) // never fails
		p, b.left = p[n:], b.left-int64(n)
		if b.left == 0 && len(b.sums) < b.blocks-1 {
			b.sums = append(b.sums, b.current.Sum128().Bytes())
			b.current.Reset()
			b.left = hashBlock
		}
	}
	return written, nil
}

func (b *blockSum) etag() string {
	last := b.current.Sum128().Bytes()
	if b.blocks <= 1 {
		return hex.EncodeToString(last[:])
	}
	return joined(append(b.sums, last))
}

// stretch is a part of a file; what is behind the file's end is not there.
type stretch struct{ from, to int64 }

func hashStretch(ctx context.Context, f *os.File, s stretch, buf []byte) ([16]byte, error) {
	h := xxh3.New()
	for s.from < s.to {
		if err := ctx.Err(); err != nil {
			return [16]byte{}, err
		}
		n, err := f.ReadAt(buf[:min(int64(len(buf)), s.to-s.from)], s.from)
		_, _ = h.Write(buf[:n]) // never fails
		s.from += int64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return [16]byte{}, err
		}
	}
	return h.Sum128().Bytes(), nil
}
