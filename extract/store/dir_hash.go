package store

import (
	"context"
	"encoding/hex"
	"io"
	"os"
	"time"

	"github.com/zeebo/xxh3"

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
	d.mu.Lock()
	known, ok := d.hashes[key]
	d.mu.Unlock()
	if !ok || known.id != id {
		etag, err := hashFile(ctx, f, id.size)
		if err != nil {
			return object.Info{}, fileID{}, dirError("read", d.URI(key), err)
		}
		known = hashed{id, etag}
		if time.Since(st.ModTime()) > settled {
			d.remember(key, known)
		}
	}
	return object.Info{Key: key, Size: id.size, ETag: known.etag, Modified: st.ModTime().UTC()}, id, nil
}

func (d *dirStore) remember(key string, h hashed) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hashes[key] = h
}

// hashFile hashes the file from its start and leaves its offset there.
func hashFile(ctx context.Context, f *os.File, size int64) (string, error) {
	h := xxh3.New()
	buf := make([]byte, min(max(size, 512), 1<<20))
	for off := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := f.ReadAt(buf, off)
		_, _ = h.Write(buf[:n]) // never fails
		off += int64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	sum := h.Sum128().Bytes()
	return hex.EncodeToString(sum[:]), nil
}
