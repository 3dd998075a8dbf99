package engine

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"waymark/internal/fault"
)

// unpackLibrary writes the one file that is wanted of an npm tarball to path, synced to disk, and returns its digest. It
// writes no more than size bytes whatever the archive claims, and no path of the archive is ever used.
func unpackLibrary(ctx context.Context, archive, path string, size int64) (digest string, err error) {
	in, err := os.Open(archive)
	if err != nil {
		return "", storageError("open the archive", err)
	}
	defer in.Close()
	z, err := gzip.NewReader(contextReader{ctx, in})
	if err != nil {
		return "", archiveError(err)
	}
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if err != nil {
			return "", archiveError(err)
		}
		if h.Name == "package/libchdb.so" && h.Typeflag == tar.TypeReg {
			if h.Size != size {
				return "", archiveError(errors.New("the library has the wrong size"))
			}
			return writeSynced(path, t, size)
		}
	}
}

func archiveError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return storageError("unpack", err)
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("it holds no package/libchdb.so")
	}
	return fault.New(fault.Invalid, "install the engine: unpack the archive: %w", err)
}

func writeSynced(path string, r io.Reader, size int64) (digest string, err error) {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", storageError("write the library", err)
	}
	h := sha256.New()
	_, err = io.CopyN(io.MultiWriter(out, h), r, size)
	if err == nil {
		err = out.Sync()
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", storageError("write the library", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
