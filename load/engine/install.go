package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"waymark/internal/fault"
)

// InstallOptions say where the engine goes.
type InstallOptions struct {
	CacheDir string    // the library becomes <CacheDir>/engine/<Version>/libchdb.so
	Progress io.Writer // lines for a person; nil is silent
	NPM      string    // the npm command; "npm" when empty
}

const serverHint = "use a ClickHouse server instead: warehouse: clickhouse://user@host:9440/?secure=true"

// Install fetches the engine with npm pack, once per machine: 178 MB over the network, 566 MB on disk. The archive's and
// the library's digests are pinned; nothing is unpacked from an archive that is not the one that was tested. It may be
// called again and by several processes at once; an intact library is left alone, a damaged one replaced.
func Install(ctx context.Context, o InstallOptions) (Status, error) {
	r, ok := releaseFor(runtime.GOOS, runtime.GOARCH)
	if !ok {
		e := fault.New(fault.Invalid, "install the engine: no tested release for %s/%s", runtime.GOOS, runtime.GOARCH)
		e.Hint = serverHint
		return Inspect(o.CacheDir), e
	}
	return install(ctx, o, r)
}

func install(ctx context.Context, o InstallOptions, r release) (Status, error) {
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	status := inspect(o.CacheDir, r, true)
	root := filepath.Join(o.CacheDir, "engine")
	if err := os.MkdirAll(filepath.Dir(status.Path), 0o755); err != nil {
		return status, storageError("create the cache directory", err)
	}
	lock, err := waitLock(ctx, filepath.Join(root, ".lock"), o.Progress)
	if err != nil {
		return status, err
	}
	defer lock.Close()
	if digest, err := digestFile(ctx, status.Path); err == nil && digest == r.library {
		status.Installed = true
		return status, nil
	}
	work, err := os.MkdirTemp(root, ".install-")
	if err != nil {
		return status, storageError("create a directory", err)
	}
	defer func() { _ = os.RemoveAll(work) }() // what stays is in the cache and named as a work directory
	if err := fetch(ctx, o, r, work, status.Path); err != nil {
		return status, err
	}
	status.Installed = true
	fmt.Fprintf(o.Progress, "engine %s is at %s\n", Version, status.Path)
	return status, nil
}

// fetch downloads into work, checks, unpacks and moves the library to path.
func fetch(ctx context.Context, o InstallOptions, r release, work, path string) error {
	fmt.Fprintf(o.Progress, "fetching %s@%s with npm (178 MB) …\n", r.pkg, Version)
	archive, err := npmPack(ctx, o.NPM, r.pkg, work)
	if err != nil {
		return err
	}
	digest, err := digestFile(ctx, archive)
	if err != nil {
		return storageError("read the archive", err)
	}
	if digest != r.archive {
		return digestError("archive", digest, r.archive)
	}
	fmt.Fprintf(o.Progress, "unpacking (566 MB) …\n")
	library := filepath.Join(work, "libchdb.so")
	digest, err = unpackLibrary(ctx, archive, library, r.size)
	if err != nil {
		return err
	}
	if digest != r.library {
		return digestError("library", digest, r.library)
	}
	if err := os.Rename(library, path); err != nil {
		return storageError("move the library into place", err)
	}
	return syncDir(filepath.Dir(path))
}

func digestError(what, got, want string) error {
	e := fault.New(fault.Invalid, "install the engine: the %s has SHA-256 %s, wanted %s", what, got, want)
	e.Hint = "the download was changed on its way; check which registry npm uses, then try again"
	return e
}

// storageError names a full disk as such.
func storageError(action string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("install the engine: %s: %w", action, err)
	}
	e := fault.New(fault.Internal, "install the engine: %s: %w", action, err)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		e.Hint = "the engine needs 750 MB while it is installed; free some space, or set WAYMARK_CACHE to another disk"
	case errors.Is(err, os.ErrPermission):
		e.Kind, e.Hint = fault.Auth, "make the cache directory writable, or set WAYMARK_CACHE to another directory"
	}
	return e
}

// waitLock takes an exclusive lock on path; the kernel gives it back when this process dies.
func waitLock(ctx context.Context, path string, progress io.Writer) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, storageError("lock the cache directory", err)
	}
	for waited := false; ; waited = true {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			_ = f.Close()
			return nil, storageError("lock the cache directory", err)
		}
		if !waited {
			fmt.Fprintln(progress, "waiting for another installation to finish …")
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("install the engine: wait for another installation: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func digestFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, contextReader{ctx, f}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// contextReader ends a long copy when ctx does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err == nil {
		err = d.Sync()
		_ = d.Close()
	}
	if err != nil {
		return storageError("sync the cache directory", err)
	}
	return nil
}
