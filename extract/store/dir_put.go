package store

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// Put writes a temporary file beside the target, makes it durable, and moves it into place while it holds the store's
// lock, so that no reader sees a part and no two writers both find their condition true. Then it makes the names durable: the file's, and
// those of new directories.
//
// To make something durable is to wait for the disk's journal, and what all writers wrote goes with it: so each lets the others write first.
func (d *dirStore) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error) {
	if err := d.checkKey(key); err != nil {
		return object.Info{}, err
	}
	if err := checkBody(body, size); err != nil {
		return object.Info{}, err
	}
	if err := d.makeDirs(path.Dir(key)); err != nil {
		return object.Info{}, dirError("write", d.URI(key), err)
	}
	temp := path.Join(path.Dir(key), own+"tmp-"+rand.Text())
	info, err := d.writeTemp(ctx, temp, key, body, size)
	if err == nil {
		err = d.moveIntoPlace(ctx, temp, key, cond)
	}
	if err != nil {
		_ = d.root.Remove(filepath.FromSlash(temp))
		return object.Info{}, err
	}
	return info, nil
}

// writeTemp writes and syncs size bytes of body; the info it returns is that of key, once moved.
func (d *dirStore) writeTemp(ctx context.Context, temp, key string, body io.Reader, size int64) (object.Info, error) {
	f, err := d.root.OpenFile(filepath.FromSlash(temp), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return object.Info{}, dirError("write", d.URI(key), err)
	}
	defer f.Close()
	sum := newBlockSum(size)
	written, err := io.CopyBuffer(io.MultiWriter(f, sum), contextReader{ctx, body}, make([]byte, 256<<10))
	if err != nil {
		return object.Info{}, dirError("write", d.URI(key), err)
	}
	if written != size {
		return object.Info{}, fault.New(fault.Internal, "write %s: the body has %d bytes, not %d", d.URI(key), written, size)
	}
	startWriting(f)
	runtime.Gosched()
	if err := f.Sync(); err != nil {
		return object.Info{}, dirError("sync", d.URI(key), err)
	}
	st, err := f.Stat()
	if err != nil {
		return object.Info{}, dirError("stat", d.URI(key), err)
	}
	return object.Info{Key: key, Size: st.Size(), ETag: sum.etag(), Modified: st.ModTime().UTC()}, nil
}

// moveIntoPlace makes the move durable after it let go of the lock, so that writers do not wait for each other's disk. What is there
// instead is made durable as well: it may be the very same, on which the caller then relies, while whoever wrote it is on the way still.
func (d *dirStore) moveIntoPlace(ctx context.Context, temp, key string, cond object.Condition) error {
	err := d.move(ctx, temp, key, cond)
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	runtime.Gosched()
	failed := d.syncDir(path.Dir(key))
	if failed == nil {
		failed = d.settle(path.Dir(key))
	}
	if failed != nil {
		return dirError("sync", d.URI(key), failed)
	}
	return err
}

// lock excludes every other writer of the directory: those of this process by turns, others by a lock on a file.
func (d *dirStore) lock(ctx context.Context) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	release, err := d.lockFile(ctx)
	if err != nil {
		<-d.turn
		return nil, err
	}
	return func() { release(); <-d.turn }, nil
}

func (d *dirStore) move(ctx context.Context, temp, key string, cond object.Condition) error {
	unlock, err := d.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := d.checkCondition(ctx, key, cond); err != nil {
		return err
	}
	if err := d.root.Rename(filepath.FromSlash(temp), filepath.FromSlash(key)); err != nil {
		return dirError("write", d.URI(key), err)
	}
	return nil
}

func (d *dirStore) checkCondition(ctx context.Context, key string, cond object.Condition) error {
	if cond == (object.Condition{}) {
		return nil
	}
	etag, err := d.held(ctx, key, cond)
	absent := fault.Is(err, fault.NotFound)
	switch {
	case err != nil && !absent:
		return err
	case cond.IfAbsent && !absent:
		return fault.New(fault.Conflict, "write %s: it exists already", d.URI(key))
	case cond.IfMatch != "" && absent:
		return fault.New(fault.Conflict, "write %s: it does not exist any more", d.URI(key))
	case cond.IfMatch != "" && etag != cond.IfMatch:
		return fault.New(fault.Conflict, "write %s: it was changed by another", d.URI(key))
	}
	return nil
}

// held is the ETag of what is at key where the condition asks for it: a large file is not read, under the lock, to see that it exists.
func (d *dirStore) held(ctx context.Context, key string, cond object.Condition) (etag string, err error) {
	if cond.IfMatch != "" {
		info, err := d.Stat(ctx, key)
		return info.ETag, err
	}
	f, err := d.open(key)
	if err == nil {
		err = f.Close()
	}
	return "", err
}

// makeDirs creates dir.
func (d *dirStore) makeDirs(dir string) error {
	if dir == "." || d.durable(dir) {
		return nil
	}
	if err := d.makeDirs(path.Dir(dir)); err != nil {
		return err
	}
	err := d.root.Mkdir(filepath.FromSlash(dir), 0o755)
	if err != nil && !errors.Is(err, fs.ErrExist) { // a file of that name fails when the temporary file is created
		return err
	}
	return nil
}

// settle makes dir and the levels above it durable, each in the one above: those that were there may be so new that nobody has yet.
func (d *dirStore) settle(dir string) error {
	if dir == "." || d.durable(dir) {
		return nil
	}
	made, err := d.root.Stat(filepath.FromSlash(dir))
	if err != nil {
		return err
	}
	if err := d.syncDir(path.Dir(dir)); err != nil {
		return err
	}
	if err := d.settle(path.Dir(dir)); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dirs[dir] = made
	return nil
}

// durable reports whether what is at dir is a directory that this process has made durable.
func (d *dirStore) durable(dir string) bool {
	d.mu.Lock()
	known := d.dirs[dir]
	d.mu.Unlock()
	if known == nil {
		return false
	}
	now, err := d.root.Stat(filepath.FromSlash(dir))
	return err == nil && now.IsDir() && os.SameFile(known, now)
}

func (d *dirStore) syncDir(dir string) error { return syncDir(d.root.Open(filepath.FromSlash(dir))) }

// syncDir makes what was done to the names of an opened directory durable.
func syncDir(f *os.File, err error) error {
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// contextReader ends with the context's error.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
