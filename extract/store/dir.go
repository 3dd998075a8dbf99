package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// own starts the base names of files that belong to the store itself: they are no objects.
const own = ".waymark-"

// dirStore keeps objects as files. Every access goes through os.Root, so that neither a key nor a symbolic link leads
// outside. An object's ETag is a hash of its content.
type dirStore struct {
	dir  string
	root *os.Root
	turn chan struct{} // holds one while a goroutine has the lock

	mu     sync.Mutex
	hashes map[string]hashed      // by key: content hashes of files that have not changed since
	dirs   map[string]fs.FileInfo // directories that were made durable in the one above
}

// OpenDir opens an existing directory as a store.
func OpenDir(dir string) (Store, error) {
	if st, err := os.Stat(dir); err == nil && !st.IsDir() {
		return nil, fault.New(fault.Invalid, "open directory %s: it is a file", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, dirError("open directory", dir, err)
	}
	return &dirStore{dir: dir, root: root, turn: make(chan struct{}, 1), hashes: map[string]hashed{}, dirs: map[string]fs.FileInfo{}}, nil
}

// CreateDir opens a directory as a store and creates it when it is absent, each new level durable in the one above.
func CreateDir(dir string) (Store, error) {
	var missing []string
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		if _, err := os.Lstat(d); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append(missing, d)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, dirError("create directory", dir, err)
	}
	for _, d := range missing {
		if err := syncDir(os.Open(filepath.Dir(d))); err != nil {
			return nil, dirError("sync directory", d, err)
		}
	}
	return OpenDir(dir)
}

func (d *dirStore) URI(key string) string { return filepath.Join(d.dir, filepath.FromSlash(key)) }

func (d *dirStore) Close() error { return d.root.Close() }

func (d *dirStore) Stat(ctx context.Context, key string) (object.Info, error) {
	f, err := d.open(key)
	if err != nil {
		return object.Info{}, err
	}
	defer f.Close()
	info, _, err := d.describe(ctx, key, f)
	return info, err
}

// glance is Stat but for the ETag of a large file that is not known yet.
func (d *dirStore) glance(ctx context.Context, key string) (object.Info, error) {
	f, err := d.open(key)
	if err != nil {
		return object.Info{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err == nil && st.Size() > hashBlock && d.known(key, identify(st)) == "" {
		return object.Info{Key: key, Size: st.Size(), Modified: st.ModTime().UTC()}, nil
	}
	info, _, err := d.describe(ctx, key, f)
	return info, err
}

func (d *dirStore) Get(ctx context.Context, key string) (io.ReadCloser, object.Info, error) {
	f, err := d.open(key)
	if err != nil {
		return nil, object.Info{}, err
	}
	info, id, err := d.describe(ctx, key, f)
	if err != nil {
		f.Close()
		return nil, object.Info{}, err
	}
	return &dirReader{ctx: ctx, f: f, from: id, uri: d.URI(key)}, info, nil
}

func (d *dirStore) Open(ctx context.Context, info object.Info) (io.ReadCloser, error) {
	if info.ETag == "" && info.Size > hashBlock {
		return d.openUnknown(ctx, info)
	}
	r, now, err := d.Get(ctx, info.Key)
	if err == nil && info.ETag != "" && now.ETag != info.ETag {
		r.Close()
		return nil, changed(d.URI(info.Key))
	}
	return r, err
}

// openUnknown opens a file as List described it without its ETag, which the reader finds out on the way.
func (d *dirStore) openUnknown(ctx context.Context, info object.Info) (io.ReadCloser, error) {
	f, err := d.open(info.Key)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && (st.Size() != info.Size || !st.ModTime().Equal(info.Modified)) {
		err = changed(d.URI(info.Key))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	id := identify(st)
	sum := newBlockSum(id.size)
	return &dirReader{ctx: ctx, f: f, from: id, uri: d.URI(info.Key), sum: sum, whole: func() { d.rememberSettled(info.Key, st, hashed{id, sum.etag()}) }}, nil
}

func (d *dirStore) ReadAt(ctx context.Context, info object.Info, p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fault.New(fault.Internal, "read %s: negative offset", d.URI(info.Key))
	}
	f, err := d.open(info.Key)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if now, _, err := d.describe(ctx, info.Key, f); err != nil {
		return 0, err
	} else if info.ETag != "" && now.ETag != info.ETag {
		return 0, changed(d.URI(info.Key))
	}
	n, err := f.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		err = dirError("read", d.URI(info.Key), err)
	}
	return n, err
}

func (d *dirStore) Delete(ctx context.Context, key string) error {
	if err := d.checkKey(key); err != nil {
		return err
	}
	unlock, err := d.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	err = d.root.Remove(filepath.FromSlash(key))
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	return dirError("delete", d.URI(key), err)
}

// open opens a regular file. O_NONBLOCK keeps a named pipe from holding the process.
func (d *dirStore) open(key string) (*os.File, error) {
	if err := d.checkKey(key); err != nil {
		return nil, err
	}
	f, err := d.root.OpenFile(filepath.FromSlash(key), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, dirError("open", d.URI(key), err)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fs.ErrNotExist // a directory is not an object
	}
	if err != nil {
		f.Close()
		return nil, dirError("open", d.URI(key), err)
	}
	return f, nil
}

// checkKey refuses keys that are no clean relative path, or are the store's own.
func (d *dirStore) checkKey(key string) error {
	if !fs.ValidPath(key) || key == "." || strings.ContainsRune(key, 0) || isOwn(key) {
		return fault.New(fault.Invalid, "key %q cannot be a file under %s", key, d.dir)
	}
	return nil
}

func isOwn(key string) bool { return strings.HasPrefix(key[strings.LastIndexByte(key, '/')+1:], own) }

func changed(uri string) error {
	return fault.New(fault.Conflict, "%s changed while it was being read", uri)
}

// dirReader reads one version of a file: it fails at the end when the file changed meanwhile.
type dirReader struct {
	ctx  context.Context // of the Open call, which bounds the reader's life
	f    *os.File
	from fileID // its size and mtime; a rename over it changes the rest, and leaves the open file as it was
	uri  string

	sum   *blockSum // of what was read; nil where the hash is known
	whole func()    // told once that the file was read to its end and hashed
}

func (r *dirReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.f.Read(p)
	if r.sum != nil {
		_, _ = r.sum.Write(p[:n]) // never fails
	}
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		return n, dirError("read", r.uri, err)
	}
	if st, serr := r.f.Stat(); serr != nil || st.Size() != r.from.size || st.ModTime().UnixNano() != r.from.mtime {
		return n, changed(r.uri)
	}
	if r.sum != nil {
		r.whole()
		r.sum = nil
	}
	return n, io.EOF
}

func (r *dirReader) Close() error { return r.f.Close() }

// dirError gives a file system error its kind.
func dirError(action, path string, err error) error {
	kind := fault.Internal
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ELOOP): // a link to itself leads nowhere
		return fault.New(fault.NotFound, "%s %s: it does not exist", action, path)
	case errors.Is(err, fs.ErrPermission):
		kind = fault.Auth
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR),
		errors.Is(err, syscall.ENAMETOOLONG), errors.Is(err, fs.ErrInvalid):
		kind = fault.Invalid
	case errors.Is(err, syscall.EINTR), errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.ESTALE),
		errors.Is(err, syscall.EIO), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		kind = fault.Transient
	}
	var pathErr *fs.PathError // its own path repeats ours
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fault.New(kind, "%s %s: %w", action, path, err)
}
