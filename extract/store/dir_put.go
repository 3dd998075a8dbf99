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

	"waymark/internal/fault"
	"waymark/internal/object"
)

// Put writes a temporary file beside the target, makes it durable, and moves it into place while it holds the store's
// lock, so that no reader sees a part and no two writers both find their condition true.
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
	f, err := d.root.OpenFile(filepath.FromSlash(temp), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if err != nil {
		return object.Info{}, dirError("write", d.URI(key), err)
	}
	defer f.Close()
	sum := newBlockSum(size)
	written, err := io.CopyBuffer(io.MultiWriter(f, sum), contextReader{ctx, body}, make([]byte, 256<<10))
	if err == nil && written != size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return object.Info{}, dirError("write", d.URI(key), err)
	}
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
// already is made durable as well: the caller relies on it, and whoever wrote it may be on the way still.
func (d *dirStore) moveIntoPlace(ctx context.Context, temp, key string, cond object.Condition) error {
	err := d.move(ctx, temp, key, cond)
	if err != nil && !(cond.IfAbsent && fault.Is(err, fault.Conflict)) {
		return err
	}
	if failed := d.syncDir(path.Dir(key)); failed != nil {
		return dirError("sync", d.URI(key), failed)
	}
	return err
}

// lock excludes every other writer of the directory: those of this process by turns, others by a lock on a file.
func (d *dirStore) lock(ctx context.Context) (unlock func(), err error) {
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
	now, err := d.Stat(ctx, key)
	absent := fault.Is(err, fault.NotFound)
	switch {
	case err != nil && !absent:
		return err
	case cond.IfAbsent && !absent:
		return fault.New(fault.Conflict, "write %s: it exists already", d.URI(key))
	case cond.IfMatch != "" && absent:
		return fault.New(fault.Conflict, "write %s: it does not exist any more", d.URI(key))
	case cond.IfMatch != "" && now.ETag != cond.IfMatch:
		return fault.New(fault.Conflict, "write %s: it was changed by another", d.URI(key))
	}
	return nil
}

// makeDirs creates dir and makes each new level durable in the one above.
func (d *dirStore) makeDirs(dir string) error {
	if dir == "." {
		return nil
	}
	err := d.root.Mkdir(filepath.FromSlash(dir), 0o755)
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.makeDirs(path.Dir(dir)); err != nil {
			return err
		}
		err = d.root.Mkdir(filepath.FromSlash(dir), 0o755)
	}
	if errors.Is(err, fs.ErrExist) { // a file of that name fails when the temporary file is created
		return nil
	}
	if err != nil {
		return err
	}
	return d.syncDir(path.Dir(dir))
}

func (d *dirStore) syncDir(dir string) error {
	f, err := d.root.Open(filepath.FromSlash(dir))
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
